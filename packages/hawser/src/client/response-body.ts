import type { Fields } from '../core/handshake/fields.ts'

/**
 * Collects the content of a refusal up to a limit, delimited as RFC 9112 section 6.3 says. It is for a person to read, not for an application to
 * process.
 */
export class ResponseBody {
  readonly #limit: number
  readonly #pieces: Uint8Array[] = []
  readonly #chunked: boolean
  /** Bytes of Content-Length still to come; infinite where the connection's end delimits the content. */
  #remaining: number
  #chunk: ChunkState = { kind: 'size', digits: '' }
  #size = 0
  truncated = false
  complete: boolean

  constructor(status: number, fields: Fields, limit: number) {
    this.#limit = limit
    const lengths = fields.values('content-length')
    this.#chunked = /(?:^|,)\s*chunked\s*$/i.test(fields.get('transfer-encoding') ?? '')
    this.#remaining = !this.#chunked && lengths.length === 1 && /^\d{1,15}$/.test(lengths[0] ?? '') ? Number(lengths[0]) : Number.POSITIVE_INFINITY
    // RFC 9112 section 6.3: 1xx, 204 and 304 have no content.
    this.complete = this.#remaining === 0 || status < 200 || status === 204 || status === 304
  }

  push(bytes: Uint8Array): void {
    if (this.complete) return
    if (this.#chunked) {
      this.#readChunks(bytes)
      return
    }
    const part = bytes.subarray(0, Math.min(bytes.length, this.#remaining))
    this.#remaining -= part.length
    this.#keep(part)
    if (this.#remaining === 0) this.complete = true
  }

  /** Nothing more is awaited. @param inOrder by the end of the connection or stream, which delimits content without a length (RFC 9112 section 6.3) */
  end(inOrder: boolean): void {
    if (!this.complete && (!inOrder || this.#chunked || Number.isFinite(this.#remaining))) this.truncated = true
    this.complete = true
  }

  take(): Uint8Array {
    const content = new Uint8Array(this.#size)
    let offset = 0
    for (const piece of this.#pieces) {
      content.set(piece, offset)
      offset += piece.length
    }
    return content
  }

  #keep(part: Uint8Array): void {
    const kept = part.subarray(0, this.#limit - this.#size)
    if (kept.length > 0) this.#pieces.push(new Uint8Array(kept))
    this.#size += kept.length
    if (kept.length < part.length) {
      this.truncated = true
      this.complete = true
    }
  }

  /** The chunked coding (RFC 9112 section 7.1); an error in it ends the content there. */
  #readChunks(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length && !this.complete) {
      const state = this.#chunk
      if (state.kind === 'data') {
        const part = bytes.subarray(at, at + state.left)
        at += part.length
        this.#keep(part)
        this.#chunk = part.length === state.left ? { kind: 'end' } : { kind: 'data', left: state.left - part.length }
        continue
      }
      const byte = bytes[at++] as number
      if (state.kind === 'end') {
        if (byte === 0x0a) this.#chunk = { kind: 'size', digits: '' }
        else if (byte !== 0x0d) this.#stop()
      } else if (byte === 0x0a) {
        const size = Number.parseInt(state.digits, 16)
        if (size > 0) this.#chunk = { kind: 'data', left: size }
        else if (size === 0) this.complete = true
        else this.#stop()
      } else if (state.digits.length < 64) {
        this.#chunk = { kind: 'size', digits: state.digits + String.fromCharCode(byte) }
      } else {
        this.#stop()
      }
    }
  }

  #stop(): void {
    this.truncated = true
    this.complete = true
  }
}

type ChunkState = { readonly kind: 'size'; readonly digits: string } | { readonly kind: 'data'; readonly left: number } | { readonly kind: 'end' }

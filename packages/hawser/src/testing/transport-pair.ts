import { checkOptions } from '../core/option-names.ts'
import { checkInteger } from '../connection/option-checks.ts'
import type { Transport, TransportHandler, TransportInfo } from '../connection/transport.ts'

/** Options of `transportPair`. */
export interface TransportPairOptions {
  /** Bytes that one direction holds between the ends, as a kernel does; what is written beyond is buffered at the writer. Default 65 536. */
  readonly capacity?: number
  /** The `info` of both ends. Default: `httpVersion` 1.1, no TLS, no addresses. */
  readonly info?: Partial<TransportInfo>
}

/**
 * The two ends of one byte stream in memory. Bytes arrive in a later microtask, in the chunks that were written.
 * @throws OptionError naming the option that is wrong
 */
export function transportPair(options: TransportPairOptions = {}): readonly [MemoryTransport, MemoryTransport] {
  checkOptions(options, ['capacity', 'info'])
  checkInteger('capacity', options.capacity, 0)
  const left = new MemoryTransport(options)
  const right = new MemoryTransport(options)
  left.join(right)
  right.join(left)
  return [left, right]
}

/** One end of a byte stream in memory. */
export class MemoryTransport implements Transport {
  /** Fixed when the pair was made. */
  readonly info: TransportInfo
  readonly #capacity: number
  #peer: MemoryTransport | undefined
  #handler: TransportHandler | undefined
  /** Written by the peer and not delivered here. */
  #incoming: Uint8Array[] = []
  #incomingBytes = 0
  #flowing = false
  #delivering = false
  #ended = false
  #endDelivered = false
  #closed = false
  #owesDrained = false

  /** Use `transportPair`, which joins two of these. */
  constructor(options: TransportPairOptions) {
    this.#capacity = options.capacity ?? 65_536
    this.info = {
      httpVersion: '1.1',
      secure: false,
      remoteAddress: undefined,
      remotePort: undefined,
      localAddress: undefined,
      localPort: undefined,
      ...options.info,
    }
  }

  /** Makes `peer` the receiver of what is written here. */
  join(peer: MemoryTransport): void {
    this.#peer = peer
  }

  get bufferedBytes(): number {
    const peer = this.#peer
    return peer === undefined ? 0 : Math.max(0, peer.#incomingBytes - this.#capacity)
  }

  attach(handler: TransportHandler): void {
    this.#handler = handler
  }

  write(segments: readonly Uint8Array[]): boolean {
    const peer = this.#peer
    if (peer === undefined || this.#ended || this.#closed) return true
    for (const segment of segments) {
      // The receiver unmasks in place, and the writer may use its memory again.
      peer.#incoming.push(new Uint8Array(segment))
      peer.#incomingBytes += segment.byteLength
    }
    peer.#wake()
    if (this.bufferedBytes === 0) return true
    this.#owesDrained = true
    return false
  }

  end(): void {
    if (this.#ended || this.#closed) return
    this.#ended = true
    const peer = this.#peer
    if (peer !== undefined) peer.#wake()
  }

  abort(): void {
    if (this.#closed) return
    const peer = this.#peer
    this.#close(undefined)
    if (peer !== undefined && !peer.#closed) peer.#close(new Error('the peer reset the connection'))
  }

  pause(): void {
    this.#flowing = false
  }

  /** Delivers what was written since `pause`, and what is written from now on. */
  resume(): void {
    this.#flowing = true
    this.#wake()
  }

  #close(error: Error | undefined): void {
    this.#closed = true
    this.#incoming = []
    this.#incomingBytes = 0
    void Promise.resolve().then(() => this.#handler?.closed(error))
  }

  #wake(): void {
    if (this.#delivering) return
    this.#delivering = true
    void Promise.resolve().then(() => {
      this.#delivering = false
      this.#deliver()
    })
  }

  #deliver(): void {
    const peer = this.#peer
    if (peer === undefined || this.#closed || !this.#flowing) return
    const chunk = this.#incoming.shift()
    if (chunk !== undefined) {
      this.#incomingBytes -= chunk.byteLength
      this.#handler?.data(chunk)
      if (peer.#owesDrained && peer.bufferedBytes === 0) {
        peer.#owesDrained = false
        peer.#handler?.drained()
      }
      this.#wake()
      return
    }
    if (!peer.#ended) return
    if (!this.#endDelivered) {
      this.#endDelivered = true
      this.#handler?.end()
    }
    if (this.#ended && peer.#endDelivered && !this.#closed) {
      this.#close(undefined)
      if (!peer.#closed) peer.#close(undefined)
    } else if (this.#ended) peer.#wake()
  }
}

/** What went over the wire, both ways, with times: the evidence behind a verdict. */

export interface ExchangeEntry {
  /** Milliseconds since the case began. */
  readonly atMs: number
  readonly from: 'suite' | 'peer'
  readonly kind: 'bytes' | 'decoded' | 'connected' | 'ended' | 'reset' | 'note'
  /** Decoded form or note. */
  readonly text?: string
  /** Base64; at most {@link keptBytes} of them. */
  readonly bytes?: string
  readonly byteLength?: number
}

/** Of one chunk, the first so many bytes are kept. */
export const keptBytes = 1024
const keptEntries = 400

export class Exchange {
  readonly entries: ExchangeEntry[] = []
  readonly #start = performance.now()

  elapsedMs(): number {
    return Math.round((performance.now() - this.#start) * 100) / 100
  }

  bytes(from: 'suite' | 'peer', bytes: Uint8Array): void {
    if (this.entries.length >= keptEntries) return
    const kept = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, keptBytes))
    this.entries.push({ atMs: this.elapsedMs(), from, kind: 'bytes', bytes: kept.toString('base64'), byteLength: bytes.byteLength })
  }

  add(from: 'suite' | 'peer', kind: Exclude<ExchangeEntry['kind'], 'bytes'>, text?: string): void {
    if (this.entries.length >= keptEntries) return
    this.entries.push({ atMs: this.elapsedMs(), from, kind, ...(text === undefined ? {} : { text }) })
  }
}

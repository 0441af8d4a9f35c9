import type { ExchangeEntry } from './result.ts'

/** How many bytes of each chunk are kept. */
const keptBytes = 1024
const keptEntries = 400
/** How much of one case is kept in all, in bytes: a run keeps the exchanges of 2,000 cases. */
const keptInAll = 65_536

/** Records the bytes and events of one case in both directions: the evidence behind a verdict. */
export class Exchange {
  readonly entries: ExchangeEntry[] = []
  readonly #start = performance.now()
  #kept = 0

  /** Nothing more is recorded. */
  get isFull(): boolean {
    return this.entries.length >= keptEntries || this.#kept >= keptInAll
  }

  elapsedMs(): number {
    return Math.round((performance.now() - this.#start) * 100) / 100
  }

  bytes(from: 'suite' | 'peer', bytes: Uint8Array): void {
    if (this.isFull) return
    const kept = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, keptBytes))
    this.#kept += kept.length
    this.entries.push({ atMs: this.elapsedMs(), from, kind: 'bytes', bytes: kept.toString('base64'), byteLength: bytes.byteLength })
  }

  add(from: 'suite' | 'peer', kind: Exclude<ExchangeEntry['kind'], 'bytes'>, text?: string): void {
    if (this.isFull) return
    this.#kept += text?.length ?? 0
    this.entries.push({ atMs: this.elapsedMs(), from, kind, ...(text === undefined ? {} : { text }) })
  }
}

import type { TextCodec } from '../platform.ts'
import type { HeadLimits } from './head-limits.ts'

/** Why scanning stopped before the end of the head. */
export type ScanProblem = 'start-line-too-long' | 'field-section-too-large' | 'too-many-fields' | 'bare-lf' | 'too-many-empty-lines'

export type ScanResult =
  | { readonly kind: 'more' }
  /** `text` is the head without its last empty line; `consumed` counts the bytes of this chunk that belong to it. */
  | { readonly kind: 'head'; readonly text: string; readonly hasControls: boolean; readonly consumed: number }
  | { readonly kind: 'problem'; readonly problem: ScanProblem }

const MORE: ScanResult = Object.freeze({ kind: 'more' })
const LF = 0x0a
const CR = 0x0d
const HTAB = 0x09
/** RFC 9112 section 2.2: a server ignores at least one empty line before the request line. */
const MAX_LEADING_EMPTY_LINES = 4

/**
 * Finds the end of a head in a stream of chunks. It examines each byte once and copies it at most twice; it does not copy a head that
 * lies in one chunk. Its result depends on the bytes alone, not on how they are cut into chunks.
 */
export class HeadScanner {
  readonly #limits: HeadLimits
  readonly #text: TextCodec
  readonly #acceptBareLf: boolean
  /** Bytes of earlier chunks, from the start of the head. */
  #held: Uint8Array | undefined
  #length = 0
  #lineStart = 0
  /** Lines seen, the start line included. */
  #lines = 0
  #leadingEmptyLines = 0
  #startLineEnd = 0
  #hasControls = false

  constructor(limits: HeadLimits, text: TextCodec, acceptBareLf: boolean) {
    this.#limits = limits
    this.#text = text
    this.#acceptBareLf = acceptBareLf
  }

  /** Bytes of this head so far. */
  get length(): number {
    return this.#length
  }

  push(chunk: Uint8Array): ScanResult {
    if (this.#held === undefined) return this.#scan(chunk, 0, chunk.length, 0)
    const before = this.#length
    // A head is never longer than its limits, so what follows it in this chunk is not copied.
    const end = Math.min(before + chunk.length, Math.max(before, this.#largest()) + 1)
    this.#hold(chunk.subarray(0, end - before), before, end)
    return this.#scan(this.#held, before, end, before)
  }

  #largest(): number {
    return this.#limits.startLine + this.#limits.fieldSection + 4 + 2 * MAX_LEADING_EMPTY_LINES
  }

  #hold(bytes: Uint8Array, from: number, end: number): void {
    if (this.#held === undefined || this.#held.length < end) {
      const grown = new Uint8Array(Math.max(512, 2 * end))
      if (this.#held !== undefined) grown.set(this.#held.subarray(0, from))
      this.#held = grown
    }
    this.#held.set(bytes, from)
    this.#length = end
  }

  #scan(bytes: Uint8Array, from: number, end: number, before: number): ScanResult {
    if (from > 0 && from < end && bytes[from - 1] === CR && bytes[from] !== LF) this.#hasControls = true
    let lineStart = this.#lineStart
    let limit = this.#limit()
    for (let position = from; position < end; position++) {
      const byte = bytes[position]!
      if (byte === LF) {
        const hasCr = position > lineStart && bytes[position - 1] === CR
        if (!hasCr && !this.#acceptBareLf) return problem('bare-lf')
        const isEmpty = position - lineStart === (hasCr ? 1 : 0)
        if (isEmpty && this.#lines > 0) return this.#finish(bytes, lineStart, position + 1 - before)
        if (isEmpty) {
          if (++this.#leadingEmptyLines > MAX_LEADING_EMPTY_LINES) return problem('too-many-empty-lines')
        } else {
          if (this.#lines > 0 && position >= limit) return problem('field-section-too-large')
          if (this.#lines > this.#limits.fields) return problem('too-many-fields')
          if (++this.#lines === 1) this.#startLineEnd = position + 1
        }
        this.#lineStart = lineStart = position + 1
        limit = this.#limit()
        continue
      }
      if (byte < 0x20 && byte !== HTAB) {
        // CR is part of a terminator only when LF follows; a bare one makes the element invalid (RFC 9112 section 2.2).
        if (byte !== CR || (position + 1 < end && bytes[position + 1] !== LF)) this.#hasControls = true
      } else if (byte === 0x7f) this.#hasControls = true
      if (position >= limit && (byte !== CR || position !== (this.#lines === 0 ? limit : lineStart))) {
        return problem(this.#lines === 0 ? 'start-line-too-long' : 'field-section-too-large')
      }
    }
    if (this.#held === undefined) this.#hold(bytes.subarray(0, end), 0, end)
    return MORE
  }

  /** The first position beyond the limit of the start line or of the field section. */
  #limit(): number {
    return this.#lines === 0 ? this.#lineStart + this.#limits.startLine : this.#startLineEnd + this.#limits.fieldSection
  }

  #finish(bytes: Uint8Array, end: number, consumed: number): ScanResult {
    const text = this.#text.decodeLatin1(bytes, 0, end)
    const result: ScanResult = { kind: 'head', text, hasControls: this.#hasControls, consumed }
    this.#held = undefined
    this.#length = this.#lineStart = this.#lines = this.#leadingEmptyLines = this.#startLineEnd = 0
    this.#hasControls = false
    return result
  }
}

function problem(kind: ScanProblem): ScanResult {
  return { kind: 'problem', problem: kind }
}

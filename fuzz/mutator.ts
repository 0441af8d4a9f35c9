/** Deterministic mutations of seeds: the same seed gives the same inputs, so that a finding can be reproduced. */
export class Mutator {
  #state: number
  readonly #pieces: readonly string[]

  constructor(seed: number, pieces: readonly string[]) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0
    this.#pieces = pieces
  }

  /** A whole number from 0 to `below` - 1 (mulberry32). */
  next(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }

  pick<T>(from: readonly T[]): T {
    return from[this.next(from.length)]!
  }

  /** One seed with up to five insertions, deletions, replacements, repetitions and changes of case. */
  mutate(seeds: readonly string[]): Uint8Array {
    let text = this.pick(seeds)
    for (let times = this.next(6); times > 0; times--) {
      // Whole lines are inserted where lines begin, because most would otherwise only break the line they fall into.
      const at = this.next(2) === 0 ? text.indexOf('\n', this.next(text.length + 1)) + 1 : this.next(text.length + 1)
      const length = this.next(this.next(4) === 0 ? 60 : 4)
      const before = text.slice(0, at)
      const after = text.slice(at + length)
      const change = this.next(6)
      if (change === 0) text = before + this.pick(this.#pieces) + text.slice(at)
      else if (change === 1) text = before + after
      else if (change === 2) text = before + String.fromCharCode(this.next(256)) + text.slice(at + 1)
      else if (change === 3) text = before + text.slice(at, at + length).repeat(1 + this.next(4)) + after
      else if (change === 4) text = before + text.slice(at, at + length).toUpperCase() + after
      else text = before + this.pick(this.#pieces) + after
    }
    return Uint8Array.from(text, (character) => character.charCodeAt(0))
  }

  /** The same bytes in chunks. */
  cut(bytes: Uint8Array): Uint8Array[] {
    const largest = 1 + this.next(this.next(2) === 0 ? 3 : 200)
    const chunks: Uint8Array[] = []
    for (let start = 0; start < bytes.length; ) {
      const end = Math.min(bytes.length, start + 1 + this.next(largest))
      chunks.push(bytes.subarray(start, end))
      start = end
    }
    return chunks
  }
}

/** Parts to insert into any head: delimiters, octets that no field may have, names of properties of objects. */
export const HEAD_PIECES: readonly string[] = [
  '\r\n',
  '\n',
  '\r',
  ': ',
  ':',
  ' ',
  '\t',
  ',',
  ';',
  '"',
  '\\',
  '\0',
  '\x7f',
  '\x80',
  '\xff',
  '__proto__',
  'constructor',
]

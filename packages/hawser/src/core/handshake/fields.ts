import { isTokenCode } from './field-values.ts'

/** Field lines of a request or a response (RFC 9110 section 5), in order, names case-insensitive, in every HTTP version. */
export type FieldLine = readonly [name: string, value: string]

/** Up to this many lines a scan that compares lengths first is cheaper than an index (12 lines: 0.02 µs a look-up, index 1 µs to build). */
const SCANNED_LINES = 24

/**
 * Where the lines of one head lie in its text: for each line the begin and the end of its name, and of its value. All heads share it, since it is needed
 * while an opening handshake is read, in one go. A head that is asked later, after others, is scanned again.
 */
const marks = new Int32Array(4 * SCANNED_LINES)
/** The number of the `Fields` that `marks` are of. */
let marked = 0
let lastNumber = 0

/**
 * The lines of a head from `start` to the end of `text`, each with its terminator; undefined for one that `parseFieldSection` has to read line by line: one
 * that is invalid or has many lines or a folded one. The text has no control character but those of its terminators.
 */
export let fieldsIn: (text: string, start: number) => Fields | undefined

/** The field lines of a request or response, in order. Look-ups take a name in any case. */
export class Fields implements Iterable<FieldLine> {
  /**
   * Names and values in turn: an array for each line would cost more than its strings. Undefined while the lines are only in the text of their head:
   * a browser's request has 13, of which the server reads six.
   */
  #flat: string[] | undefined
  #text = ''
  #start = 0
  #lines = 0
  #number = 0
  /** Lower-case names to the numbers of their lines; made by the first look-up among many lines. A Map: peers choose the names. */
  #index: Map<string, number[]> | undefined

  /** Names and values as received, values without surrounding OWS. */
  constructor(lines?: Iterable<FieldLine>) {
    if (lines === undefined) return
    this.#flat = []
    for (const [name, value] of lines) this.#flat.push(name, value)
  }

  /** @param raw names and values in turn, as runtimes give them; pseudo-header fields are left out */
  static fromRaw(raw: readonly string[]): Fields {
    const fields = new Fields()
    for (let i = 0; i + 1 < raw.length; i += 2) if (!raw[i]!.startsWith(':')) fields.append(raw[i]!, raw[i + 1]!)
    return fields
  }

  static {
    fieldsIn = (text, start) => {
      const lines = mark(text, start)
      if (lines === -1) return undefined
      const fields = new Fields()
      fields.#text = text
      fields.#start = start
      fields.#lines = lines
      fields.#number = marked = ++lastNumber
      return fields
    }
  }

  /** The number of field lines. */
  get size(): number {
    return this.#flat === undefined ? this.#lines : this.#flat.length / 2
  }

  /** Whether there is a line with this name. */
  has(name: string): boolean {
    return this.#find(name.toLowerCase(), 0) !== -1
  }

  /** The number of field lines with this name. */
  count(name: string): number {
    return this.values(name).length
  }

  /**
   * The field's value, undefined without a line. Several lines are joined with `, ` where the field may be a list (RFC 9110 section 5.3) and Cookie
   * with `; ` (RFC 9113 section 8.2.3). A field that is no list, Set-Cookie among them, gives its first line; `values` gives them all.
   */
  get(name: string): string | undefined {
    const lower = name.toLowerCase()
    const value = this.only(lower)
    if (value !== null) return value
    const values = this.values(lower)
    if (lower === 'cookie') return values.join('; ')
    return SINGLETONS.has(lower) ? values[0] : values.join(', ')
  }

  /** The value of each line with this name, in order. */
  values(name: string): readonly string[] {
    const lower = name.toLowerCase()
    let line = this.#find(lower, 0)
    if (line === -1) return NONE
    if (this.#index !== undefined) return this.#index.get(lower)!.map((indexed) => this.#value(indexed))
    const values = [this.#value(line)]
    while ((line = this.#find(lower, line + 1)) !== -1) values.push(this.#value(line))
    return values
  }

  /** The value of the only line with this name: undefined where there is none, null where there are several. `name` is in lower case. */
  only(name: string): string | null | undefined {
    const line = this.#find(name, 0)
    if (line === -1) return undefined
    return this.#find(name, line + 1) === -1 ? this.#value(line) : null
  }

  /** Adds a line at the end. */
  append(name: string, value: string): void {
    this.#copied().push(name, value)
    this.#index = undefined
  }

  /** Every line, in order. */
  *[Symbol.iterator](): Iterator<FieldLine, undefined> {
    const flat = this.#copied()
    for (let position = 0; position < flat.length; position += 2) yield [flat[position]!, flat[position + 1]!]
  }

  /** The strings of all lines. */
  #copied(): string[] {
    if (this.#flat !== undefined) return this.#flat
    const flat: string[] = []
    for (let line = 0; line < this.#lines; line++) {
      this.#mark()
      flat.push(this.#text.slice(marks[4 * line], marks[4 * line + 1]), this.#value(line))
    }
    this.#text = ''
    return (this.#flat = flat)
  }

  #mark(): void {
    if (marked === this.#number) return
    mark(this.#text, this.#start)
    marked = this.#number
  }

  /** After `#find`, which has marked the lines. */
  #value(line: number): string {
    return this.#flat === undefined ? this.#text.slice(marks[4 * line + 2], marks[4 * line + 3]) : this.#flat[2 * line + 1]!
  }

  /** The first line with this name from a line on; -1 for none. */
  #find(lower: string, from: number): number {
    const flat = this.#flat
    if (flat === undefined) {
      if (this.#lines === 0) return -1
      this.#mark()
      for (let line = from; line < this.#lines; line++) {
        if (isNamed(this.#text, marks[4 * line]!, marks[4 * line + 1]!, lower)) return line
      }
      return -1
    }
    if (flat.length > 2 * SCANNED_LINES) return (this.#index ??= indexOf(flat)).get(lower)?.find((line) => line >= from) ?? -1
    for (let position = 2 * from; position < flat.length; position += 2) {
      const name = flat[position]!
      if (name === lower || isNamed(name, 0, name.length, lower)) return position / 2
    }
    return -1
  }
}

const COLON = 0x3a
const SP = 0x20
const HTAB = 0x09
const CR = 0x0d

/** @returns the number of lines; -1 for a head as `fieldsIn` has it */
function mark(text: string, start: number): number {
  // Whatever happens, they are of no `Fields` now.
  marked = 0
  let at = 0
  for (let position = start; position < text.length; ) {
    if (at === marks.length) return -1
    let colon = position
    while (isTokenCode(text.charCodeAt(colon))) colon++
    if (colon === position || text.charCodeAt(colon) !== COLON) return -1
    const lineFeed = text.indexOf('\n', colon)
    if (lineFeed === -1) return -1
    let end = text.charCodeAt(lineFeed - 1) === CR ? lineFeed - 1 : lineFeed
    let from = colon + 1
    while (from < end && (text.charCodeAt(from) === SP || text.charCodeAt(from) === HTAB)) from++
    while (end > from && (text.charCodeAt(end - 1) === SP || text.charCodeAt(end - 1) === HTAB)) end--
    marks[at++] = position
    marks[at++] = colon
    marks[at++] = from
    marks[at++] = end
    position = lineFeed + 1
  }
  return at / 4
}

/** Fields that the standards define as one value, where a comma does not separate elements. An unknown field may be a list. */
const SINGLETONS: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'content-length',
  'content-location',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'origin',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'sec-websocket-accept',
  'sec-websocket-key',
  'server',
  'set-cookie',
  'user-agent',
])

const NONE: readonly string[] = Object.freeze([])

/** Compares a part of `text` in place: a lower-case copy of each name of the right length would be garbage. */
function isNamed(text: string, start: number, end: number, lower: string): boolean {
  if (end - start !== lower.length) return false
  for (let position = 0; position < lower.length; position++) {
    const code = text.charCodeAt(start + position)
    const wanted = lower.charCodeAt(position)
    if (code !== wanted && (code < 0x41 || code > 0x5a || code + 0x20 !== wanted)) return false
  }
  return true
}

/** Lower-case names to the numbers of their lines. */
function indexOf(flat: readonly string[]): Map<string, number[]> {
  const index = new Map<string, number[]>()
  for (let position = 0; position < flat.length; position += 2) {
    const lower = flat[position]!.toLowerCase()
    const positions = index.get(lower)
    if (positions === undefined) index.set(lower, [position / 2])
    else positions.push(position / 2)
  }
  return index
}

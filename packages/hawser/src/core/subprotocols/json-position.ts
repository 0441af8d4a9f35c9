/**
 * Describes where a text stops being JSON (RFC 8259). Runs only after `JSON.parse` has refused the text, because engines differ in whether and how
 * they report the position. It does not recurse, because a peer chooses the depth.
 */
export function locateJsonError(text: string): string {
  const failure = new JsonScanner(text).scan()
  if (failure === undefined) return 'not JSON'
  const before = text.slice(0, failure.position)
  const line = before.split('\n').length
  const column = failure.position - (before.lastIndexOf('\n') + 1) + 1
  const found =
    failure.position >= text.length ? 'the end of the message' : JSON.stringify(String.fromCodePoint(text.codePointAt(failure.position) ?? 0))
  return `not JSON: expected ${failure.expected}, found ${found} at position ${failure.position} (line ${line}, column ${column})`
}

export interface JsonFailure {
  /** Index into the text, in UTF-16 code units. */
  readonly position: number
  readonly expected: string
}

type Expecting = 'value' | 'value or ]' | 'name' | 'name or }' | 'comma'

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WHITESPACE = /[ \t\n\r]*/y
const PLAIN = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

export class JsonScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** @returns undefined when the text is JSON */
  scan(): JsonFailure | undefined {
    /** Open containers, outermost first: `}` and `]` are what closes them. */
    const closers: string[] = []
    let expecting: Expecting = 'value'
    for (;;) {
      this.#skip(WHITESPACE)
      const next = this.#text[this.#at]
      const closer = closers.at(-1)
      if (expecting === 'comma') {
        if (closer === undefined) return next === undefined ? undefined : this.#fail('the end of the message')
        if (next === ',') {
          this.#at++
          expecting = closer === '}' ? 'name' : 'value'
          continue
        }
        if (next !== closer) return this.#fail(`"," or "${closer}"`)
        this.#at++
        closers.pop()
        continue
      }
      if ((expecting === 'name or }' && next === '}') || (expecting === 'value or ]' && next === ']')) {
        this.#at++
        closers.pop()
        expecting = 'comma'
        continue
      }
      if (expecting === 'name' || expecting === 'name or }') {
        if (next !== '"') return this.#fail(expecting === 'name' ? 'a name in double quotes' : 'a name in double quotes or "}"')
        const failure = this.#string()
        if (failure !== undefined) return failure
        this.#skip(WHITESPACE)
        if (this.#text[this.#at] !== ':') return this.#fail('":"')
        this.#at++
        expecting = 'value'
        continue
      }
      if (next === '{' || next === '[') {
        this.#at++
        closers.push(next === '{' ? '}' : ']')
        expecting = next === '{' ? 'name or }' : 'value or ]'
        continue
      }
      const failure = next === '"' ? this.#string() : this.#scalar(expecting)
      if (failure !== undefined) return failure
      expecting = 'comma'
    }
  }

  #string(): JsonFailure | undefined {
    this.#at++
    for (;;) {
      this.#skip(PLAIN)
      const next = this.#text[this.#at]
      if (next === '"') {
        this.#at++
        return undefined
      }
      if (next !== '\\') return this.#fail(next === undefined ? 'the end of the string' : 'an escaped control character')
      if (this.#skip(ESCAPE) === 0) return this.#fail('an escape sequence')
    }
  }

  #scalar(expecting: Expecting): JsonFailure | undefined {
    for (const literal of ['true', 'false', 'null']) {
      if (this.#text.startsWith(literal, this.#at)) {
        this.#at += literal.length
        return undefined
      }
    }
    return this.#skip(NUMBER) === 0 ? this.#fail(expecting === 'value or ]' ? 'a value or "]"' : 'a value') : undefined
  }

  #skip(pattern: RegExp): number {
    pattern.lastIndex = this.#at
    const length = pattern.exec(this.#text)?.[0].length ?? 0
    this.#at += length
    return length
  }

  #fail(expected: string): JsonFailure {
    return { position: this.#at, expected }
  }
}

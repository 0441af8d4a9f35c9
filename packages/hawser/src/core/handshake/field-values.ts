/**
 * Parses field values by the grammar of RFC 9110 section 5.6, which each function cites. The position only grows, so parsing is linear in the
 * length of the value.
 */
import type { ExtensionElement, ExtensionParameter } from '../protocol/extension.ts'

/** The parsed value, or the error and its position. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

/** One member of Upgrade: `protocol-name ["/" protocol-version]` (RFC 9110 section 7.8). */
export interface UpgradeProtocol {
  /** As received; compare it without regard to case. */
  readonly name: string
  /** The part after the slash; undefined where there is none. */
  readonly version: string | undefined
}

/** Empty list elements accepted in one field: the "reasonable number" of RFC 9110 section 5.6.1.2. */
export const MAX_EMPTY_ELEMENTS: number = 32

const SP = 0x20
const HTAB = 0x09
const COMMA = 0x2c
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const SLASH = 0x2f
const DQUOTE = 0x22
const BACKSLASH = 0x5c

/** tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA (section 5.6.2) */
const TCHAR: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => Number(/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(code))))

export function isTokenCode(code: number): boolean {
  return code < 256 && TCHAR[code] === 1
}

/** token = 1*tchar */
export function isToken(text: string): boolean {
  for (let position = 0; position < text.length; position++) {
    if (!isTokenCode(text.charCodeAt(position))) return false
  }
  return text.length > 0
}

/** field-value without surrounding OWS: VCHAR, obs-text, SP and HTAB; no CR, LF, NUL or other control (section 5.5). */
export function isFieldValue(text: string): boolean {
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if ((code < SP && code !== HTAB) || code === 0x7f || code > 0xff) return false
  }
  return true
}

/** Quotes a peer's text for a message: printable ASCII, at most 60 characters. */
export function quote(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text
  let quoted = ''
  for (let position = 0; position < shown.length; position++) {
    const code = shown.charCodeAt(position)
    quoted += code >= SP && code < 0x7f ? shown[position] : `\\x${code.toString(16).padStart(2, '0')}`
  }
  return `"${quoted}"`
}

/** 1#token over all lines of a field: Connection (RFC 9110 section 7.6.1), Sec-WebSocket-Protocol (RFC 6455 section 11.3.4). */
export function parseTokenList(lines: readonly string[]): Parsed<readonly string[]> {
  return parseList(lines, (reader) => reader.token())
}

/** Upgrade = #protocol; protocol = protocol-name ["/" protocol-version] */
export function parseUpgrade(lines: readonly string[]): Parsed<readonly UpgradeProtocol[]> {
  return parseList(lines, (reader) => {
    const name = reader.token()
    if (name === undefined || !reader.take(SLASH)) return name === undefined ? undefined : { name, version: undefined }
    const version = reader.token()
    return version === undefined ? undefined : { name, version }
  })
}

/**
 * extension-list = 1#extension (RFC 6455 section 9.1), over all lines of the field.
 * Section 9.1 takes the "implied *LWS" of RFC 2616: whitespace around ";" and "=" is not an error.
 */
export function parseExtensions(lines: readonly string[]): Parsed<readonly ExtensionElement[]> {
  return parseList(lines, (reader) => {
    // extension = extension-token *( ";" extension-param )
    const name = reader.token()
    if (name === undefined) return undefined
    const parameters: ExtensionParameter[] = []
    reader.skipWhitespace()
    while (reader.take(SEMICOLON)) {
      // extension-param = token [ "=" ( token / quoted-string ) ]
      reader.skipWhitespace()
      const parameter = reader.token()
      if (parameter === undefined) return undefined
      reader.skipWhitespace()
      if (!reader.take(EQUALS)) {
        parameters.push([parameter, true])
        continue
      }
      reader.skipWhitespace()
      const value = reader.tokenOrQuotedToken()
      if (value === undefined) return undefined
      parameters.push([parameter, value])
      reader.skipWhitespace()
    }
    return { name, parameters }
  })
}

/** `name; parameter; parameter=value, ...` on one line. Values are tokens, which section 9.1 requires even of quoted values. */
export function serializeExtensions(elements: readonly ExtensionElement[]): string {
  let text = ''
  for (const { name, parameters } of elements) {
    text += text === '' ? name : `, ${name}`
    for (const [parameter, value] of parameters) text += value === true ? `; ${parameter}` : `; ${parameter}=${value}`
  }
  return text
}

/** #element => [ element ] *( OWS "," OWS [ element ] ) (section 5.6.1.2), where the lines count as one list (section 5.3). */
function parseList<T>(lines: readonly string[], element: (reader: Reader) => T | undefined): Parsed<readonly T[]> {
  const elements: T[] = []
  let empty = 0
  for (const line of lines) {
    const reader = new Reader(line)
    let more = true
    while (more) {
      reader.skipWhitespace()
      if (reader.isAtEnd() || reader.peek() === COMMA) {
        if (++empty > MAX_EMPTY_ELEMENTS) return { ok: false, message: `more than ${MAX_EMPTY_ELEMENTS} empty list elements` }
      } else {
        const value = element(reader)
        if (value === undefined) return { ok: false, message: reader.complaint() }
        elements.push(value)
        reader.skipWhitespace()
      }
      more = reader.take(COMMA)
      if (!more && !reader.isAtEnd()) return { ok: false, message: reader.complaint() }
    }
  }
  return elements.length === 0 ? { ok: false, message: 'the list has no element' } : { ok: true, value: elements }
}

class Reader {
  readonly #text: string
  #position = 0
  #expected = 'a token'

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    return this.#position >= this.#text.length
  }

  peek(): number {
    return this.#text.charCodeAt(this.#position)
  }

  take(code: number): boolean {
    if (this.#text.charCodeAt(this.#position) !== code) {
      this.#expected = 'a separator'
      return false
    }
    this.#position++
    this.#expected = 'a token'
    return true
  }

  /** OWS = *( SP / HTAB ) */
  skipWhitespace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#position)
      if (code !== SP && code !== HTAB) return
      this.#position++
    }
  }

  token(): string | undefined {
    const start = this.#position
    while (this.#position < this.#text.length && isTokenCode(this.#text.charCodeAt(this.#position))) this.#position++
    if (this.#position === start) return undefined
    return this.#text.slice(start, this.#position)
  }

  /** RFC 6455 section 9.1: a quoted value must be a token once it is unquoted. */
  tokenOrQuotedToken(): string | undefined {
    if (this.peek() !== DQUOTE) return this.token()
    const start = this.#position
    const value = this.#quotedString()
    if (value === undefined || isToken(value)) return value
    this.#expected = 'a token inside the quotes'
    this.#position = start
    return undefined
  }

  /** quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE; quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text ) (section 5.6.4) */
  #quotedString(): string | undefined {
    let from = ++this.#position
    let value = ''
    for (; this.#position < this.#text.length; this.#position++) {
      const code = this.#text.charCodeAt(this.#position)
      if (code === DQUOTE) {
        value += this.#text.slice(from, this.#position++)
        return value
      }
      if (code === BACKSLASH) {
        value += this.#text.slice(from, this.#position++)
        from = this.#position
      }
    }
    this.#expected = 'a closing quote'
    this.#position = this.#text.length
    return undefined
  }

  complaint(): string {
    const found = this.isAtEnd() ? 'the end' : quote(this.#text[this.#position]!)
    return `expected ${this.#expected} at character ${Math.min(this.#position, this.#text.length) + 1}, found ${found}`
  }
}

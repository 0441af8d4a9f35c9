import { failOpening } from '../handshake/client-handshake.ts'
import { quote } from '../handshake/field-values.ts'
import { RULES } from '../handshake/rules.ts'
import { hasControl, parseFieldSection } from './field-section.ts'
import { HeadScanner } from './head-scanner.ts'
import type { TextCodec } from '../platform.ts'
import type { OpeningFailure } from '../handshake/client-handshake.ts'
import type { Fields } from '../handshake/fields.ts'
import type { HeadLimits } from './head-limits.ts'
import type { ScanProblem } from './head-scanner.ts'

/** The head of a response (RFC 9112 section 4). */
export interface ResponseHead {
  /** `1.0`, `1.1` or higher. */
  readonly httpVersion: string
  /** The status code. */
  readonly status: number
  /** The reason phrase; may be empty. */
  readonly statusText: string
  /** The field lines, in order. */
  readonly fields: Fields
  /** The head as it was on the wire, read as Latin-1, without the last empty line. */
  readonly text: string
}

/** The result of `ResponseHeadParser.push`: more bytes are needed, the final response head is complete, or the handshake fails. */
export type ResponseHeadResult =
  | { readonly kind: 'more' }
  /** The final response (101 is one). `consumed` bytes of this chunk belong to it and to interim responses before it. */
  | { readonly kind: 'head'; readonly head: ResponseHead; readonly interim: readonly ResponseHead[]; readonly consumed: number }
  | { readonly kind: 'failed'; readonly failure: OpeningFailure }

/** Interim responses kept for display; further ones are read and dropped. */
const MAX_INTERIM_KEPT = 8
/** All interim responses together may take this many times the limit of one head. */
const INTERIM_BUDGET = 16
const PREFIX: readonly number[] = [0x48, 0x54, 0x54, 0x50, 0x2f]

/**
 * Reads the final response of one request from chunks. Any number of interim (1xx) responses may come before it (RFC 9110 section 15.2),
 * up to a budget of bytes. As tolerant as user agents: a line may end in LF alone, obs-fold is joined, the reason phrase is optional.
 */
export class ResponseHeadParser {
  readonly #scanner: HeadScanner
  readonly #limits: HeadLimits
  readonly #interim: ResponseHead[] = []
  #interimBytes = 0
  /** Bytes of the current head that were compared with `HTTP/`. */
  #prefix = 0

  /** A parser reads one final response; `limits` are those of each head. */
  constructor(limits: HeadLimits, text: TextCodec) {
    this.#scanner = new HeadScanner(limits, text, true)
    this.#limits = limits
  }

  /** Takes the next bytes of the connection. Bytes after the final response are not consumed. */
  push(chunk: Uint8Array): ResponseHeadResult {
    let consumed = 0
    for (;;) {
      const rest = consumed === 0 ? chunk : chunk.subarray(consumed)
      // HTTP/0.9, TLS alerts and banners of other protocols fail at their first bytes, without waiting for a line.
      for (let position = 0; position < rest.length && this.#prefix < PREFIX.length; position++, this.#prefix++) {
        if (rest[position] !== PREFIX[this.#prefix])
          return failed('status-line', 'the response is not HTTP: it does not begin with a status line', NOT_HTTP)
      }
      const scanned = this.#scanner.push(rest)
      if (scanned.kind === 'more') return scanned
      if (scanned.kind === 'problem') return this.#fail(scanned.problem)
      consumed += scanned.consumed
      this.#prefix = 0
      const head = parseResponseHead(scanned.text, scanned.hasControls)
      if ('ok' in head) return { kind: 'failed', failure: head }
      if (head.status >= 200 || head.status === 101) return { kind: 'head', head, interim: this.#interim, consumed }
      this.#interimBytes += scanned.text.length
      if (this.#interimBytes > INTERIM_BUDGET * (this.#limits.startLine + this.#limits.fieldSection)) {
        return failed('RS14', 'too many or too large interim responses before the final one')
      }
      if (this.#interim.length < MAX_INTERIM_KEPT) this.#interim.push(head)
    }
  }

  #fail(problem: ScanProblem): ResponseHeadResult {
    switch (problem) {
      case 'start-line-too-long':
        return failed('RS14', `the status line is longer than ${this.#limits.startLine} bytes`)
      case 'field-section-too-large':
        return failed('RS14', `the field section of the response is larger than ${this.#limits.fieldSection} bytes`)
      case 'too-many-fields':
        return failed('RS14', `the response has more than ${this.#limits.fields} field lines`)
      case 'bare-lf':
      case 'too-many-empty-lines':
        return failed('status-line', 'the response does not begin with a status line', NOT_HTTP)
    }
  }
}

const NOT_HTTP = 'this does not look like an HTTP server: is the port correct, and is it ws or wss?'

function failed(rule: keyof typeof RULES, message: string, hint?: string): ResponseHeadResult {
  const condition = rule === 'status-line' ? 'response-not-http' : undefined
  return { kind: 'failed', failure: failOpening('response', RULES[rule], message, hint, condition) }
}

/** status-line = HTTP-version SP status-code SP [ reason-phrase ]; the second SP may be missing where the phrase is. */
function parseResponseHead(text: string, hasControls: boolean): ResponseHead | OpeningFailure {
  const lineFeed = text.indexOf('\n')
  const line = text.slice(0, text[lineFeed - 1] === '\r' ? lineFeed - 1 : lineFeed)
  const match = /^HTTP\/([0-9]\.[0-9]) ([1-9][0-9]{2})(?: ([^]*))?$/.exec(line)
  if (match === null || (hasControls && hasControl(line))) {
    return failOpening('response', RULES['status-line'], `${quote(line)} is not a status line`, NOT_HTTP, 'response-not-http')
  }
  const section = parseFieldSection(text, lineFeed + 1, hasControls, 'client')
  if (!section.ok) return failOpening('response', RULES[section.rule], section.message)
  return { httpVersion: match[1]!, status: Number(match[2]), statusText: match[3] ?? '', fields: section.fields, text }
}

import { isTokenCode, quote } from '../handshake/field-values.ts'
import { refuseAndClose } from '../handshake/refusals.ts'
import { hasControl, parseFieldSection } from './field-section.ts'
import { HeadScanner } from './head-scanner.ts'
import type { TextCodec } from '../platform.ts'
import type { Fields } from '../handshake/fields.ts'
import type { Refusal } from '../handshake/refusals.ts'
import type { HeadLimits } from './head-limits.ts'
import type { ScanProblem } from './head-scanner.ts'

/** The head of any request (RFC 9112 section 2.1). */
export interface RequestHead {
  /** As received; method names are case-sensitive. */
  readonly method: string
  /** As received. */
  readonly target: string
  /** `1.0`, `1.1` or higher. */
  readonly httpVersion: string
  /** The field lines, in order. */
  readonly fields: Fields
  /** The head as it was on the wire, read as Latin-1: request line and field lines with their terminators, without the last empty line. */
  readonly text: string
}

/** The result of `RequestHeadParser.push`: more bytes are needed, a request head is complete, or the request is refused. */
export type RequestHeadResult =
  | { readonly kind: 'more' }
  /** `consumed` bytes of this chunk belong to the head; frames or content follow. */
  | { readonly kind: 'head'; readonly head: RequestHead; readonly consumed: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/**
 * Reads request heads from chunks. After a head it is ready for the next one; after a refusal it must not be used again.
 * Strict: every line ends in CRLF, and obs-fold is refused.
 */
export class RequestHeadParser {
  readonly #scanner: HeadScanner
  readonly #limits: HeadLimits

  /** A parser reads one head; `limits` are those of this head. */
  constructor(limits: HeadLimits, text: TextCodec) {
    this.#scanner = new HeadScanner(limits, text, false)
    this.#limits = limits
  }

  /** Some bytes of a head have arrived: when the deadline passes, the answer is 408. */
  get isInsideHead(): boolean {
    return this.#scanner.length > 0
  }

  /** Takes the next bytes of the connection. Bytes after a complete head are not consumed. */
  push(chunk: Uint8Array): RequestHeadResult {
    const first = chunk[0]
    // A byte that no request can begin with, such as that of a TLS record, is refused at once instead of at a limit or a deadline.
    if (first !== undefined && this.#scanner.length === 0 && !isTokenCode(first) && first !== 0x0d && first !== 0x0a) {
      const what =
        first === 0x16
          ? 'a TLS record arrived where plain HTTP is spoken'
          : `a request cannot begin with the byte 0x${first.toString(16).padStart(2, '0')}`
      return { kind: 'refused', refusal: refuseAndClose('start-line', what) }
    }
    const scanned = this.#scanner.push(chunk)
    if (scanned.kind === 'more') return scanned
    if (scanned.kind === 'problem') return { kind: 'refused', refusal: this.#refuse(scanned.problem) }
    const head = parseRequestHead(scanned.text, scanned.hasControls)
    return 'status' in head ? { kind: 'refused', refusal: head } : { kind: 'head', head, consumed: scanned.consumed }
  }

  #refuse(problem: ScanProblem): Refusal {
    switch (problem) {
      case 'start-line-too-long':
        return refuseAndClose('H14', `the request line is longer than ${this.#limits.startLine} bytes`, 414)
      case 'field-section-too-large':
        return refuseAndClose('fields-too-large', `the field section is larger than ${this.#limits.fieldSection} bytes`, 431)
      case 'too-many-fields':
        return refuseAndClose('fields-too-large', `the request has more than ${this.#limits.fields} field lines`, 431)
      case 'bare-lf':
        return refuseAndClose('H8.lf', 'a line ends in LF without CR')
      case 'too-many-empty-lines':
        return refuseAndClose('start-line', 'there are too many empty lines before the request line')
    }
  }
}

/** request-line = method SP request-target SP HTTP-version (RFC 9112 section 3). */
function parseRequestHead(text: string, hasControls: boolean): RequestHead | Refusal {
  let start = 0
  // Empty lines are skipped (RFC 9112 section 2.2); a bare CR belongs to the request line and makes it invalid.
  while (text.startsWith('\r\n', start)) start += 2
  const lineEnd = text.indexOf('\r\n', start)
  const usual = hasControls ? undefined : usualTarget(text, start, lineEnd)
  if (usual !== undefined) return readSection(text, start, lineEnd, false, 'GET', usual, '1.1')
  const line = text.slice(start, lineEnd)
  if (hasControls && hasControl(line)) return refuseAndClose('start-line', 'the request line has a control character')
  const afterMethod = line.indexOf(' ')
  const beforeVersion = line.lastIndexOf(' ')
  if (afterMethod < 1 || beforeVersion <= afterMethod + 1)
    return refuseAndClose('start-line', `the request line ${quote(line)} is not method SP request-target SP HTTP-version`)
  for (let position = 0; position < afterMethod; position++) {
    if (!isTokenCode(line.charCodeAt(position))) return refuseAndClose('start-line', `the method ${quote(line.slice(0, afterMethod))} is not a token`)
  }
  const target = line.slice(afterMethod + 1, beforeVersion)
  if (target.includes(' ') || target.includes('\t')) return refuseAndClose('start-line', `the request target ${quote(target)} has whitespace`)
  const version = line.slice(beforeVersion + 1)
  if (!/^HTTP\/[0-9]\.[0-9]$/.test(version)) return refuseAndClose('start-line', `${quote(version)} is not an HTTP version`)
  if (version[5] !== '1') return refuseAndClose('http-version', `${version} is not spoken here; this is HTTP/1.1`, 505)
  return readSection(text, start, lineEnd, hasControls, line.slice(0, afterMethod), target, version.slice(5))
}

const USUAL_START = 'GET '
const USUAL_END = ' HTTP/1.1'

/** The target of `GET target HTTP/1.1`, without a string for any other part; undefined for another request line. */
function usualTarget(text: string, start: number, lineEnd: number): string | undefined {
  const from = start + USUAL_START.length
  const end = lineEnd - USUAL_END.length
  if (end <= from || !text.startsWith(USUAL_START, start) || !text.startsWith(USUAL_END, end)) return undefined
  for (let position = from; position < end; position++) {
    const code = text.charCodeAt(position)
    if (code === 0x20 || code === 0x09) return undefined
  }
  return text.slice(from, end)
}

function readSection(
  text: string,
  start: number,
  lineEnd: number,
  hasControls: boolean,
  method: string,
  target: string,
  httpVersion: string,
): RequestHead | Refusal {
  const section = parseFieldSection(text, lineEnd + 2, hasControls, 'server')
  if (!section.ok) return refuseAndClose(section.rule, section.message)
  return { method, target, httpVersion, fields: section.fields, text: start === 0 ? text : text.slice(start) }
}

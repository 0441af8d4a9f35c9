import { withholdCredentials } from './credentials.ts'

/** A head split into lines for display. Nothing is validated: a line that cannot be read stays raw text. */
export interface WireLine {
  /** The line as on the wire, without its line end, decoded as Latin-1. */
  readonly raw: string
  /** Undefined when the line has no colon. */
  readonly name: string | undefined
  /** Without surrounding whitespace. */
  readonly value: string
}

export interface WireHead {
  readonly startLine: string
  readonly lines: readonly WireLine[]
  /** The bytes after the empty line: content sent with the head. */
  readonly rest: Uint8Array
  /** The whole head, including the empty line. */
  readonly text: string
}

/** @param credentials whether they are shown */
export function readWireHead(bytes: Uint8Array, credentials: boolean = true): WireHead {
  const end = headEnd(bytes)
  const wire = Buffer.from(bytes.subarray(0, end)).toString('latin1')
  const text = credentials ? wire : withholdCredentials(wire)
  const [startLine = '', ...lines] = text.replace(/(?:\r?\n){1,2}$/, '').split(/\r?\n/)
  return { startLine, lines: lines.map(readLine), rest: bytes.subarray(end), text }
}

function readLine(raw: string): WireLine {
  // A pseudo-header field of HTTP/2 begins with a colon.
  const colon = raw.indexOf(':', 1)
  if (colon < 1) return { raw, name: undefined, value: raw }
  return { raw, name: raw.slice(0, colon), value: withoutSpace(raw.slice(colon + 1)) }
}

function headEnd(bytes: Uint8Array): number {
  for (let index = bytes.indexOf(0x0a); index !== -1; index = bytes.indexOf(0x0a, index + 1)) {
    if (bytes[index + 1] === 0x0a) return index + 2
    if (bytes[index + 1] === 0x0d && bytes[index + 2] === 0x0a) return index + 3
  }
  return bytes.length
}

/** Without the whitespace around it. A regular expression for its end takes quadratic time for whitespace in the middle, which a peer can send. */
function withoutSpace(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isSpace(text, start)) start++
  while (start < end && isSpace(text, end - 1)) end--
  return text.slice(start, end)
}

function isSpace(text: string, position: number): boolean {
  return text[position] === ' ' || text[position] === '\t'
}

/** All values of one field, in order. */
export function fieldValues(head: WireHead, name: string): string[] {
  return head.lines.filter((line) => line.name?.toLowerCase() === name).map((line) => line.value)
}

/** The elements of a list of tokens without empty ones (RFC 9110 section 5.6.1.2). */
export function listOfTokens(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map(withoutSpace)
    .filter((element) => element !== '')
}

/** The request target in a head: from the request line or `:path`; undefined when there is none. */
export function requestTarget(head: Uint8Array): string | undefined {
  if (head[0] === 0x3a) return /^:path: (.*)$/m.exec(Buffer.from(head).toString('latin1'))?.[1]?.trim()
  const end = head.indexOf(0x0a)
  const startLine = Buffer.from(head.subarray(0, end === -1 ? head.length : end)).toString('latin1')
  return /^\S+ (\S+)/.exec(startLine)?.[1]
}

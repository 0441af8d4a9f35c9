import { createHash } from 'node:crypto'

/** A request or response head as it came over the wire: Latin-1, field lines in order, nothing corrected. */
export interface Head {
  readonly startLine: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Lines that are no field lines, or have a control character in their value. */
  readonly malformed: readonly string[]
  readonly byteLength: number
}

/** The longest head that the suite reads, in bytes: a peer that sends more has no end in sight. */
const mostHead = 1024 * 1024

/** How many interim responses are read before the final one. */
export const mostInterim = 16

/** Whether bytes without an empty line are more than the suite takes for the beginning of a head. */
export function isEndless(bytes: Buffer): boolean {
  return bytes.length > mostHead
}

/** @returns undefined while the empty line is missing */
export function parseHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [startLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const fields: (readonly [string, string])[] = []
  const malformed: string[] = []
  for (const line of lines) {
    const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/s.exec(line)
    const isField = match !== null && !/[\r\n\0]/.test(line)
    // RFC 9110 section 5.5: no control character but a tab is in a field value, and a recipient may keep one that is no CR, LF or NUL.
    if (!isField || /[\x01-\x08\x0b-\x1f\x7f]/.test(line)) malformed.push(line)
    if (isField) fields.push([match[1]!.toLowerCase(), match[2]!])
  }
  return { startLine, fields, malformed, byteLength: end + 4 }
}

export function valuesOf(head: Head, name: string): string[] {
  return head.fields.filter(([field]) => field === name).map(([, value]) => value)
}

/** The elements of a list field over all its lines, without empty ones (RFC 9110 section 5.6.1.2). */
export function listOf(head: Head, name: string): string[] {
  return valuesOf(head, name)
    .flatMap((value) => value.split(','))
    .map((element) => element.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((element) => element !== '')
}

export function statusOf(head: Head): number {
  const match = /^HTTP\/\d\.\d (\d{3})(?: |$)/.exec(head.startLine)
  return match === null ? 0 : Number(match[1])
}

/** RFC 6455 section 4.2.2 step 5.4. */
export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

/** Default field lines with a row's changes laid over them. */
export function buildFields(
  defaults: readonly (readonly [string, string])[],
  spec: {
    readonly set?: Readonly<Record<string, string | readonly string[] | null>>
    readonly lines?: readonly string[]
    readonly linesFirst?: readonly string[]
  },
): string[] {
  const changes = new Map(Object.entries(spec.set ?? {}).map(([name, value]) => [name.toLowerCase(), { name, value }]))
  const lines = [...(spec.linesFirst ?? [])]
  const addAll = (name: string, value: string | readonly string[] | null): void => {
    if (value === null) return
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`)
  }
  for (const [name, value] of defaults) {
    const change = changes.get(name.toLowerCase())
    if (change === undefined) lines.push(`${name}: ${value}`)
    else addAll(change.name, change.value)
    changes.delete(name.toLowerCase())
  }
  for (const { name, value } of changes.values()) addAll(name, value)
  return [...lines, ...(spec.lines ?? [])]
}

/** The parameters of the one agreed permessage-deflate element; undefined when there is none. */
export function deflateParametersOf(head: Head): Map<string, string> | undefined {
  const element = listOf(head, 'sec-websocket-extensions').find((text) => /^permessage-deflate(?:[ \t]*;|$)/.test(text))
  if (element === undefined) return undefined
  const parameters = new Map<string, string>()
  for (const parameter of element.split(';').slice(1)) {
    const [name = '', value = ''] = parameter.split('=').map((part) => part.trim())
    parameters.set(name, value.replace(/^"(.*)"$/, '$1'))
  }
  return parameters
}

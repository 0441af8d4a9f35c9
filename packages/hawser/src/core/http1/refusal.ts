import { linkOf } from '../conditions.ts'
import { citeRule } from '../errors.ts'
import { isFieldValue, isToken } from '../handshake/field-values.ts'
import { isRefusalField } from '../handshake/reserved-fields.ts'
import type { FieldLine } from '../handshake/fields.ts'
import type { Refusal } from '../handshake/refusals.ts'

/** A response that the application wrote. */
export interface PlainResponse {
  /** The status code. */
  readonly status: number
  /** Default: the usual phrase for the status code. */
  readonly statusText?: string
  /** Without fields that frame the content or concern the connection: this module writes them. */
  readonly fields: Iterable<FieldLine>
  /** Bytes of content that follow the head. */
  readonly contentLength: number
  /** The connection must not be used for another request. */
  readonly close: boolean
}

/**
 * A refusal as a complete HTTP/1.1 response, ASCII: status, Content-Length, and a text that names the fault and the rule that it broke.
 * @param options `head`: the request was HEAD, so there is no content; `date`: the value of Date, which a server with a clock sends
 */
export function serializeRefusal(refusal: Refusal, options?: { readonly head?: boolean; readonly date?: string }): string {
  const content = describeRefusal(refusal)
  const fields = refusalFields(refusal)
  if (options?.date !== undefined) fields.unshift(['Date', options.date])
  const head = serializeResponseHead({ status: refusal.status, fields, contentLength: content.length, close: refusal.close })
  return options?.head === true ? head : head + content
}

/** The fields of a refusal, in any HTTP version: its own, those of the content, and a Link to its explanation (RFC 8288). */
export function refusalFields(refusal: Refusal): FieldLine[] {
  return [
    ...refusal.fields,
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Link', `<${linkOf('errors-refusals', refusal.condition)}>; rel="help"`],
  ]
}

/** The content of a refusal, ASCII. */
export function describeRefusal(refusal: Refusal): string {
  let text = `${refusal.status} ${reasonPhrase(refusal.status)}\n\n${escapeNonAscii(refusal.message)}\n`
  const { rule } = refusal
  if (rule !== undefined)
    text += `\nRule: ${escapeNonAscii(rule.text)}\n${citeRule(rule)}${rule.id === undefined ? '' : ` (${rule.id})`}, level ${rule.level}\n`
  return `${text}\nHelp: ${linkOf('errors-refusals', refusal.condition)}\n`
}

/** The head of any response but a 101; the content of `contentLength` bytes follows it. To be written as Latin-1. */
export function serializeResponseHead(response: PlainResponse): string {
  const phrase = response.statusText === undefined || !isFieldValue(response.statusText) ? reasonPhrase(response.status) : response.statusText
  let head = `HTTP/1.1 ${response.status} ${phrase}\r\n`
  const options: string[] = []
  for (const [name, value] of response.fields) {
    const lower = name.toLowerCase()
    if (lower === 'upgrade') {
      // Only a 426 has Upgrade, together with its connection option (RFC 9110 sections 7.8 and 15.5.22).
      if (response.status !== 426) continue
      options.push('Upgrade')
    } else if (!isRefusalField(lower)) continue
    if (!isToken(name) || !isFieldValue(value))
      throw new TypeError(`the response field ${JSON.stringify(name)} has a name or value that HTTP does not allow`)
    head += `${name}: ${value}\r\n`
  }
  if (response.close) options.push('close')
  if (options.length > 0) head += `Connection: ${options.join(', ')}\r\n`
  // No content and no Content-Length for 204 (RFC 9110 section 8.6); 304 has none of its own.
  return response.status === 204 || response.status === 304 ? `${head}\r\n` : `${head}Content-Length: ${response.contentLength}\r\n\r\n`
}

const PHRASES: ReadonlyMap<number, string> = new Map([
  [200, 'OK'],
  [204, 'No Content'],
  [301, 'Moved Permanently'],
  [302, 'Found'],
  [303, 'See Other'],
  [304, 'Not Modified'],
  [307, 'Temporary Redirect'],
  [308, 'Permanent Redirect'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [408, 'Request Timeout'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [413, 'Content Too Large'],
  [414, 'URI Too Long'],
  [417, 'Expectation Failed'],
  [421, 'Misdirected Request'],
  [426, 'Upgrade Required'],
  [429, 'Too Many Requests'],
  [431, 'Request Header Fields Too Large'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
  [505, 'HTTP Version Not Supported'],
])

/** The usual reason phrase; empty for a status code without one. */
export function reasonPhrase(status: number): string {
  return PHRASES.get(status) ?? ''
}

function escapeNonAscii(text: string): string {
  return text.replace(/[^\x20-\x7e\n]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A request as the double reads it. */
export interface Request {
  method: string
  target: string
  version: string
  fields: [string, string][]
}

/** The request is refused with an HTTP error. */
export class Refusal extends Error {
  readonly status: number
  readonly fields: readonly string[]
  readonly closes: boolean
  readonly reason: 'extensions' | undefined
  constructor(status: number, closes = true, fields: readonly string[] = [], reason?: 'extensions') {
    super(String(status))
    this.status = status
    this.closes = closes
    this.fields = fields
    this.reason = reason
  }
}

const tokenText = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
/** A token of HTTP. */
export const token: RegExp = new RegExp(`^${tokenText}$`)

/** @throws Refusal for what is no request */
export function parseRequest(text: string, has: (name: string) => boolean): Request {
  const lines = text.split(has('bare-cr-accepted') && !text.includes('\r\n') ? '\r' : has('bare-lf-accepted') ? /\r?\n/ : '\r\n')
  const words = (lines.shift() ?? '').split(' ')
  if (words.length !== 3 && !(has('request-line-unchecked') && words.length > 1)) throw new Refusal(400)
  const [method = '', target = '', version = has('request-line-unchecked') ? 'HTTP/1.1' : ''] =
    words.length > 3 ? [words[0], words[1], words.at(-1)] : words
  const fields: [string, string][] = []
  for (const [index, raw] of lines.entries()) {
    let line = raw
    if (/^[ \t]/.test(line)) {
      if (has('folded-line-as-field')) line = line.trim()
      else if (has('folded-line-accepted') && index > 0) {
        fields.at(-1)![1] += ` ${line.trim()}`
        continue
      } else throw new Refusal(400)
    }
    const colon = has('last-colon-ends-name') ? line.lastIndexOf(':') : line.indexOf(':')
    if (colon < 0) {
      if (has('line-without-colon-ignored')) continue
      throw new Refusal(400)
    }
    let name = line.slice(0, colon)
    let value = has('value-not-trimmed') ? line.slice(colon + 2) : line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')
    if (has('extensions-control-accepted') && /-extensions$/i.test(name)) value = value.replaceAll('\x01', '')
    if (has('space-before-colon-accepted')) name = name.replace(/[ \t]+$/, '')
    if (!token.test(name) && !has('field-name-unchecked')) throw new Refusal(400)
    if (has('field-name-letters-only') && !/^[A-Za-z-]+$/.test(name)) throw new Refusal(400)
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(value) && !has('field-value-unchecked') && !has('legal-values-repaired')) throw new Refusal(400)
    if (/[\x80-\xff]/.test(value) && has('field-value-ascii-only')) throw new Refusal(400)
    if (has('field-value-needed') && value === '') throw new Refusal(400)
    if (has('space-after-colon-needed') && !/^ /.test(line.slice(colon + 1))) throw new Refusal(400)
    fields.push([has('field-name-case-sensitive') ? name : name.toLowerCase(), value])
  }
  if (has('fields-limited-to-20') && fields.length > 20) throw new Refusal(431)
  if (has('head-limited-to-3000') && text.length > 3000) throw new Refusal(431)
  return { method, target, version, fields }
}

/** The response of a refusal, and whether the connection ends with it. */
export function refusalResponse(refusal: Refusal, has: (name: string) => boolean): { readonly text: string; readonly closes: boolean } {
  const untilEnd = has('legal-refusal-until-end')
  const keeps = has('refusal-keeps-connection') || has('refusal-without-framing')
  const closes = (refusal.closes || has('legal-refusal-closes') || untilEnd) && !keeps
  const status = has('legal-refusal-418') && ![403, 404, 405, 414, 426, 431].includes(refusal.status) ? 418 : refusal.status
  const lines = [
    `HTTP/1.${has('legal-refusal-1.0') ? 0 : 1} ${status} Refused`,
    ...refusal.fields,
    ...(has('legal-fields-more') ? ['Retry-After: 1', 'WWW-Authenticate: Basic'] : []),
  ]
  if (!has('refusal-without-framing') && !untilEnd) lines.push('Content-Length: 2', ...(closes ? ['Connection: close'] : []))
  if (has('refusal-with-accept')) lines.push('Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=')
  return { text: [...lines, '', 'no'].join('\r\n'), closes }
}

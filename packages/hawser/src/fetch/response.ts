import { describeRefusal, refusalFields } from '../core/http1/refusal.ts'
import { isFieldValue } from '../core/handshake/field-values.ts'
import type { FieldLine } from '../core/handshake/fields.ts'
import type { Refusal } from '../core/handshake/refusals.ts'
import type { ApplicationResponse } from '../server/responder.ts'

/** The client's next bytes may be frames, which must not be read as a request (RFC 9931). */
const CLOSE: FieldLine = ['Connection', 'close']

/** A refusal as a Response of the platform. */
export function refusalResponse(refusal: Refusal): Response {
  return new Response(describeRefusal(refusal), { status: refusal.status, headers: toHeaders([...refusalFields(refusal), CLOSE]) })
}

/** The application's own Response, whose content was read. */
export function applicationResponse({ status, statusText, fields, body }: ApplicationResponse): Response {
  // RFC 9110 section 6.4.1: none of these has content.
  const hasContent = status !== 204 && status !== 205 && status !== 304
  const headers = toHeaders([...fields, CLOSE])
  return new Response(hasContent ? body.slice() : null, { status, statusText: isFieldValue(statusText) ? statusText : '', headers })
}

export function toHeaders(lines: Iterable<FieldLine>): Headers {
  const headers = new Headers()
  for (const [name, value] of lines) headers.append(name, value)
  return headers
}

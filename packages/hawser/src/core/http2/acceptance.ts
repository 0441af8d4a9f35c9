import { checkFieldValue, readCallerFields } from '../handshake/caller-fields.ts'
import type { CallerFields } from '../handshake/caller-fields.ts'
import type { FieldLine } from '../handshake/fields.ts'

/** The parts of a response that accepts an Extended CONNECT (RFC 8441 section 5). */
export interface ConnectAcceptance {
  /** Undefined sends no field; there is no empty one (RFC 6455 section 4.2.2). */
  readonly subprotocol?: string | undefined
  /** The value of Sec-WebSocket-Extensions, on one line (RFC 6455 section 11.3.2). */
  readonly extensions?: string | undefined
  /** Field lines added to the response. */
  readonly headers?: CallerFields | undefined
  /** One Set-Cookie line each. */
  readonly cookies?: readonly string[] | undefined
}

/**
 * The fields that go with `:status` 200, names in lower case (RFC 9113 section 8.2.1). No Sec-WebSocket-Accept, Upgrade or Connection
 * (RFC 8441 section 5).
 * @throws OptionError for a name or value HTTP does not allow, or a field that the handshake owns
 */
export function buildAcceptanceFields(response: ConnectAcceptance): readonly FieldLine[] {
  const lines: FieldLine[] = []
  if (response.subprotocol !== undefined) lines.push(['sec-websocket-protocol', checkFieldValue(response.subprotocol, 'acceptance.subprotocol')])
  if (response.extensions !== undefined) lines.push(['sec-websocket-extensions', checkFieldValue(response.extensions, 'acceptance.extensions')])
  for (const [name, value] of readCallerFields(response.headers, 'acceptance.headers', 'response')) lines.push([name.toLowerCase(), value])
  for (const [position, cookie] of (response.cookies ?? []).entries())
    lines.push(['set-cookie', checkFieldValue(cookie, `acceptance.cookies[${position}]`)])
  return lines
}

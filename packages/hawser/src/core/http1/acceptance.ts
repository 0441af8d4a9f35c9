import { checkFieldValue } from '../handshake/caller-fields.ts'
import { isFieldValue, isToken } from '../handshake/field-values.ts'

/** RFC 9110 section 7.8: precedes the 101 where the request expects it. */
export const CONTINUE_RESPONSE = 'HTTP/1.1 100 Continue\r\n\r\n'

/** The parts of a 101 (RFC 6455 section 4.2.2). */
export interface AcceptanceResponse {
  /** The value of Sec-WebSocket-Accept. */
  readonly accept: string
  /** Undefined sends no field; there is no empty one (RFC 6455 section 4.2.2). */
  readonly subprotocol?: string | undefined
  /** The value of Sec-WebSocket-Extensions, on one line (RFC 6455 section 11.3.2). */
  readonly extensions?: string | undefined
  /** The request has Expect: 100-continue. */
  readonly expectsContinue?: boolean | undefined
}

/**
 * The 101 as it goes on the wire, to be written as Latin-1. No content, no framing fields, each handshake field once.
 * @throws OptionError for a value that HTTP does not allow
 */
export function serializeAcceptance(response: AcceptanceResponse): string {
  const { accept, subprotocol, extensions } = response
  let head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`
  if (subprotocol !== undefined) {
    if (!isToken(subprotocol)) checkFieldValue('\0', 'acceptance.subprotocol')
    head += `Sec-WebSocket-Protocol: ${subprotocol}\r\n`
  }
  if (extensions !== undefined) {
    if (!isFieldValue(extensions)) checkFieldValue('\0', 'acceptance.extensions')
    head += `Sec-WebSocket-Extensions: ${extensions}\r\n`
  }
  return response.expectsContinue === true ? `${CONTINUE_RESPONSE}${head}\r\n` : `${head}\r\n`
}

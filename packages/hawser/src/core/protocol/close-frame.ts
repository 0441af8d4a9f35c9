import { ConnectionError } from '../errors.ts'
import type { TextCodec } from '../platform.ts'
import { isCloseCodeOnWire, explainCloseCode, MAX_REASON_BYTES, NO_STATUS_RECEIVED } from './close-code.ts'
import type { CloseFrame } from './events.ts'
import { encodeText } from './frame-serializer.ts'
import * as rules from './rules.ts'

/** Reads the body of a Close frame (RFC 6455 sections 5.5.1 and 7.4). */
export function parseCloseBody(payload: Uint8Array, text: TextCodec): CloseFrame | ConnectionError {
  if (payload.length === 0) return { code: NO_STATUS_RECEIVED, reason: '' }
  if (payload.length === 1) return rules.protocolError('a Close frame had a body of 1 byte', rules.CLOSE_BODY)
  const code = (payload[0]! << 8) | payload[1]!
  if (!isCloseCodeOnWire(code))
    return rules.protocolError(`a Close frame had a close code that must not be sent: ${explainCloseCode(code)}`, rules.CLOSE_CODES)
  const reason = payload.subarray(2)
  if (!text.isUtf8(reason)) return rules.payloadError('the reason in a Close frame was not UTF-8', rules.CLOSE_REASON_UTF8)
  return { code, reason: text.decodeUtf8(payload, 2, payload.length) }
}

/** The body of a Close frame: empty for 1005; a reason above 123 bytes is cut between two characters. */
export function serializeCloseBody(close: CloseFrame, text: TextCodec): Uint8Array {
  if (close.code === NO_STATUS_RECEIVED) return new Uint8Array(0)
  const reason = encodeText(close.reason, text)
  let length = Math.min(reason.length, MAX_REASON_BYTES)
  if (length < reason.length) while ((reason[length]! & 0xc0) === 0x80) length--
  const body = new Uint8Array(2 + length)
  body[0] = close.code >>> 8
  body[1] = close.code & 0xff
  body.set(reason.subarray(0, length), 2)
  return body
}

/**
 * The Close frame of a failure; undefined when `error` has no code for the wire. The reason tells the peer what it did wrong; details of a
 * fault on this end stay here.
 */
export function failureFrame(error: ConnectionError): CloseFrame | undefined {
  if (!isCloseCodeOnWire(error.closeCode)) return undefined
  return { code: error.closeCode, reason: error.fault === 'peer' ? error.message : '' }
}

import { ConnectionError, type Rule } from '../errors.ts'
import { INVALID_PAYLOAD, MESSAGE_TOO_BIG, PROTOCOL_ERROR } from './close-code.ts'

function rfc6455(section: string, level: Rule['level'], text: string): Rule {
  return { document: 'RFC 6455', section, level, text }
}

function policy(section: string, text: string): Rule {
  return { document: 'RFC 6455', section, level: 'policy', text }
}

/** The rules of sections 5 to 8 that errors cite when they end a connection. */
export const RSV_BITS: Rule = rfc6455('5.2', 'MUST', 'RSV1, RSV2 and RSV3 are 0 unless an extension that defines them is agreed')
export const RESERVED_OPCODE: Rule = rfc6455('5.2', 'MUST', 'an unknown opcode fails the connection')
export const MINIMAL_LENGTH: Rule = rfc6455('5.2', 'MUST', 'the payload length is encoded in the fewest octets')
export const LENGTH_TOP_BIT: Rule = rfc6455('5.2', 'MUST', 'the most significant bit of a 64-bit payload length is 0')
export const CLIENT_MASKS: Rule = rfc6455('5.1', 'MUST', 'a client masks all frames that it sends')
export const SERVER_DOES_NOT_MASK: Rule = rfc6455('5.1', 'MUST NOT', 'a server does not mask any frame that it sends')
export const FRAGMENTS: Rule = rfc6455('5.4', 'MUST NOT', 'the fragments of one message are not interleaved with those of another')
export const CONTROL_FRAGMENTED: Rule = rfc6455('5.4', 'MUST NOT', 'control frames are not fragmented')
export const CONTROL_LENGTH: Rule = rfc6455('5.5', 'MUST', 'control frames have a payload of 125 bytes or less')
export const CLOSE_BODY: Rule = rfc6455('5.5.1', 'MUST', 'the body of a Close frame, if any, begins with a 2-byte close code')
export const CLOSE_CODES: Rule = rfc6455('7.4', 'MUST NOT', 'only close codes that are defined for the wire are sent')
export const TEXT_UTF8: Rule = rfc6455('8.1', 'MUST', 'a text message that is not UTF-8 fails the connection')
export const CLOSE_REASON_UTF8: Rule = rfc6455('5.5.1', 'MUST', 'the reason in a Close frame is UTF-8')
export const SIZE_LIMITS: Rule = policy('10.4', 'frames and messages above the limits of the receiver fail the connection')
export const CONTROL_FLOOD: Rule = policy('10.4', 'a peer sends no more control frames in a second than the receiver allows')
export const RECEIVE_RATE: Rule = policy('10.4', 'a peer sends no more messages and bytes in a second than the receiver allows')
export const INCOMPLETE_MESSAGE: Rule = policy('10.4', 'a message that has begun is completed in time')
export const CLOSING_TIMEOUT: Rule = policy('7.1.1', 'a peer that does not finish the closing handshake in time is dropped')
export const KEEPALIVE: Rule = policy('5.5.2', 'a peer that answers no Ping is considered gone')
export const CLOSING_HANDSHAKE: Rule = rfc6455('7.1.1', 'SHOULD', 'an endpoint ends the transport after a Close frame was sent and received')
export const EXTENSION_DATA: Rule = rfc6455('9', 'MUST', 'what an agreed extension receives is what it defines')

/** What a broken rule of section 5 means, for `ConnectionError.condition`. */
const conditionOfRule: ReadonlyMap<Rule, ConnectionError['condition']> = new Map<Rule, ConnectionError['condition']>([
  [RSV_BITS, 'frame-reserved-bits'],
  [RESERVED_OPCODE, 'frame-opcode'],
  [MINIMAL_LENGTH, 'frame-length'],
  [LENGTH_TOP_BIT, 'frame-length'],
  [CLIENT_MASKS, 'frame-masking'],
  [SERVER_DOES_NOT_MASK, 'frame-masking'],
  [FRAGMENTS, 'frame-fragments'],
  [CONTROL_FRAGMENTED, 'control-frame'],
  [CONTROL_LENGTH, 'control-frame'],
  [CLOSE_BODY, 'close-frame'],
  [CLOSE_CODES, 'close-frame'],
])

export function protocolError(message: string, rule: Rule): ConnectionError {
  return new ConnectionError(message, { fault: 'peer', closeCode: PROTOCOL_ERROR, rule, condition: conditionOfRule.get(rule) ?? 'protocol-error' })
}

export function payloadError(message: string, rule: Rule): ConnectionError {
  const condition = rule === TEXT_UTF8 ? 'text-not-utf8' : rule === CLOSE_REASON_UTF8 ? 'close-frame' : 'invalid-payload'
  return new ConnectionError(message, { fault: 'peer', closeCode: INVALID_PAYLOAD, rule, condition })
}

export function tooBig(message: string, limit: 'frame' | 'message' | 'streamedMessage' | 'fragments' | 'incompleteBytes'): ConnectionError {
  return new ConnectionError(message, { fault: 'peer', closeCode: MESSAGE_TOO_BIG, rule: SIZE_LIMITS, limit })
}

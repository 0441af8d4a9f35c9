import { agreeOnOpening, failForStatus, failOpening } from '../handshake/client-handshake.ts'
import { HTTP2_RULES } from './rules.ts'
import type { OpeningResult, SentOpening } from '../handshake/client-handshake.ts'
import type { Fields } from '../handshake/fields.ts'

/** A response to an Extended CONNECT, as HTTP/2 delivers it. */
export interface ConnectResponseHead {
  /** The value of `:status`. */
  readonly status: number
  /** The fields without pseudo-header fields. */
  readonly fields: Fields
}

/**
 * Validates the response to an Extended CONNECT: a 2xx opens the WebSocket, and Sec-WebSocket-Accept is not processed (RFC 8441 section 5).
 * HTTP/2 has no 101 (RFC 9113 section 8.6).
 */
export function validateConnectResponse(head: ConnectResponseHead, sent: SentOpening): OpeningResult {
  if (head.status === 101) return failOpening('response', HTTP2_RULES.success, 'the server answered 101, which does not exist in HTTP/2')
  if (head.status < 200 || head.status > 299) return failForStatus(head.status, head.fields, HTTP2_RULES.success)
  return agreeOnOpening(head.fields, sent)
}

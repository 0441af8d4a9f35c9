/** Fields that frame a message, concern one connection, or belong to the opening handshake: the one list of each kind. Names in lower case. */

/** An HTTP/2 message with one of these is malformed (RFC 9113 section 8.2.2, RFC 9110 section 7.6.1; HTTP2-Settings by RFC 7540 section 3.2.1). */
export const CONNECTION_SPECIFIC_FIELDS: readonly string[] = Object.freeze([
  'connection',
  'upgrade',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'http2-settings',
])

/** Sent by an opening handshake itself, so that none appears twice (RFC 6455 section 11.3). */
export const HANDSHAKE_FIELDS: readonly string[] = Object.freeze([
  'sec-websocket-key',
  'sec-websocket-accept',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'sec-websocket-extensions',
])

const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set(CONNECTION_SPECIFIC_FIELDS)
const HANDSHAKE: ReadonlySet<string> = new Set(HANDSHAKE_FIELDS)
const FRAMING: ReadonlySet<string> = new Set([...CONNECTION_SPECIFIC_FIELDS, 'content-length', 'te', 'trailer'])

/** Names in lower case. */
export function isConnectionSpecific(name: string): boolean {
  return CONNECTION_SPECIFIC.has(name)
}

/** Connection-specific fields and those that frame the content: the writer of a message sets them, an application never does. Names in lower case. */
export function isFramingField(name: string): boolean {
  return FRAMING.has(name)
}

/**
 * A refusal never looks like the start of a WebSocket: of the handshake's fields it may have only Sec-WebSocket-Version, which names the
 * versions that the server supports (RFC 6455 section 4.4). Names in lower case.
 */
export function isRefusalField(name: string): boolean {
  return !FRAMING.has(name) && (name === 'sec-websocket-version' || !HANDSHAKE.has(name))
}

import type { Rule } from '../errors.ts'

const bootstrap = (id: string | undefined, section: string, level: Rule['level'], text: string): Rule =>
  Object.freeze({ ...(id === undefined ? {} : { id }), document: 'RFC 8441', section, level, text })
const http2 = (id: string | undefined, section: string, level: Rule['level'], text: string): Rule =>
  Object.freeze({ ...(id === undefined ? {} : { id }), document: 'RFC 9113', section, level, text })

export type Http2RuleId =
  | 'setting'
  | 'success'
  | 'connection-specific'
  | 'scheme'
  | 'path'
  | 'protocol'
  | 'tunnel'
  | 'method'
  | 'authority'
  | 'end-stream'
  | 'alpn'
  | 'preface'
  | 'concurrency'
  | 'refused'
  | 'reset'

/** The rules of Extended CONNECT that a refusal or a failure cites. */
export const HTTP2_RULES: Readonly<Record<Http2RuleId, Rule>> = Object.freeze({
  setting: bootstrap(
    'H2.1',
    '3',
    'MUST NOT',
    'A client uses Extended CONNECT only after the server sent SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 1.',
  ),
  success: bootstrap('H2.4', '5', 'MUST', 'A 2xx status code opens the WebSocket; 101 is not used.'),
  'connection-specific': http2('H2.5', '8.2.2', 'MUST NOT', 'A message of HTTP/2 has no connection-specific fields.'),
  scheme: bootstrap('H2.9', '4', 'MUST', 'A request with :protocol has :scheme and :path; :scheme is https for wss and http for ws.'),
  path: bootstrap('H2.9', '4', 'MUST', 'A request with :protocol has :scheme and :path.'),
  protocol: bootstrap('H2.10', '4', 'policy', 'Of the protocols for Extended CONNECT this server speaks websocket.'),
  tunnel: bootstrap('H2.12', '4', 'policy', 'A request without :protocol is a classic CONNECT, which asks for a tunnel to :authority.'),
  method: bootstrap(undefined, '4', 'policy', 'An opening handshake over HTTP/2 is an Extended CONNECT.'),
  authority: http2('H2.13', '8.3.1', 'MUST', 'A request names its authority once, in :authority or in Host.'),
  alpn: http2(undefined, '3.2', 'MUST', 'A client that uses HTTP/2 over TLS negotiates h2 with ALPN.'),
  preface: http2(undefined, '3.4', 'MUST', 'The server begins its connection with a SETTINGS frame.'),
  concurrency: http2(undefined, '5.1.2', 'MUST NOT', 'An endpoint opens no stream beyond the limit of its peer, and none after GOAWAY.'),
  refused: http2(undefined, '8.7', 'MAY', 'A server closes a stream that it has not processed with REFUSED_STREAM.'),
  reset: http2(undefined, '8.1', 'MUST', 'A response is complete when its stream ends in order; one whose stream is reset before is not.'),
  'end-stream': bootstrap('H2.14', '5', 'SHOULD', 'The frames of the WebSocket travel as DATA behind the request, which does not end the stream.'),
})

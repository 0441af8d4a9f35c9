import type { Level } from '../../case.ts'
import type { Row, Table } from '../rows.ts'

const h2 = 'RFC 8441 section 5'
const setting = 'RFC 8441 section 3'
const malformed = 'RFC 9113 section 8.1.1'

const rows: readonly (readonly [script: string, level: Level, section: string, why: string])[] = [
  ['setting-absent', 'must', setting, 'Without the setting the server has not said that it knows Extended CONNECT.'],
  ['setting-0', 'must', setting, 'A setting of 0 says that the server does not take Extended CONNECT.'],
  ['request-pseudo-fields', 'must', 'RFC 8441 section 4', 'Method, protocol, scheme, path and authority make the request.'],
  ['request-version', 'must', h2, 'The version is sent as over HTTP/1.1.'],
  ['request-connection-fields', 'must', 'RFC 9113 section 8.2.2', 'Fields about one connection make a request malformed.'],
  ['request-lower-case', 'must', 'RFC 9113 section 8.2.1', 'Field names are in lower case.'],
  ['request-key', 'info', h2, 'Key and accept are superseded by the pseudo-header field; some servers want them nevertheless.'],
  ['nothing-before-response', 'must', 'RFC 6455 section 4.1', 'No frame goes out before the server has agreed.'],
  ['open', 'must', h2, 'A 200 opens the stream: frames go in DATA both ways.'],
  ['status-201', 'should', h2, 'Any 2xx opens the stream.'],
  ['status-204', 'info', h2, 'A 204 is a 2xx, and says that no content follows: whether DATA may is open to reading.'],
  ['interim', 'must', 'RFC 9110 section 15.2', 'An interim response is passed over.'],
  ['status-101', 'must', 'RFC 9113 section 8.6', 'HTTP/2 has no 101: nothing was switched.'],
  ['status-300', 'must', h2, 'Only a 2xx opens the stream.'],
  ['status-400', 'must', h2, 'A refusal is no WebSocket, although its stream is still open.'],
  ['status-401', 'must', h2, 'A refusal is no WebSocket, whatever it asks for.'],
  ['status-404', 'must', h2, 'A refusal is no WebSocket.'],
  ['status-501', 'must', h2, 'A server that does not know the protocol says so.'],
  ['status-missing', 'must', malformed, 'A response without a status is malformed.'],
  ['upper-case-field', 'must', malformed, 'A response with a field name in upper case is malformed.'],
  ['with-connection', 'must', malformed, 'A response with Connection is malformed.'],
  ['with-upgrade', 'must', malformed, 'A response with Upgrade is malformed.'],
  ['subprotocol-not-offered', 'must', 'RFC 6455 section 4.1', 'A subprotocol that was not offered fails the connection, as over HTTP/1.1.'],
  ['extension-not-offered', 'must', 'RFC 6455 section 4.1', 'An extension that was not offered fails the connection, as over HTTP/1.1.'],
  ['extension-malformed', 'must', 'RFC 6455 section 9.1', 'The grammar of the field is the one of HTTP/1.1.'],
  ['accept-ignored', 'should', h2, 'Nobody looks at an accept that answers no key.'],
  ['frames-with-response', 'must', h2, 'Frames may come right behind the response.'],
  ['goaway-before-response', 'must', 'RFC 9113 section 6.8', 'A request that the server has not taken will not be answered.'],
  ['goaway-when-open', 'should', 'RFC 9113 section 6.8', 'GOAWAY ends no stream that the server has taken.'],
  ['reset-when-open', 'must', 'RFC 9113 section 6.4', 'RST_STREAM is the reset of the connection: nothing more is sent.'],
  ['end-stream-when-open', 'must', h2, 'END_STREAM is the FIN: the client ends its side too.'],
  ['end-stream-with-response', 'must', h2, 'A stream that ends with its response carries no frame.'],
  ['close', 'must', h2, 'After the closing handshake the stream ends.'],
  ['masked', 'must', 'RFC 6455 section 5.1', 'A client masks over HTTP/2 as well.'],
  ['http2-ping', 'must', 'RFC 9113 section 6.7', "HTTP/2's own PING is answered beside the WebSocket's."],
  ['window-respected', 'must', 'RFC 9113 section 5.2', 'No more bytes are sent than the window has.'],
  ['large', 'must', 'RFC 9113 section 5.2', 'A message larger than the window goes through it both ways.'],
]

export const clientHttp2Tables: readonly Table[] = [
  {
    area: 'http2',
    section: h2,
    requires: ['each', 'h2'],
    rows: rows.map(([script, level, section, why]): Row => ({ id: script, level, section, why, steps: [{ do: 'h2', script }] })),
  },
]

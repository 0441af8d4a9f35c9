/** The rules of the opening handshake that a refusal or a failure cites. */
import type { Rule } from '../errors.ts'

/** Ids of the requirements that a refusal or failure cites; docs/requirements.md lists them. */
export type RuleId =
  | 'RC1'
  | 'RC2'
  | 'RC5.connection'
  | 'RC5.proxy'
  | 'RC6'
  | 'RC14'
  | 'RC17'
  | 'RC18'
  | 'RC19'
  | 'RC20'
  | 'RC21'
  | 'RC22'
  | 'RC23'
  | 'RS1'
  | 'RS2.method'
  | 'RS2.version'
  | 'RS2.target'
  | 'RS2.host'
  | 'RS2.upgrade'
  | 'RS2.connection'
  | 'RS2.key'
  | 'RS2.key-once'
  | 'RS6'
  | 'RS7'
  | 'RS7.once'
  | 'RS8'
  | 'misdirected'
  | 'RS9.policy'
  | 'RS12'
  | 'RS14'
  | 'PD7'
  | 'H1'
  | 'H7'
  | 'H8.colon'
  | 'H8.fold'
  | 'H8.cr'
  | 'H8.lf'
  | 'H8.first'
  | 'H8.name'
  | 'H8.value'
  | 'H9.both'
  | 'H9.length'
  | 'H9.encoding'
  | 'H11'
  | 'H12'
  | 'H14'
  | 'fields-too-large'
  | 'start-line'
  | 'status-line'
  | 'incomplete'
  | 'upgrade-required'
  | 'redirect.location'
  | 'redirect.limit'
  | 'redirect.downgrade'
  | 'redirect.socket-path'
  | 'http-version'
  | 'browser-subprotocol'

const ws = (section: string, level: Rule['level'], text: string): Omit<Rule, 'id'> => ({ document: 'RFC 6455', section, level, text })
const http = (section: string, level: Rule['level'], text: string): Omit<Rule, 'id'> => ({ document: 'RFC 9110', section, level, text })
const http1 = (section: string, level: Rule['level'], text: string): Omit<Rule, 'id'> => ({ document: 'RFC 9112', section, level, text })

const TEXTS: Record<RuleId, Omit<Rule, 'id'>> = {
  RC1: ws('3', 'MUST NOT', 'A ws or wss URI has no fragment; a "#" that belongs to the path or query is written %23.'),
  RC2: ws('4.1', 'MUST', 'A URI that is not a valid ws or wss URI fails the connection.'),
  'RC5.connection': ws('4.1', 'MUST', 'If the connection could not be opened, the client fails the WebSocket connection.'),
  'RC5.proxy': ws(
    '4.1',
    'MUST',
    'If the connection could not be opened because of an error of the proxy, the client fails the WebSocket connection.',
  ),
  RC6: ws(
    '4.1',
    'MUST',
    'If the TLS handshake fails, also because the certificate could not be verified, the client fails the WebSocket connection.',
  ),
  RC14: ws('4.1', 'MUST', 'The subprotocols a client names are tokens and all different.'),
  RC17: ws('4.1', 'MUST', 'A status code other than 101 is handled after the rules of HTTP: no WebSocket connection follows.'),
  RC18: ws('4.1', 'MUST', 'The response has an Upgrade field whose value is "websocket", in any case.'),
  RC19: ws('4.1', 'MUST', 'The response has a Connection field with the option "Upgrade", in any case.'),
  RC20: ws('4.1', 'MUST', 'Sec-WebSocket-Accept is the base64 of the SHA-1 of the key that was sent followed by the GUID of section 1.3.'),
  RC21: ws('4.1', 'MUST', 'A server lists only extensions that were offered, in the grammar of extension-list.'),
  RC22: ws('4.1', 'MUST', 'A server selects no subprotocol that was not offered.'),
  RC23: ws('4.1', 'MUST', 'A response that does not follow section 4.2.2 fails the connection.'),
  RS1: ws('4.2.1', 'MUST', 'A request whose handshake fields do not follow their grammar is answered with an HTTP error.'),
  'RS2.method': ws('4.1', 'MUST', 'The method of an opening handshake is GET.'),
  'RS2.version': ws('4.1', 'MUST', 'The HTTP version of an opening handshake is at least 1.1.'),
  'RS2.target': ws('4.1', 'MUST', 'The request target is a path with an optional query, or an absolute http or https URI.'),
  'RS2.host': ws('4.2.1', 'MUST', 'The request has a Host field with the authority of the server.'),
  'RS2.upgrade': ws('4.2.1', 'MUST', 'The Upgrade field contains "websocket", in any case.'),
  'RS2.connection': ws('4.2.1', 'MUST', 'The Connection field contains the option "Upgrade", in any case.'),
  'RS2.key': ws('4.2.1', 'MUST', 'Sec-WebSocket-Key is the base64 of 16 bytes.'),
  'RS2.key-once': ws('11.3.1', 'MUST NOT', 'Sec-WebSocket-Key appears once in a request.'),
  RS6: ws('10.2', 'SHOULD', 'A server meant for certain sites checks Origin and answers 403 to others.'),
  RS7: ws('4.2.2', 'MUST', 'An unknown version is answered with an error and a Sec-WebSocket-Version that lists the versions the server speaks.'),
  'RS7.once': ws('11.3.5', 'MUST NOT', 'Sec-WebSocket-Version appears once in a request.'),
  RS8: ws('4.2.2', 'MUST', 'A resource that the server does not have is answered with an HTTP error such as 404.'),
  misdirected: http('7.4', 'policy', 'A server rejects a request for a host that it does not serve; on a loopback address this stops DNS rebinding.'),
  'RS9.policy': ws('4.2.2', 'policy', 'This server accepts only connections with a subprotocol that it declares.'),
  RS12: ws('11.3', 'MUST NOT', 'Sec-WebSocket-Accept, -Protocol and -Extensions appear once in a response.'),
  RS14: ws('10.4', 'MUST', 'An endpoint protects itself from sizes that it cannot hold.'),
  PD7: ws('9.1', 'MUST', 'Two extensions in use never share an RSV bit.'),
  H1: http('7.8', 'MUST', 'A server ignores Upgrade in an HTTP/1.0 request.'),
  H7: http1('3.2', 'MUST', 'A request has exactly one Host field, and its value is valid.'),
  'H8.colon': http1('5.1', 'MUST', 'A field name is followed by its colon without whitespace.'),
  'H8.fold': http1('5.2', 'MUST', 'A server refuses a field value that is folded over several lines.'),
  'H8.cr': http1('2.2', 'MUST', 'A bare CR is no line terminator and makes the element invalid.'),
  'H8.lf': http1('2.2', 'policy', 'A server need not accept a line that ends in LF without CR; this one does not.'),
  'H8.first': http1('2.2', 'MUST', 'No whitespace precedes the first field.'),
  'H8.name': http('5.1', 'MUST', 'A field name is a token.'),
  'H8.value': http('5.5', 'MUST', 'A field value has no CR, LF, NUL or other control character.'),
  'H9.both': http1(
    '6.1',
    'MUST',
    'A request with both Transfer-Encoding and Content-Length may be an attempt at smuggling; its connection is closed.',
  ),
  'H9.length': http1('6.3', 'MUST', 'An invalid Content-Length is answered 400 and the connection is closed.'),
  'H9.encoding': http1('6.3', 'MUST', 'A request whose Transfer-Encoding does not end in chunked is answered 400 and the connection is closed.'),
  H11: http('15.2', 'MUST', 'A client parses any number of 1xx responses before the final one.'),
  H12: http('9.3.1', 'MAY', 'Content in a GET has no meaning and may be refused as an attempt at smuggling; an upgrade takes none (RFC 9931).'),
  H14: http1('3', 'MUST', 'A request target longer than the server wishes to parse is answered 414.'),
  'fields-too-large': { document: 'RFC 6585', section: '5', level: 'MAY', text: 'Fields that are too large are answered 431.' },
  'start-line': http1('3', 'MUST', 'request-line = method SP request-target SP HTTP-version'),
  'status-line': http1('4', 'MUST', 'status-line = HTTP-version SP status-code SP [ reason-phrase ]'),
  incomplete: http1('8', 'MUST', 'A response whose connection ends before its header section is complete is incomplete.'),
  'upgrade-required': http('15.5.22', 'MUST', 'A server that refuses a request without an upgrade answers 426 and names the protocols in Upgrade.'),
  'redirect.location': http('10.2.2', 'MUST', 'Location has one URI reference, and a client that follows it resolves it against the target.'),
  'redirect.limit': http('15.4', 'policy', 'A client bounds the redirects that it follows.'),
  'redirect.downgrade': http('15.4', 'policy', 'This client follows no redirect from a URI with TLS to one without.'),
  'redirect.socket-path': http('15.4', 'policy', 'This client follows no redirect to another origin over a Unix domain socket.'),
  'http-version': http('15.6.6', 'MAY', 'A major version of HTTP that the server does not speak here is answered 505.'),
  'browser-subprotocol': {
    document: 'WHATWG WebSockets',
    section: 'establish a WebSocket connection',
    level: 'policy',
    text: 'A client that offered subprotocols fails when none is selected, as browsers do.',
  },
}

/** By id; sub-rules such as `RS2.key` carry the id of their requirement. */
export const RULES: Readonly<Record<RuleId, Rule>> = Object.freeze(
  Object.fromEntries(
    Object.entries(TEXTS).map(([id, text]) => [id, Object.freeze(/^[A-Z]/.test(id) ? { id: id.split('.', 1)[0]!, ...text } : text)]),
  ),
) as Readonly<Record<RuleId, Rule>>

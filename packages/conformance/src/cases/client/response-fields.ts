import type { Row } from '../rows.ts'
import { changedCharacters } from '../../placeholders.ts'
import { bad, good } from './response-rows.ts'

export function fieldRows(): Row[] {
  const upgrade: [string, string | string[] | null, string][] = [
    ['missing', null, 'is missing'],
    ['empty', '', 'is empty'],
    ['other', 'h2c', 'is another protocol'],
    ['longer', 'websocketx', 'has a longer name'],
    ['prefixed', 'xwebsocket', 'ends alike'],
    ['quoted', '"websocket"', 'is quoted'],
    ['spaced', 'web socket', 'is two words'],
  ]
  const connection: [string, string | string[] | null, string][] = [
    ['missing', null, 'is missing'],
    ['empty', '', 'is empty'],
    ['close', 'close', 'is only close'],
    ['keep-alive', 'keep-alive', 'is only keep-alive'],
    ['longer', 'Upgradex', 'is a longer token'],
    ['prefixed', 'xUpgrade', 'ends alike'],
    ['quoted', '"Upgrade"', 'is quoted'],
    ['websocket', 'websocket', 'names the protocol'],
  ]
  const accept: [string, string | string[] | null, string][] = [
    ['missing', null, 'is missing'],
    ['empty', '', 'is empty'],
    ['wrong', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'is another value'],
    ['rfc-example', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=', 'answers another key'],
    ['key', '{key}', 'is the key itself'],
    ['longer', '{accept}A', 'has a character more'],
    ['shorter', '{accept-short}', 'is cut off'],
    ['no-padding', '{accept-unpadded}', 'lacks its padding'],
    ['other-case', '{accept-swapped}', 'is in other letters'],
    ...changedCharacters.map((place): [string, string, string] => [`changed-${place}`, `{accept-changed-${place}}`, `differs in character ${place}`]),
    ['quoted', '"{accept}"', 'is quoted'],
    ['list', '{accept}, {accept}', 'is a list'],
    ['inner-space', ' {accept} x', 'is followed by something'],
  ]
  return [
    ...upgrade.map(([id, value, what]) =>
      bad(`upgrade-${id}`, { set: { Upgrade: value } }, `The response’s Upgrade ${what}: the client must fail.`, ['RC18']),
    ),
    ...connection.map(([id, value, what]) =>
      bad(`connection-${id}`, { set: { Connection: value } }, `The response’s Connection ${what}: the client must fail.`, ['RC19']),
    ),
    ...accept.map(([id, value, what]) =>
      bad(
        `accept-${id}`,
        { set: { 'Sec-WebSocket-Accept': value } },
        `The response’s Sec-WebSocket-Accept ${what}: whoever answered did not read the key.`,
        ['RC20'],
      ),
    ),
    bad(
      'accept-twice',
      { set: { 'Sec-WebSocket-Accept': ['{accept}', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='] } },
      'Sec-WebSocket-Accept MUST NOT appear twice.',
      ['RC23', 'RS12'],
      { section: 'RFC 6455 section 11.3.3' },
    ),
    bad(
      'accept-twice-wrong-first',
      { set: { 'Sec-WebSocket-Accept': ['AAAAAAAAAAAAAAAAAAAAAAAAAAA=', '{accept}'] } },
      'Sec-WebSocket-Accept MUST NOT appear twice, whichever is right.',
      ['RC23', 'RS12'],
      {
        section: 'RFC 6455 section 11.3.3',
      },
    ),
    bad(
      'accept-twice-equal',
      { set: { 'Sec-WebSocket-Accept': ['{accept}', '{accept}'] } },
      'Twice is twice, even when both agree.',
      ['RC23', 'RS12'],
      { section: 'RFC 6455 section 11.3.3', level: 'should' },
    ),
    good('upgrade-capitals', { set: { Upgrade: 'WebSocket' } }, 'Upgrade is compared case-insensitively.', ['RC18']),
    good('upgrade-upper-case', { set: { Upgrade: 'WEBSOCKET' } }, 'Upgrade is compared case-insensitively.', ['RC18']),
    good('connection-lower-case', { set: { Connection: 'upgrade' } }, 'Connection is compared case-insensitively.', ['RC19']),
    good('connection-list', { set: { Connection: 'keep-alive, Upgrade' } }, 'Connection is a list.', ['RC19']),
    good('connection-list-no-space', { set: { Connection: 'keep-alive,Upgrade' } }, 'A list needs no space.', ['RC19']),
    good('connection-empty-elements', { set: { Connection: ',Upgrade,,' } }, 'Empty elements are to be accepted.', ['RC19', 'H6'], {
      section: 'RFC 9110 section 5.6.1',
    }),
    good('connection-two-lines', { set: { Connection: ['keep-alive', 'Upgrade'] } }, 'A list may be on two lines.', ['RC19']),
    good('connection-first-of-two-lines', { set: { Connection: ['Upgrade', 'keep-alive'] } }, 'All lines of the field are one list.', ['RC19']),
    good('connection-second-of-three-lines', { set: { Connection: ['keep-alive', 'Upgrade', 'x-other'] } }, 'All lines of the field are one list.', [
      'RC19',
    ]),
    good('accept-white-space', { set: { 'Sec-WebSocket-Accept': ' \t{accept} \t' } }, 'White space around the value is ignored.', ['RC20']),
    {
      ...good('upgrade-list', { set: { Upgrade: 'websocket, h2c' } }, 'Whether a list with websocket in it will do is read in two ways.', ['RC18']),
      level: 'info',
    },
    {
      ...good('upgrade-twice', { set: { Upgrade: ['websocket', 'websocket'] } }, 'Whether websocket twice will do is read in two ways.', ['RC18']),
      level: 'info',
    },
    good(
      'names-lower-case',
      {
        raw: 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: {accept}\r\n{subprotocol-line}\r\n',
      },
      'Field names are case-insensitive.',
      ['RC23'],
      {
        section: 'RFC 9110 section 5.1',
      },
    ),
    good(
      'names-upper-case',
      {
        raw: 'HTTP/1.1 101 Switching Protocols\r\nUPGRADE: websocket\r\nCONNECTION: Upgrade\r\nSEC-WEBSOCKET-ACCEPT: {accept}\r\n{subprotocol-line}\r\n',
      },
      'Field names are case-insensitive.',
      ['RC23'],
      {
        section: 'RFC 9110 section 5.1',
      },
    ),
    good(
      'unknown-fields',
      { lines: ['X-Unknown: a', 'Server: conformance', 'Set-Cookie: a=b', '__proto__: c', 'constructor: d'] },
      'Unknown fields are ignored.',
      ['RC23'],
    ),
    good(
      'order',
      {
        raw: 'HTTP/1.1 101 Switching Protocols\r\n{subprotocol-line}Sec-WebSocket-Accept: {accept}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      },
      'The order of fields has no meaning.',
      ['RC23'],
      {
        section: 'RFC 9110 section 5.3',
      },
    ),
    good('8-bit-value', { lines: ['X-Field: caf\xe9'] }, 'Bytes beyond ASCII may be in a value.', ['RC23'], { section: 'RFC 9110 section 5.5' }),
    good('empty-value', { lines: ['X-Field:'] }, 'A value may be empty.', ['RC23'], { section: 'RFC 9110 section 5.5' }),
    ...(
      [
        ['no-colon', ['X-Field'], 'A line without a colon is no field line.'],
        ['no-name', [': a'], 'A field has a name.'],
        ['nul-in-value', ['X-Field: a\0b'], 'NUL in a value is invalid.'],
        ['bad-name', ['X[Field]: a'], 'A name is a token.'],
      ] as [string, string[], string][]
    ).map(([id, lines, why]) => bad(`grammar-${id}`, { lines }, why, ['RC23'], { section: 'RFC 9112 section 5', level: 'should' })),
    {
      ...good(
        'space-before-colon',
        { lines: ['X-Field : a'] },
        'A client, unlike a server, is not told what to do about white space before a colon.',
        ['RC23', 'H8'],
        { section: 'RFC 9112 section 5.1' },
      ),
      level: 'info',
    },
    {
      ...good('folded', { lines: ['X-Field: a', ' b'] }, 'A user agent replaces a fold by spaces; strict ones fail.', ['H8'], {
        section: 'RFC 9112 section 5.2',
      }),
      level: 'info',
    },
    bad(
      'folded-upgrade',
      { set: { Upgrade: null }, lines: ['X-Field: a', ' Upgrade: websocket'] },
      'A folded line is a part of the one before, never a field.',
      ['H8', 'RC18'],
      { section: 'RFC 9112 section 5.2' },
    ),
    {
      ...good('bare-lf', { eol: '\n' }, 'A recipient may take a single LF for a line end.', ['H8'], { section: 'RFC 9112 section 2.2' }),
      level: 'info',
    },
    {
      ...bad('content-length', { lines: ['Content-Length: 5'] }, 'A 101 has no content; what a client does about the field is open.', ['H10'], {
        section: 'RFC 9110 section 8.6',
      }),
      level: 'info',
    },
    {
      ...bad(
        'transfer-encoding',
        { lines: ['Transfer-Encoding: chunked'] },
        'A 101 has no transfer coding; what a client does about the field is open.',
        ['H10'],
        { section: 'RFC 9112 section 6.1' },
      ),
      level: 'info',
    },
  ]
}

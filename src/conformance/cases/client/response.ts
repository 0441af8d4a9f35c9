import type { ResponseSpec, Step } from '../../case.ts'
import { binary, close, echoBinary, echoText, fails, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

function refused(response: ResponseSpec): readonly Step[] {
  return [{ do: 'response', response }, { expect: 'never-open' }]
}

function opened(response: ResponseSpec): readonly Step[] {
  return [{ do: 'response', response }, send([text('open?')]), echoText('open?')]
}

function bad(id: string, response: ResponseSpec, why: string, requirements: string[], more: Partial<Row> = {}): Row {
  return { id, why, requirements, steps: refused(response), ...more }
}

function good(id: string, response: ResponseSpec, why: string, requirements: string[], more: Partial<Row> = {}): Row {
  return { id, why, requirements, steps: opened(response), ...more }
}

function statusRows(): Row[] {
  const statuses = [200, 201, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 407, 426, 429, 500, 501, 502, 503]
  return [
    ...statuses.map(
      (status): Row => ({
        id: `status-${status}`,
        requirements: status === 401 || (status >= 300 && status < 400) ? ['RC17', 'C2.14'] : ['RC17'],
        why: `A response of ${status} with every field of a success is no success.`,
        steps: [
          {
            do: 'response',
            response: {
              statusLine: `HTTP/1.1 ${status} Answer`,
              ...(status === 204
                ? {}
                : {
                    lines: [
                      'Content-Length: 0',
                      ...(status >= 300 && status < 400 ? ['Location: http://127.0.0.1:1/'] : []),
                      ...(status === 401 ? ['WWW-Authenticate: Basic realm="x"'] : []),
                    ],
                  }),
            },
          },
          { expect: 'never-open', mayStay: true },
        ],
      }),
    ),
    ...['HTTP/1.0 101 Switching Protocols', 'HTTP/2.0 101 Switching Protocols'].map((statusLine) =>
      bad(
        `status-line-${statusLine.slice(0, 8).toLowerCase().replace('/', '-')}`,
        { statusLine },
        `A 101 of ${statusLine.slice(0, 8)} is none: Upgrade belongs to HTTP/1.1.`,
        ['RC23', 'H1'],
        {
          level: 'should',
          section: 'RFC 9110 section 7.8',
        },
      ),
    ),
    ...(
      [
        ['garbage', 'hello'],
        ['http-0.9', '<html>'],
        ['lower-case', 'http/1.1 101 Switching Protocols'],
        ['two-digits', 'HTTP/1.1 10 Switching Protocols'],
        ['four-digits', 'HTTP/1.1 1010 Switching Protocols'],
        ['letters', 'HTTP/1.1 1o1 Switching Protocols'],
        ['no-status', 'HTTP/1.1'],
        ['icy', 'ICY 101 Switching Protocols'],
        ['websocket', 'WEBSOCKET/1.3 101 Switching Protocols'],
        ['request', 'GET / HTTP/1.1'],
        ['minus', 'HTTP/1.1 -101 Switching Protocols'],
      ] as const
    ).map(([id, statusLine]) =>
      bad(`status-line-${id}`, { statusLine }, `"${statusLine}" is no status line.`, ['RC23'], { section: 'RFC 9112 section 4' }),
    ),
    good('reason-empty', { statusLine: 'HTTP/1.1 101 ' }, 'A reason phrase may be empty.', ['RC17'], { section: 'RFC 9112 section 4' }),
    good('reason-other', { statusLine: 'HTTP/1.1 101 WebSocket Protocol Handshake' }, 'A reason phrase has no meaning.', ['RC17'], {
      section: 'RFC 9112 section 4',
    }),
    good('reason-8-bit', { statusLine: 'HTTP/1.1 101 caf\xe9' }, 'A reason phrase may have bytes beyond ASCII.', ['RC17'], {
      section: 'RFC 9112 section 4',
    }),
    {
      ...good(
        'reason-absent',
        { statusLine: 'HTTP/1.1 101' },
        'The space after the status is part of the grammar; many recipients go without it.',
        ['RC17'],
        { section: 'RFC 9112 section 4' },
      ),
      level: 'info',
    },
    ...[
      ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
      ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
      ['103', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
      ['199', 'HTTP/1.1 199 Whatever\r\n\r\n'],
    ].map(([id, before]) =>
      good(`interim-${id}`, { before: before! }, `A client must be able to parse ${id} responses before the final one.`, ['H11'], {
        section: 'RFC 9110 section 15.2',
        ...(id === '199' ? { level: 'should' } : {}),
      }),
    ),
    good('interim-three', { before: 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3) }, 'Several interim responses may come.', ['H11'], {
      section: 'RFC 9110 section 15.2',
    }),
    {
      id: 'interim-then-404',
      section: 'RFC 9110 section 15.2',
      requirements: ['H11', 'RC17'],
      why: 'What comes after an interim response is looked at like any other.',
      steps: [
        {
          do: 'response',
          response: { before: 'HTTP/1.1 103 Early Hints\r\n\r\n', statusLine: 'HTTP/1.1 404 Not Found', lines: ['Content-Length: 0'] },
        },
        { expect: 'never-open', mayStay: true },
      ],
    },
  ]
}

function fieldRows(): Row[] {
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

function subprotocolRows(): Row[] {
  const section = 'RFC 6455 section 4.1'
  return [
    bad(
      'not-offered',
      { set: { 'Sec-WebSocket-Protocol': 'x-not-offered' } },
      'A subprotocol that was not offered: the client must fail.',
      ['RC22'],
      { section },
    ),
    bad('unasked', { set: { 'Sec-WebSocket-Protocol': 'chat' } }, 'A subprotocol although none was offered; this once ended a process.', ['RC22'], {
      section,
      requires: ['no-subprotocol-offer'],
    }),
    bad('empty-unasked', { set: { 'Sec-WebSocket-Protocol': '' } }, 'An empty subprotocol is none that was offered.', ['RC22', 'RS9'], {
      section,
      level: 'should',
      requires: ['no-subprotocol-offer'],
    }),
    bad('proto', { set: { 'Sec-WebSocket-Protocol': '__proto__' } }, 'A property that every object has was not offered.', ['RC22'], { section }),
    bad('constructor', { set: { 'Sec-WebSocket-Protocol': 'constructor' } }, 'A property that every object has was not offered.', ['RC22'], {
      section,
    }),
    good('offered', {}, 'The first offered subprotocol comes back.', ['RC22'], { section, requires: ['subprotocol-offer'] }),
    bad('upper-case', { set: { 'Sec-WebSocket-Protocol': '{subprotocol-swapped}' } }, 'Subprotocols are compared case-sensitively.', ['RC22'], {
      section,
      requires: ['subprotocol-offer'],
    }),
    bad('prefix', { set: { 'Sec-WebSocket-Protocol': '{subprotocol}x' } }, 'A longer name was not offered.', ['RC22'], {
      section,
      requires: ['subprotocol-offer'],
    }),
    bad(
      'list',
      { set: { 'Sec-WebSocket-Protocol': '{subprotocol}, x-not-offered' } },
      'The response has one subprotocol, not a list.',
      ['RC22', 'RC23'],
      { section, requires: ['subprotocol-offer'] },
    ),
    bad(
      'twice',
      { set: { 'Sec-WebSocket-Protocol': ['{subprotocol}', 'x-not-offered'] } },
      'Sec-WebSocket-Protocol MUST NOT appear twice in a response.',
      ['RC23', 'RS12'],
      { section: 'RFC 6455 section 11.3.4', requires: ['subprotocol-offer'] },
    ),
    {
      ...good('none', { set: { 'Sec-WebSocket-Protocol': null } }, 'Without a subprotocol RFC 6455 lets a client go on; browsers fail.', ['RC22'], {
        section,
        requires: ['subprotocol-offer'],
      }),
      level: 'info',
    },
  ]
}

function extensionRows(): Row[] {
  const section = 'RFC 6455 section 9.1'
  const value = (text: string | string[]): ResponseSpec => ({ set: { 'Sec-WebSocket-Extensions': text } })
  const malformed = [
    ';',
    'permessage-deflate;',
    'permessage-deflate; =1',
    'permessage-deflate; a=',
    'permessage-deflate; a="b',
    'permessage deflate',
    '"permessage-deflate"',
    'permessage-deflate; server_max_window_bits="1 0"',
  ]
  const wrong: [string, string][] = [
    ['unknown-parameter', 'x_unknown'],
    ['prototype-parameter', '__proto__'],
    ['server-takeover-value', 'server_no_context_takeover=1'],
    ['client-takeover-value', 'client_no_context_takeover=1'],
    ['server-takeover-twice', 'server_no_context_takeover; server_no_context_takeover'],
    ['client-takeover-twice', 'client_no_context_takeover; client_no_context_takeover'],
    ['server-window-twice', 'server_max_window_bits=10; server_max_window_bits=10'],
    ['server-window-no-value', 'server_max_window_bits'],
    ['client-window-no-value', 'client_max_window_bits'],
    ...['0', '7', '16', '99', '010', '1e1', '+10', '-10', '0xa', '10.0', 'ten'].flatMap((bits): [string, string][] => [
      [`server-window-${bits}`, `server_max_window_bits=${bits}`],
      [`client-window-${bits}`, `client_max_window_bits=${bits}`],
    ]),
  ]
  return [
    bad('not-offered', value('x-not-offered'), 'An extension that was not offered: the client must fail.', ['RC21'], { section }),
    bad('similar', value('permessage-deflatex'), 'A name that begins alike is another.', ['RC21'], { section }),
    bad('prototype', value('__proto__'), 'A property that every object has was not offered.', ['RC21'], { section }),
    bad('and-not-offered', value('permessage-deflate, x-not-offered'), 'One that was offered does not excuse one that was not.', ['RC21'], {
      section,
      requires: ['deflate'],
    }),
    bad('deflate-twice', value('permessage-deflate, permessage-deflate'), 'The same extension twice would use RSV1 twice.', ['PD2', 'PD7'], {
      section: 'RFC 7692 section 5',
      requires: ['deflate'],
    }),
    ...malformed.map((text, index) =>
      bad(`malformed-${index + 1}`, value(text), `"${text}" does not match the grammar: the client must fail.`, ['RC21'], { section }),
    ),
    ...wrong.map(([id, parameter]) =>
      bad(`deflate-${id}`, value(`permessage-deflate; ${parameter}`), `A response with "${parameter}" is invalid: the client must fail.`, ['PD2'], {
        section: 'RFC 7692 section 7.1',
        requires: ['deflate'],
      }),
    ),
    ...(
      [
        'permessage-deflate; server_no_context_takeover',
        'permessage-deflate; client_no_context_takeover',
        'permessage-deflate; server_max_window_bits=10',
        'permessage-deflate; server_max_window_bits="12"',
      ] as const
    ).map(
      (text, index): Row => ({
        id: `deflate-accepted-${index + 1}`,
        requires: ['deflate'],
        requirements: ['PD3', 'PD4', 'PD6'],
        section: 'RFC 7692 section 7.1',
        why: `"${text}" answers any offer: the server may add what it does of its own accord.`,
        steps: [{ do: 'open', deflate: text }, send([{ opcode: 1, rsv: 4, payload: { hex: 'f248cdc9c90700' } }]), echoText('Hello')],
      }),
    ),
    {
      id: 'declined-then-compressed',
      requirements: ['S12.28'],
      section: 'RFC 6455 section 5.2',
      why: 'Where the response has no extension RSV1 means nothing.',
      steps: [{ do: 'open' }, send([{ opcode: 1, rsv: 4, payload: { hex: 'f248cdc9c90700' } }]), fails(1002)],
    },
    {
      ...bad('two-lines', value(['permessage-deflate', 'x-not-offered']), 'The field MUST NOT appear twice in a response.', ['RC21', 'RS12'], {
        section: 'RFC 6455 section 11.3.2',
        requires: ['deflate'],
      }),
    },
  ]
}

function segmentRows(): Row[] {
  const place = (at: number): Row => ({
    id: `split-at-${at}`,
    requirements: ['RC23'],
    section: 'RFC 9112 section 2.2',
    why: `A segment may end ${at < 0 ? `${-at} bytes before the end` : `after byte ${at}`} of the response.`,
    steps: [{ do: 'response', split: { at } }, send([text('go')]), echoText('go')],
  })
  return [
    ...[1, 5, 9, 12, 20, 34, 50, 70, 90, -1, -2, -3, -4, -10].map(place),
    {
      id: 'bytewise',
      requirements: ['RC23'],
      section: 'RFC 9112 section 2.2',
      why: 'The response may come byte by byte.',
      steps: [{ do: 'response', split: { every: 1 } }, send([text('go')]), echoText('go')],
    },
    {
      id: 'frame-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'A message in the response’s own segment is not lost.',
      steps: [{ do: 'response', then: [text('at once')] }, echoText('at once')],
    },
    {
      id: 'three-frames-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'Messages in the response’s segment come in order.',
      steps: [
        { do: 'response', then: [text('one'), binary({ hex: '02' }), text('three')] },
        echoText('one'),
        echoBinary({ hex: '02' }),
        echoText('three'),
      ],
    },
    {
      id: 'half-frame-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'The segment may end inside the first frame.',
      steps: [{ do: 'response', then: [text('half of it')], split: { at: -4 } }, echoText('half of it')],
    },
    {
      id: 'ping-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'A Ping in the response’s segment is answered.',
      steps: [
        { do: 'response', then: [{ opcode: 9, payload: 'early' }] },
        { expect: 'pong', payload: 'early' },
      ],
    },
    {
      id: 'close-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'A Close frame in the response’s segment is answered.',
      steps: [{ do: 'response', then: [close(1001)] }, { expect: 'close' }, { expect: 'ended' }],
    },
    {
      id: 'bytewise-with-frame',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'Response and first frame, byte by byte.',
      steps: [{ do: 'response', then: [text('slow')], split: { every: 1 } }, echoText('slow')],
    },
  ]
}

function brokenRows(): Row[] {
  const broken = (id: string, steps: readonly Step[], why: string, more: Partial<Row> = {}): Row => ({
    id,
    why,
    steps,
    requirements: ['RC5', 'RC24'],
    section: 'RFC 6455 section 4.1',
    ...more,
  })
  return [
    broken('end-without-response', [{ expect: 'request' }, { do: 'end' }, { expect: 'ended' }], 'The server ends the connection without a word.'),
    broken(
      'end-inside-response',
      [{ expect: 'request' }, { do: 'bytes', bytes: 'HTTP/1.1 101 Switching Protocols\r\nUpg' }, { do: 'end' }, { expect: 'ended' }],
      'The response ends in the middle.',
    ),
    broken(
      'endless-field',
      [
        { expect: 'request' },
        { do: 'bytes', bytes: { concat: ['HTTP/1.1 101 Switching Protocols\r\nX-Field: ', { fill: 'a', length: 1_500_000 }] } },
        { expect: 'ended' },
      ],
      'A field line that never ends is cut off by a limit.',
      {
        level: 'should',
        section: 'RFC 6455 section 10.4',
      },
    ),
    broken(
      'endless-interim',
      [{ expect: 'request' }, { do: 'bytes', bytes: { fill: 'HTTP/1.1 103 Early Hints\r\n\r\n', length: 28 * 50_000 } }, { expect: 'ended' }],
      'Interim responses without end are cut off by a limit or the deadline.',
      {
        level: 'info',
        section: 'RFC 9110 section 15.2',
      },
    ),
    broken(
      'silence',
      [{ expect: 'request' }, { expect: 'ended', within: 'handshake' }],
      'A server that never answers does not hold a client for ever.',
      { level: 'should', slow: true, requires: ['timeouts'] },
    ),
    broken('end-after-open', [{ do: 'open' }, { do: 'end' }, { expect: 'ended' }], 'An end without a closing handshake ends the other half too.', {
      section: 'RFC 6455 section 7.1.1',
    }),
    broken(
      'end-inside-frame',
      [{ do: 'open' }, { do: 'bytes', bytes: { hex: '8105 6865' } }, { do: 'end' }, { expect: 'ended' }],
      'An end inside a frame delivers nothing.',
      { section: 'RFC 6455 section 7.1.1' },
    ),
    broken(
      'end-inside-message',
      [{ do: 'open' }, send([text('half', { fin: false })]), { do: 'end' }, { expect: 'ended' }],
      'An end between fragments delivers nothing.',
      { section: 'RFC 6455 section 7.1.1' },
    ),
    broken(
      'close-then-server-lingers',
      [{ do: 'open' }, send([close(1000)]), { expect: 'close' }, { expect: 'ended', within: 'close', linger: true }],
      'A client does not wait for ever for a server that never ends the connection.',
      {
        level: 'should',
        slow: true,
        requires: ['timeouts'],
        section: 'RFC 6455 section 7.1.1',
      },
    ),
  ]
}

export const clientResponseTables: readonly Table[] = [
  { area: 'response/status', section: 'RFC 6455 section 4.1', rows: statusRows() },
  { area: 'response/fields', section: 'RFC 6455 section 4.1', rows: fieldRows() },
  { area: 'response/subprotocol', section: 'RFC 6455 section 4.1', rows: subprotocolRows() },
  { area: 'response/extensions', section: 'RFC 6455 section 9.1', rows: extensionRows() },
  { area: 'response/segments', section: 'RFC 6455 section 4.1', rows: segmentRows() },
  { area: 'robustness', section: 'RFC 6455 section 7.1.1', rows: brokenRows() },
]

import type { FieldCheck, RequestSpec, Step } from '../../case.ts'
import { binary, echoBinary, echoText, fails, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'
import { accepts, refuses } from './request.ts'

function answers(checks: readonly FieldCheck[], request: RequestSpec = {}): readonly Step[] {
  return [
    { do: 'request', request },
    { expect: 'response', status: [101], checks },
  ]
}

function responseRows(): Row[] {
  const rows: [string, FieldCheck[], string, string[], string?][] = [
    ['accept', [{ field: 'Sec-WebSocket-Accept', is: 'accept' }], 'The accept value proves that the server read the key.', ['RS11']],
    [
      'accept-once',
      [{ field: 'Sec-WebSocket-Accept', is: 'once' }],
      'Sec-WebSocket-Accept MUST NOT appear twice.',
      ['RS12', 'S12.12'],
      'RFC 6455 section 11.3.3',
    ],
    [
      'upgrade',
      [{ field: 'Upgrade', is: 'equals-ignoring-case', value: 'websocket' }],
      'The response names the protocol it switches to.',
      ['RS11', 'H2', 'S12.12'],
    ],
    [
      'connection',
      [{ field: 'Connection', is: 'contains-token', value: 'Upgrade' }],
      'Upgrade is hop-by-hop and named in Connection.',
      ['RS11', 'S12.12'],
    ],
    [
      'no-content-length',
      [{ field: 'Content-Length', is: 'absent' }],
      'A 1xx response has no content and no Content-Length.',
      ['H10', 'S12.12'],
      'RFC 9110 section 8.6',
    ],
    [
      'no-transfer-encoding',
      [{ field: 'Transfer-Encoding', is: 'absent' }],
      'A 1xx response has no transfer coding.',
      ['H10', 'S12.12'],
      'RFC 9112 section 6.1',
    ],
    ['no-subprotocol', [{ field: 'Sec-WebSocket-Protocol', is: 'absent' }], 'No subprotocol was offered: the field must be absent.', ['RS9']],
    ['no-extension', [{ field: 'Sec-WebSocket-Extensions', is: 'absent' }], 'No extension was offered: none may be answered.', ['RS10']],
  ]
  return [
    ...rows.map(([id, checks, why, requirements, section]) => ({
      id,
      why,
      requirements,
      steps: answers(checks),
      ...(section === undefined ? {} : { section }),
    })),
    ...(
      [
        ['rfc-example', 'dGhlIHNhbXBsZSBub25jZQ==', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
        ['not-canonical', 'AQIDBAUGBwgJCgsMDQ4PEC==', undefined],
      ] as const
    ).map(([id, key, value]) => ({
      id: `accept-${id}`,
      requirements: ['RS11'],
      why: 'The accept value is computed from the key as it was sent, not from its decoded or rewritten form.',
      steps: answers(
        [value === undefined ? { field: 'Sec-WebSocket-Accept', is: 'accept' } : { field: 'Sec-WebSocket-Accept', is: 'equals', value }],
        {
          set: { 'Sec-WebSocket-Key': key },
        },
      ),
    })),
    {
      id: 'accept-white-space',
      requirements: ['RS11'],
      why: 'White space around the key is not part of it.',
      steps: answers([{ field: 'Sec-WebSocket-Accept', is: 'accept' }], { set: { 'Sec-WebSocket-Key': '  {key} \t' } }),
    },
    {
      id: 'same-key-again',
      level: 'should',
      requirements: ['S12.13'],
      section: 'RFC 6455 section 4.2.2',
      why: 'A server keeps no list of keys: the same one works twice.',
      steps: [
        ...accepts({ set: { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' } }),
        { do: 'reconnect' },
        ...accepts({ set: { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' } }),
      ],
    },
  ]
}

/** A server of HTTP may ignore Upgrade and answer these as the ordinary requests that they are without it. */
function ordinary(id: string): { readonly ifOrdinary?: 'info' } {
  return id === 'method' || id === 'upgrade' ? { ifOrdinary: 'info' } : {}
}

function refusalRows(): Row[] {
  const ways: [string, RequestSpec, string][] = [
    ['method', { method: 'POST', set: { 'Content-Length': '0' } }, 'another method'],
    ['host', { set: { Host: null } }, 'no Host'],
    ['upgrade', { set: { Upgrade: 'h2c' } }, 'another protocol'],
    ['key', { set: { 'Sec-WebSocket-Key': 'short' } }, 'a short key'],
    ['version', { set: { 'Sec-WebSocket-Version': '12' } }, 'version 12'],
    ['extensions', { set: { 'Sec-WebSocket-Extensions': 'x; =1' } }, 'an extension list out of the grammar'],
  ]
  return [
    ...ways.map(
      ([id, request, what]): Row => ({
        id: `framed-${id}`,
        requirements: ['S12.9'],
        section: 'RFC 9112 section 6.3',
        why: `The refusal of ${what} says where its content ends.`,
        steps: [
          { do: 'request', request },
          { expect: 'response', status: 'any', framed: true },
        ],
      }),
    ),
    ...ways.map(
      ([id, request, what]): Row => ({
        id: `no-accept-${id}`,
        requirements: ['S12.9'],
        section: 'RFC 6455 section 4.2.2',
        why: `The refusal of ${what} has no Sec-WebSocket-Accept, which a careless client could take for a success.`,
        steps: [
          { do: 'request', request },
          { expect: 'response', status: 'error', checks: [{ field: 'Sec-WebSocket-Accept', is: 'absent' }], ...ordinary(id) },
        ],
      }),
    ),
    ...ways.slice(1).map(
      ([id, request, what]): Row => ({
        id: `then-usable-or-closed-${id}`,
        requirements: ['S12.8'],
        section: 'RFC 9112 section 9.3',
        why: `After the refusal of ${what} the connection takes another request or is closed; it never hangs.`,
        steps: [
          { do: 'request', request },
          { expect: 'response', status: 'error', ...ordinary(id) },
          { do: 'request' },
          { expect: 'response', status: [101], orDrop: true },
        ],
      }),
    ),
    {
      id: '405-has-allow',
      requirements: ['H5'],
      section: 'RFC 9110 section 15.5.6',
      why: 'A 405 MUST list the methods that are allowed.',
      steps: [
        { do: 'request', request: { method: 'POST', set: { 'Content-Length': '0' } } },
        {
          expect: 'response',
          status: 'error',
          checks: [{ field: 'Allow', is: 'contains-token', value: 'GET', onlyIfStatus: 405 }],
          ...ordinary('method'),
        },
      ],
    },
  ]
}

function originRows(): Row[] {
  const refused = { set: { Origin: '{refused-origin}' } }
  return [
    {
      id: 'absent',
      requirements: ['RS3'],
      section: 'RFC 6455 section 4.2.1',
      why: 'Clients other than browsers send no Origin.',
      steps: accepts({}),
    },
    {
      id: 'refused',
      requires: ['origin-refused'],
      requirements: ['RS6'],
      why: 'An unacceptable origin is answered with an HTTP error.',
      steps: refuses(refused),
    },
    {
      id: 'refused-403',
      level: 'should',
      requires: ['origin-refused'],
      requirements: ['RS6'],
      section: 'RFC 6455 section 10.2',
      why: '403 says that the origin is the reason.',
      steps: [
        { do: 'request', request: refused },
        { expect: 'response', status: [403] },
      ],
    },
    {
      id: 'refused-upper-case-name',
      requires: ['origin-refused'],
      requirements: ['RS6'],
      why: 'The field’s name is case-insensitive: ORIGIN is checked like Origin.',
      steps: refuses({ lines: ['ORIGIN: {refused-origin}'] }),
    },
    {
      id: 'refused-twice',
      requires: ['origin-refused'],
      requirements: ['RS6'],
      why: 'A second Origin does not hide the first.',
      steps: refuses({ lines: ['Origin: {refused-origin}', 'Origin: http://{host}'] }),
    },
    {
      id: 'refused-early-data',
      requires: ['origin-refused'],
      requirements: ['S12.17', 'H13'],
      section: 'RFC 9931 section 4',
      why: 'What follows a refused handshake are frames of an attacker’s choice, never a second request that is answered.',
      steps: [
        { do: 'request', request: refused, thenBytes: 'GET / HTTP/1.1\r\nHost: smuggled.example\r\n\r\n' },
        { expect: 'response', status: 'error' },
        { expect: 'ended' },
      ],
    },
  ]
}

function subprotocolRows(): Row[] {
  const chosen: FieldCheck = { field: 'Sec-WebSocket-Protocol', is: 'equals', value: '{subprotocol}' }
  const none: FieldCheck = { field: 'Sec-WebSocket-Protocol', is: 'absent' }
  const offer = (value: string | readonly string[]): RequestSpec => ({ set: { 'Sec-WebSocket-Protocol': value } })
  const found: [string, string | readonly string[], string][] = [
    ['only', '{subprotocol}', 'It is the only one.'],
    ['first', '{subprotocol}, not-known', 'It is the first of two.'],
    ['last', 'not-known, {subprotocol}', 'It is the last of two.'],
    ['no-space', 'not-known,{subprotocol}', 'A list needs no space.'],
    ['white-space', ' \tnot-known \t,\t {subprotocol}\t', 'White space around elements is optional.'],
    ['empty-elements', 'not-known,,{subprotocol},', 'Empty elements are to be accepted.'],
    ['two-lines', ['not-known', '{subprotocol}'], 'The field may be split over lines in a request.'],
    ['among-50', `${Array.from({ length: 50 }, (_, index) => `other-${index}`).join(', ')}, {subprotocol}`, 'A long list is read to its end.'],
    ['after-token-characters', "!#$%&'*+-.^_`|~09azAZ, {subprotocol}", 'Every token character may be in a name.'],
    ['after-prototype', '__proto__, constructor, {subprotocol}', 'Names of object properties are ordinary tokens.'],
  ]
  const notFound: [string, string, string][] = [
    ['unknown', 'not-known', 'a name nobody knows'],
    ['upper-case', '{subprotocol-upper}', 'the name in other letters: names are case-sensitive'],
    ['prefix', '{subprotocol}x', 'a longer name'],
    ['proto', '__proto__', 'a property every object has'],
    ['constructor', 'constructor', 'a property every object has'],
    ['to-string', 'toString, hasOwnProperty, valueOf', 'properties every object has'],
  ]
  const malformed: [string, string, string][] = [
    ['space-inside', 'chat superchat', 'two words'],
    ['slash', 'a/b', 'a separator'],
    ['quoted', '"{subprotocol}"', 'a quoted string'],
    ['semicolon', '{subprotocol}; v=1', 'a parameter'],
    ['at', 'a@b', 'a separator'],
    ['control', 'a\x01b', 'a control character'],
    ['8-bit', 'caf\xe9', 'a byte beyond ASCII'],
    ['colon', 'urn:x', 'a separator'],
    ['parenthesis', 'a(b)', 'a comment'],
  ]
  return [
    ...found.map(
      ([id, value, why]): Row => ({
        id: `chosen-${id}`,
        requires: ['subprotocols'],
        requirements: ['RS9', 'H6'],
        why,
        steps: answers([chosen], offer(value)),
      }),
    ),
    {
      id: 'client-order-or-server-order',
      level: 'info',
      requires: ['subprotocols'],
      requirements: ['RS9'],
      why: 'The client’s list is in its order of preference; the choice is the server’s.',
      steps: answers(
        [{ field: 'Sec-WebSocket-Protocol', is: 'equals', value: '{subprotocol-second}' }],
        offer('{subprotocol-second}, {subprotocol}'),
      ),
    },
    {
      id: 'answer-once',
      requires: ['subprotocols'],
      requirements: ['RS12'],
      section: 'RFC 6455 section 11.3.4',
      why: 'The response has one Sec-WebSocket-Protocol.',
      steps: answers([{ field: 'Sec-WebSocket-Protocol', is: 'once' }], offer('{subprotocol}, {subprotocol-second}')),
    },
    ...notFound.map(
      ([id, value, what]): Row => ({
        id: `none-${id}`,
        ...(value.includes('{') ? { requires: ['subprotocols'] } : {}),
        requirements: ['RS9', 'S12.23', 'S12.20'],
        why: `Nothing matches ${what}: a server goes on without the field, or refuses, and never answers a name of its own.`,
        steps: [
          { do: 'request', request: offer(value) },
          { expect: 'response', status: [101, 400, 403, 406, 426], checks: [none] },
        ],
      }),
    ),
    {
      id: 'none-policy',
      level: 'info',
      requirements: ['S12.23'],
      why: 'Whether a server goes on when nothing matches is its policy.',
      steps: answers([none], offer('not-known')),
    },
    ...malformed.map(
      ([id, value, what]): Row => ({
        id: `malformed-${id}`,
        requirements: ['RS1'],
        section: 'RFC 6455 section 4.2.1',
        why: `The list does not match the grammar, it has ${what}: the request is refused.`,
        steps: refuses(offer(value)),
      }),
    ),
    {
      id: 'empty',
      level: 'info',
      requirements: ['RS1'],
      why: 'A Sec-WebSocket-Protocol without a name breaks 1#token; most take it for none.',
      steps: answers([none], offer('')),
    },
    {
      id: 'twice-the-same',
      level: 'info',
      requirements: ['RC14'],
      why: 'The client must not offer a name twice; what the server does then is open.',
      steps: answers([], offer('not-known, not-known')),
    },
    {
      id: 'long-white-space',
      requirements: ['RS1'],
      section: 'RFC 9110 section 5.6.1',
      why: 'Thousands of spaces between two names once took a regular expression minutes.',
      steps: [
        { do: 'request', request: offer(`a${' '.repeat(6000)}b`) },
        { expect: 'response', status: 'error', orDrop: true },
      ],
    },
  ]
}

function extensionRows(): Row[] {
  const offer = (value: string | readonly string[]): RequestSpec => ({ set: { 'Sec-WebSocket-Extensions': value } })
  const declined: [string, string | readonly string[], string][] = [
    ['unknown', 'x-not-known', 'An extension nobody knows is passed over.'],
    ['unknown-parameters', 'x-not-known; a; b=1; c="d"', 'Its parameters, in each form, are read over.'],
    ['quoted-token', 'x-not-known; a="10"', 'A quoted value that is a token is good.'],
    ['several', 'x-a, x-b; c, x-d', 'A list of unknown extensions is passed over.'],
    ['white-space', ' \tx-a \t;\t b , x-c', 'White space is optional.'],
    ['empty-elements', 'x-a,,x-b,', 'Empty elements are to be accepted.'],
    ['two-lines', ['x-a; b', 'x-c'], 'The field may be split over lines in a request.'],
    ['prototype', '__proto__, constructor; toString=1', 'Names of object properties are ordinary tokens.'],
    ['upper-case', 'X-NOT-KNOWN', 'A token may have capitals.'],
    ['similar', 'permessage-deflatex, xpermessage-deflate, permessage-bzip2', 'A name that only begins or ends alike is another.'],
  ]
  const malformed: [string, string, string][] = [
    ['semicolon-only', ';', 'a parameter of nothing'],
    ['no-name', '; a', 'a parameter of nothing'],
    ['no-parameter', 'x-a;', 'a semicolon with nothing behind it'],
    ['no-parameter-name', 'x-a; =1', 'a value without a name'],
    ['no-value', 'x-a; b=', 'an equals sign without a value'],
    ['two-words', 'x-a b', 'two words'],
    ['unclosed-quote', 'x-a; b="c', 'a quotation that does not end'],
    ['unclosed-escape', 'x-a; b="c\\', 'an escape of nothing'],
    ['quoted-name', '"x-a"', 'a quoted name'],
    ['quoted-not-token', 'x-a; b="c d"', 'a quoted value that is no token'],
    ['quoted-empty', 'x-a; b=""', 'an empty quoted value'],
    ['quoted-comma', 'x-a; b="c, x-d"', 'a comma in quotes, which is no separator'],
    ['after-quote', 'x-a; b="c"d', 'something behind a quotation'],
    ['slash', 'x/a', 'a separator in a name'],
    ['control', 'x-a\x01', 'a control character'],
    ['8-bit', 'x-\xe9', 'a byte beyond ASCII'],
    ['two-equals', 'x-a; b=c=d', 'two equals signs'],
    ['two-semicolons', 'x-a;; b', 'two semicolons'],
  ]
  return [
    ...declined.map(
      ([id, value, why]): Row => ({
        id: `declined-${id}`,
        requirements: ['RS10', 'H6'],
        why,
        steps: answers([{ field: 'Sec-WebSocket-Extensions', is: 'absent' }], offer(value)),
      }),
    ),
    ...malformed.map(
      ([id, value, what]): Row => ({
        id: `malformed-${id}`,
        requirements: ['RS1'],
        section: 'RFC 6455 section 9.1',
        why: `The list does not match the grammar, it has ${what}: the request is refused.`,
        steps: refuses(offer(value)),
      }),
    ),
    {
      id: 'unclosed-quote-long',
      requirements: ['RS1'],
      section: 'RFC 6455 section 9.1',
      why: 'A long quotation of escapes that does not end once took a regular expression for ever.',
      steps: refuses(offer(`x-a; b="${'\\c'.repeat(3000)}`), undefined, true),
    },
  ]
}

function earlyRows(): Row[] {
  const canonical: Step = { do: 'request' }
  const opened: Step = { expect: 'response', status: [101] }
  return [
    {
      id: 'text',
      requirements: ['RS15'],
      why: 'A frame in the handshake’s own segment is a frame, and not lost.',
      steps: [{ do: 'request', then: [text('early')] }, opened, echoText('early')],
    },
    {
      id: 'three-messages',
      requirements: ['S12.14'],
      why: 'Several early messages arrive in order.',
      steps: [
        { do: 'request', then: [text('one'), binary({ hex: '02' }), text('three')] },
        opened,
        echoText('one'),
        echoBinary({ hex: '02' }),
        echoText('three'),
      ],
    },
    {
      id: 'half-a-frame',
      why: 'The segment may end inside the first frame.',
      steps: [{ do: 'request', then: [text('half of it')], split: { at: -4 } }, opened, echoText('half of it')],
    },
    {
      id: 'ping',
      why: 'An early Ping is answered after the 101.',
      steps: [{ do: 'request', then: [{ opcode: 9, payload: 'early' }] }, opened, { expect: 'pong', payload: 'early' }],
    },
    {
      id: 'close',
      why: 'An early Close frame is answered after the 101.',
      steps: [{ do: 'request', then: [{ opcode: 8, payload: { hex: '03e8' } }] }, opened, { expect: 'close' }, { expect: 'ended' }],
    },
    {
      id: 'unmasked',
      requirements: ['RS15', 'S12.15'],
      section: 'RFC 6455 section 5.1',
      why: 'An early frame is held to the same rules: an unmasked one fails the connection.',
      steps: [{ do: 'request', then: [text('unmasked', { mask: false })] }, opened, fails(1002)],
    },
    {
      id: 'reserved-bit',
      section: 'RFC 6455 section 5.2',
      why: 'An early frame with RSV2 once ended a process; it fails its connection and no more.',
      steps: [{ do: 'request', then: [text('x', { rsv: 2 })] }, opened, fails(1002), { expect: 'alive' }],
    },
    {
      id: 'many-64-KiB',
      requirements: ['S12.14', 'RS14'],
      why: 'More early data than is kept may be refused, but what is accepted arrives whole.',
      level: 'should',
      steps: [
        { do: 'request', then: Array.from({ length: 16 }, (_, index) => binary({ fill: String(index % 10), length: 3000 })) },
        opened,
        ...Array.from({ length: 16 }, (_, index) => echoBinary({ fill: String(index % 10), length: 3000 })),
      ],
    },
    {
      id: 'bytewise-head-and-frame',
      why: 'Head and first frame, byte by byte.',
      steps: [{ do: 'request', then: [text('slow')], split: { every: 1 } }, opened, echoText('slow')],
    },
    {
      id: 'nothing-unasked',
      section: 'RFC 6455 section 4.2.2',
      level: 'info',
      why: 'An echo endpoint says nothing before it is spoken to.',
      steps: [canonical, opened, { expect: 'silence' }],
    },
    { id: 'then-text', why: 'The connection is open with the 101.', steps: [canonical, opened, send([text('go')]), echoText('go')] },
  ]
}

export const answerTables: readonly Table[] = [
  { area: 'handshake/response', section: 'RFC 6455 section 4.2.2', rows: responseRows() },
  { area: 'handshake/refusal', section: 'RFC 9110 section 15', rows: refusalRows() },
  { area: 'handshake/origin', section: 'RFC 6455 section 4.2.2', rows: originRows() },
  { area: 'handshake/subprotocol', section: 'RFC 6455 section 4.2.2', rows: subprotocolRows() },
  { area: 'handshake/extensions', section: 'RFC 6455 section 9.1', rows: extensionRows() },
  { area: 'handshake/early-data', section: 'RFC 6455 section 4.2.2', rows: earlyRows() },
]

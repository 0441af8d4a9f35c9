import type { RequestSpec, Step } from '../../case.ts'
import { alive } from '../rows.ts'
import type { Row, Table } from '../rows.ts'
import { accepts, refuses } from './request.ts'

function grammarRows(): Row[] {
  const section = 'RFC 9112 section 5'
  const refused: [string, RequestSpec, string, string?][] = [
    ['space-before-colon', { lines: ['X-Field : a'] }, 'White space before the colon has let requests be smuggled.', 'RFC 9112 section 5.1'],
    [
      'space-before-colon-key',
      { set: { 'Sec-WebSocket-Key': null }, lines: ['Sec-WebSocket-Key : {key}'] },
      'White space before the colon, in a field that matters.',
      'RFC 9112 section 5.1',
    ],
    ['tab-before-colon', { lines: ['X-Field\t: a'] }, 'A tab before the colon is white space too.', 'RFC 9112 section 5.1'],
    ['no-colon', { lines: ['X-Field'] }, 'A line without a colon is no field line.'],
    ['no-name', { lines: [': a'] }, 'A field has a name.'],
    ['nul-in-value', { lines: ['X-Field: a\0b'] }, 'NUL in a value is dangerous, and invalid.', 'RFC 9110 section 5.5'],
    ['bare-cr-in-value', { lines: ['X-Field: a\rb'] }, 'A CR in a value is taken for a line end by some.', 'RFC 9110 section 5.5'],
    ['space-in-name', { lines: ['X Field: a'] }, 'A name is one token.', 'RFC 9110 section 5.1'],
    ...['(', ')', '<', '>', '@', ',', ';', '\\', '"', '/', '[', ']', '?', '=', '{', '}', '\x01', '\x7f', '\xe9'].map(
      (character): [string, RequestSpec, string, string] => [
        `name-with-${Buffer.from(character, 'latin1').toString('hex')}`,
        { lines: [`X${character}Field: a`] },
        `The character ${/[ -~]/.test(character) ? character : `0x${Buffer.from(character, 'latin1').toString('hex')}`} is in no field name.`,
        'RFC 9110 section 5.1',
      ],
    ),
    ...[0x01, 0x08, 0x0b, 0x1b, 0x7f].map((code): [string, RequestSpec, string, string] => [
      `control-in-value-${code.toString(16).padStart(2, '0')}`,
      { lines: [`X-Field: a${String.fromCharCode(code)}b`] },
      `The control character 0x${code.toString(16)} is in no field value.`,
      'RFC 9110 section 5.5',
    ]),
  ]
  return [
    ...refused.map(
      ([id, request, why, cite]): Row => ({
        id,
        requirements: id.includes('before-colon') || id.startsWith('bare-cr') ? ['H8', 'RS1'] : ['RS1'],
        why,
        section: cite ?? section,
        ...(id.startsWith('control-in-value') ? { level: 'should' } : {}),
        steps: refuses(request, undefined, true),
      }),
    ),
    {
      id: 'obs-fold',
      requirements: ['H8'],
      section: 'RFC 9112 section 5.2',
      why: 'A folded line is refused, or its fold becomes a space; it is never a line of its own.',
      steps: [
        {
          do: 'request',
          request: { set: { Upgrade: null, Connection: null }, lines: ['X-Field: a', ' Upgrade: websocket', ' Connection: Upgrade'] },
        },
        { expect: 'response', status: 'error', orDrop: true },
      ],
    },
    {
      id: 'obs-fold-policy',
      level: 'info',
      requirements: ['H8'],
      section: 'RFC 9112 section 5.2',
      why: 'A server may refuse a folded line or replace the fold.',
      steps: accepts({ lines: ['X-Field: a', ' b'] }),
    },
    {
      id: 'white-space-before-first-field',
      requirements: ['H8'],
      section: 'RFC 9112 section 2.2',
      why: 'A line that begins with white space before the first field is refused or ignored, never read.',
      steps: [
        { do: 'request', request: { set: { Upgrade: null }, linesFirst: [' Upgrade: websocket'] } },
        { expect: 'response', status: 'error', orDrop: true },
      ],
    },
    {
      id: 'bare-lf',
      level: 'info',
      requirements: ['H8'],
      section: 'RFC 9112 section 2.2',
      why: 'A recipient may take a single LF for a line end; strict ones do not.',
      steps: accepts({ eol: '\n' }),
    },
    {
      id: 'bare-cr-line-ends',
      requirements: ['H8'],
      section: 'RFC 9112 section 2.2',
      why: 'A single CR ends no line.',
      steps: [{ do: 'request', request: { eol: '\r' } }, { do: 'end' }, { expect: 'response', status: 'error', orDrop: true }],
    },
    {
      id: 'empty-line-first',
      level: 'should',
      section: 'RFC 9112 section 2.2',
      why: 'At least one empty line before the request line is to be ignored.',
      steps: accepts({
        raw: '\r\nGET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n',
      }),
    },
    ...(
      [
        ['unknown-fields', ['X-Unknown: a', 'Cookie: b=c', 'User-Agent: conformance'], 'Unknown fields are ignored.'],
        [
          'object-properties',
          ['__proto__: a', 'constructor: b', 'hasOwnProperty: c', 'toString: d'],
          'Names of object properties are ordinary field names.',
        ],
        ['8-bit-value', ['X-Field: caf\xe9'], 'Bytes beyond ASCII may be in a value.'],
        ['empty-value', ['X-Field:'], 'A value may be empty.'],
        ['no-space', ['X-Field:a'], 'The space after the colon is optional.'],
        ['tab-after-colon', ['X-Field:\ta'], 'The white space after the colon may be a tab.'],
        ['every-token-character', ["!#$%&'*+-.^_`|~09azAZ: a"], 'Every token character may be in a name.'],
        ['colons-in-value', ['X-Field: a: b: c'], 'Only the first colon ends the name.'],
      ] as [string, string[], string][]
    ).map(([id, lines, why]): Row => ({ id, requirements: ['RS4'], why, section: 'RFC 9110 section 5', steps: accepts({ lines }) })),
    {
      id: 'names-upper-case',
      why: 'Field names are case-insensitive.',
      section: 'RFC 9110 section 5.1',
      requirements: ['RS2'],
      steps: accepts({
        set: { Host: null, Upgrade: null, Connection: null, 'Sec-WebSocket-Key': null, 'Sec-WebSocket-Version': null },
        lines: ['HOST: {host}', 'UPGRADE: websocket', 'CONNECTION: Upgrade', 'SEC-WEBSOCKET-KEY: {key}', 'SEC-WEBSOCKET-VERSION: 13'],
      }),
    },
    {
      id: 'names-lower-case',
      why: 'Field names are case-insensitive.',
      section: 'RFC 9110 section 5.1',
      requirements: ['RS2'],
      steps: accepts({
        set: { Host: null, Upgrade: null, Connection: null, 'Sec-WebSocket-Key': null, 'Sec-WebSocket-Version': null },
        lines: ['sec-websocket-version: 13', 'sec-websocket-key: {key}', 'connection: Upgrade', 'upgrade: websocket', 'host: {host}'],
      }),
    },
  ]
}

function contentRows(): Row[] {
  return [
    {
      id: 'length-0',
      level: 'info',
      requirements: ['H12'],
      section: 'RFC 9110 section 8.6',
      why: 'A length of nothing is no content; strict servers refuse the field all the same.',
      steps: accepts({ set: { 'Content-Length': '0' } }),
    },
    {
      id: 'length-5',
      level: 'should',
      requirements: ['H12'],
      section: 'RFC 9931 section 3',
      why: 'Content on the GET could be taken for frames or frames for content.',
      steps: refuses({ set: { 'Content-Length': '5' }, content: 'hello' }),
    },
    {
      id: 'chunked',
      level: 'should',
      requirements: ['H12'],
      section: 'RFC 9931 section 3',
      why: 'Chunked content on the GET could be taken for frames.',
      steps: refuses({ set: { 'Transfer-Encoding': 'chunked' }, content: '5\r\nhello\r\n0\r\n\r\n' }),
    },
    ...['-1', '+5', '5a', '0x5', '5, 6', ''].map(
      (length): Row => ({
        id: `length-invalid-${encodeURIComponent(length)}`,
        requirements: ['H9'],
        section: 'RFC 9112 section 6.3',
        why: `"${length}" is no length: the request is refused and the connection closed.`,
        steps: [...refuses({ set: { 'Content-Length': length } }), { expect: 'ended' }],
      }),
    ),
    {
      id: 'length-twice-different',
      requirements: ['H9'],
      section: 'RFC 9112 section 6.3',
      why: 'Two lengths that disagree are an attempt to smuggle a request.',
      steps: [...refuses({ set: { 'Content-Length': ['0', '5'] } }), { expect: 'ended' }],
    },
    {
      id: 'length-and-chunked',
      requirements: ['H9'],
      section: 'RFC 9112 section 6.1',
      why: 'Both framings at once are an attempt to smuggle a request: the connection must not stay in use.',
      steps: [...refuses({ set: { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }, content: '0\r\n\r\n' }), { expect: 'ended' }],
    },
    {
      id: 'transfer-coding-unknown',
      requirements: ['H9'],
      section: 'RFC 9112 section 6.3',
      why: 'Without chunked at the end the length of the content cannot be known.',
      steps: [...refuses({ set: { 'Transfer-Encoding': 'gzip' } }), { expect: 'ended' }],
    },
    {
      id: 'length-huge',
      level: 'should',
      requirements: ['H12', 'RS14'],
      section: 'RFC 9110 section 9.3.1',
      why: 'A gigabyte of announced content is not waited for.',
      steps: refuses({ set: { 'Content-Length': '1073741824' } }),
    },
    {
      id: 'expect-continue',
      level: 'should',
      requirements: ['H4'],
      section: 'RFC 9110 section 7.8',
      why: 'A server that takes both answers 100 before 101; one that does not answers 417 or ignores the expectation of a request without content.',
      steps: [
        { do: 'request', request: { set: { Expect: '100-continue' } } },
        { expect: 'response', status: [100, 101, 417] },
      ],
    },
  ]
}

function limitRows(): Row[] {
  return [
    {
      id: 'field-of-100000-bytes',
      requirements: ['RS14'],
      why: 'One field line beyond every limit is refused.',
      steps: [
        { do: 'request', request: { lines: [`X-Field: ${'a'.repeat(100_000)}`] } },
        { expect: 'response', status: 'error', prefer: [431, 400], orDrop: true },
      ],
    },
    {
      id: 'field-endless',
      requirements: ['RS14'],
      why: 'A line that never ends is cut off by a limit, not by memory.',
      steps: [
        { do: 'bytes', bytes: { concat: ['GET / HTTP/1.1\r\nX-Field: ', { fill: 'a', length: 300_000 }] } },
        { expect: 'response', status: 'error', prefer: [431, 400], orDrop: true },
      ],
    },
    {
      id: 'request-line-endless',
      requirements: ['H14', 'RS14'],
      section: 'RFC 9112 section 3',
      why: 'A request line that never ends is cut off by a limit.',
      steps: [
        { do: 'bytes', bytes: { concat: ['GET /', { fill: 'a', length: 300_000 }] } },
        { expect: 'response', status: 'error', orDrop: true },
      ],
    },
    {
      id: 'fields-5000-upgrade-last',
      requirements: ['RS14'],
      why: 'When fields beyond a count are dropped silently, Upgrade can be among them; that once crashed a server.',
      steps: [
        {
          do: 'request',
          request: { set: { Upgrade: null }, lines: [...Array.from({ length: 5000 }, (_, index) => `X-${index}: a`), 'Upgrade: websocket'] },
        },
        { expect: 'response', status: 'any', orDrop: true },
        alive,
      ],
    },
    {
      id: 'fields-50',
      level: 'should',
      requirements: ['RS4'],
      why: 'Behind proxies and with cookies fifty fields are ordinary.',
      steps: accepts({ lines: Array.from({ length: 50 }, (_, index) => `X-Field-${index}: value ${index}`) }),
    },
    {
      id: 'field-of-4000-bytes',
      level: 'should',
      requirements: ['RS4'],
      why: 'A cookie of 4000 bytes is ordinary.',
      steps: accepts({ lines: [`Cookie: a=${'c'.repeat(4000)}`] }),
    },
    {
      id: 'white-space-in-connection',
      requirements: ['RS1'],
      why: 'Thousands of spaces in a list once took a regular expression minutes; the answer comes at once, whatever it is.',
      steps: [
        { do: 'request', request: { set: { Connection: `keep-alive,${' '.repeat(6000)}Upgrade` } } },
        { expect: 'response', status: 'any', orDrop: true },
        alive,
      ],
    },
  ]
}

function segmentRows(): Row[] {
  const places: [string, number, string][] = [
    ['in-method', 1, 'inside the method'],
    ['after-method', 3, 'between method and space'],
    ['before-target', 4, 'before the target'],
    ['in-line-end', -1, 'between the last CR and LF'],
    ['before-empty-line', -2, 'before the empty line'],
    ['in-last-field', -5, 'inside the last field'],
  ]
  const opened: Step[] = [
    { expect: 'response', status: [101] },
    { do: 'frames', frames: [{ opcode: 1, payload: 'open' }] },
    { expect: 'message', text: 'open' },
  ]
  return [
    ...places.map(
      ([id, at, what]): Row => ({
        id: `split-${id}`,
        requirements: ['S12.2'],
        section: 'RFC 9112 section 2.2',
        why: `A segment may end ${what}.`,
        steps: [{ do: 'request', split: { at } }, ...opened],
      }),
    ),
    ...Array.from({ length: 12 }, (_, index): Row => {
      const at = 10 + index * 12
      return {
        id: `split-at-${at}`,
        requirements: ['S12.2'],
        section: 'RFC 9112 section 2.2',
        why: `A segment may end after byte ${at} of the head.`,
        steps: [{ do: 'request', split: { at } }, ...opened],
      }
    }),
    {
      id: 'bytewise',
      requirements: ['S12.1'],
      section: 'RFC 9112 section 2.2',
      why: 'The head may come byte by byte.',
      steps: [{ do: 'request', split: { every: 1 } }, ...opened],
    },
    {
      id: 'three-bytes',
      requirements: ['S12.1', 'S12.2'],
      section: 'RFC 9112 section 2.2',
      why: 'The head may come in pieces of three bytes.',
      steps: [{ do: 'request', split: { every: 3 } }, ...opened],
    },
    {
      id: 'after-ordinary-request',
      requirements: ['S12.7'],
      section: 'RFC 9112 section 9.3',
      why: 'A handshake may follow an ordinary request on a connection that stays.',
      steps: [
        { do: 'request', request: { raw: 'GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n' } },
        { expect: 'response', status: 'any', orDrop: true },
        { do: 'request' },
        { expect: 'response', status: [101], orDrop: true },
      ],
    },
  ]
}

function robustnessRows(): Row[] {
  const text = { opcode: 1, payload: 'hello' }
  return [
    {
      id: 'end-after-connect',
      why: 'A connection that ends before it begins harms nobody.',
      steps: [{ do: 'bytes', bytes: '' }, { do: 'end' }, { expect: 'ended' }, alive],
    },
    { id: 'reset-after-connect', why: 'A reset before the first byte harms nobody.', steps: [{ do: 'bytes', bytes: '' }, { do: 'reset' }, alive] },
    {
      id: 'end-inside-head',
      why: 'A head that ends in the middle ends its connection.',
      steps: [
        { do: 'bytes', bytes: 'GET / HTTP/1.1\r\nHost: a\r\nUpg' },
        { do: 'end' },
        { expect: 'response', status: 'error', orDrop: true },
        { expect: 'ended' },
        alive,
      ],
    },
    {
      id: 'reset-inside-head',
      why: 'A reset inside the head harms nobody else.',
      steps: [{ do: 'bytes', bytes: 'GET / HTTP/1.1\r\nHost: a\r\nUpg' }, { do: 'reset' }, alive],
    },
    {
      id: 'reset-after-request',
      requirements: ['S12.6'],
      why: 'A reset while the 101 is written harms nobody else.',
      steps: [{ do: 'request' }, { do: 'reset' }, alive],
    },
    {
      id: 'end-after-request',
      requirements: ['S12.5'],
      why: 'Half a connection is closed, not kept for ever.',
      steps: [{ do: 'request' }, { do: 'end' }, { expect: 'response', status: 'any', orDrop: true }, { expect: 'ended' }, alive],
    },
    { id: 'reset-after-open', why: 'A reset of an open connection harms nobody else.', steps: [{ do: 'open' }, { do: 'reset' }, alive] },
    {
      id: 'reset-inside-frame',
      why: 'A reset inside a frame harms nobody else.',
      steps: [{ do: 'open' }, { do: 'bytes', bytes: { hex: '81fe' } }, { do: 'reset' }, alive],
    },
    {
      id: 'reset-after-message',
      why: 'A reset while the echo is written harms nobody else.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [{ opcode: 2, payload: { fill: 'x', length: 100_000 } }] }, { do: 'reset' }, alive],
    },
    {
      id: 'reset-after-close',
      why: 'A reset while the Close frame is answered harms nobody else.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [{ opcode: 8 }] }, { do: 'reset' }, alive],
    },
    {
      id: 'end-without-close',
      section: 'RFC 6455 section 7.1.1',
      why: 'An end without a closing handshake ends the other half too.',
      steps: [{ do: 'open' }, { do: 'end' }, { expect: 'ended' }, alive],
    },
    {
      id: 'end-after-message',
      level: 'should',
      section: 'RFC 6455 section 7.1.1',
      why: 'Half-closing does not take back the message before it.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [text] }, { do: 'end' }, { expect: 'message', text: 'hello' }, { expect: 'ended' }],
    },
    {
      id: 'end-inside-header',
      why: 'An end inside a frame header ends the connection.',
      steps: [{ do: 'open' }, { do: 'bytes', bytes: { hex: '81' } }, { do: 'end' }, { expect: 'ended' }, alive],
    },
    {
      id: 'end-inside-payload',
      why: 'An end inside a payload delivers nothing.',
      steps: [{ do: 'open' }, { do: 'bytes', bytes: { hex: '8185 00000000 6865' } }, { do: 'end' }, { expect: 'ended' }, alive],
    },
    {
      id: 'end-inside-message',
      why: 'An end between fragments delivers nothing.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [{ ...text, fin: false }] }, { do: 'end' }, { expect: 'ended' }, alive],
    },
    {
      id: 'not-http',
      why: 'Bytes that are no HTTP end their connection.',
      steps: [
        { do: 'bytes', bytes: { hex: '16030100c8010000c40303' } },
        { do: 'bytes', bytes: '\r\n\r\n' },
        { expect: 'response', status: 'error', orDrop: true },
        alive,
      ],
    },
    {
      id: 'frames-without-handshake',
      why: 'Frames without an opening handshake are no request.',
      steps: [{ do: 'frames', frames: [text] }, { do: 'bytes', bytes: '\r\n\r\n' }, { expect: 'response', status: 'error', orDrop: true }, alive],
    },
    {
      id: 'slow-reader',
      why: 'A peer that does not read is held back or cut off; others are served meanwhile.',
      section: 'RFC 6455 section 10.4',
      requirements: ['S12.14'],
      steps: [
        { do: 'open' },
        { do: 'pause' },
        { do: 'frames', frames: Array.from({ length: 64 }, () => ({ opcode: 2, payload: { fill: 'x', length: 60_000 } })) },
        { do: 'wait', ms: 50 },
        alive,
      ],
    },
    {
      id: 'fragments-endless-empty',
      why: 'Ten thousand empty fragments cost next to nothing.',
      section: 'RFC 6455 section 10.4',
      requirements: ['RS14'],
      level: 'info',
      steps: [
        { do: 'open' },
        {
          do: 'frames',
          frames: [{ opcode: 1, fin: false }, ...Array.from({ length: 10_000 }, () => ({ opcode: 0, fin: false })), { opcode: 0, payload: 'end' }],
        },
        { expect: 'message', text: 'end' },
      ],
    },
  ]
}

function timeRows(): Row[] {
  return [
    {
      id: 'request-line-never-ends',
      level: 'should',
      slow: true,
      requires: ['timeouts'],
      requirements: ['S12.3'],
      section: 'RFC 9110 section 15.5.9',
      why: 'A request line that is never completed does not hold a connection for ever.',
      steps: [
        { do: 'bytes', bytes: 'GET / HT' },
        { expect: 'ended', within: 'handshake' },
      ],
    },
    {
      id: 'head-never-ends',
      level: 'should',
      slow: true,
      requires: ['timeouts'],
      requirements: ['S12.3'],
      section: 'RFC 9110 section 15.5.9',
      why: 'A head that is never completed does not hold a connection for ever.',
      steps: [
        { do: 'bytes', bytes: 'GET / HTTP/1.1\r\nHost: a\r\n' },
        { expect: 'ended', within: 'handshake' },
      ],
    },
    {
      id: 'fields-trickle',
      level: 'should',
      slow: true,
      requires: ['timeouts'],
      requirements: ['S12.4'],
      section: 'RFC 9110 section 15.5.9',
      why: 'The deadline is one for the whole head: a field now and then does not put it off.',
      steps: [
        { do: 'bytes', bytes: 'GET / HTTP/1.1\r\n' },
        { do: 'trickle', line: 'X-Field: a\r\n', within: 'handshake' },
      ],
    },
    {
      id: 'close-never-answered',
      level: 'should',
      slow: true,
      requires: ['timeouts'],
      section: 'RFC 6455 section 7.1.1',
      why: 'A server that failed a connection does not wait for the peer for ever.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [{ opcode: 3 }] }, { expect: 'ended', within: 'close' }, { expect: 'torn-down' }],
    },
  ]
}

export const fieldsTables: readonly Table[] = [
  { area: 'handshake/fields', section: 'RFC 9112 section 5', rows: grammarRows() },
  { area: 'handshake/content', section: 'RFC 9112 section 6', rows: contentRows() },
  { area: 'handshake/limits', section: 'RFC 6455 section 10.4', rows: limitRows() },
  { area: 'handshake/segments', section: 'RFC 9112 section 2.2', rows: segmentRows() },
  { area: 'robustness', section: 'RFC 6455 section 7.2.1', rows: robustnessRows() },
  { area: 'timeouts', section: 'RFC 6455 section 7.1.1', rows: timeRows() },
]

import type { FieldCheck, Level, Step } from '../../case.ts'
import type { RequestSpec } from '../../specs.ts'
import type { Row } from '../rows.ts'
import { accepts, refuses } from './request-rows.ts'

/** @param ifRefused what a 4xx or 5xx is worth, where the text is open to it */
export function answers(checks: readonly FieldCheck[], request: RequestSpec = {}, ifRefused?: Level): readonly Step[] {
  return [
    { do: 'request', request },
    { expect: 'response', status: [101], checks, ...(ifRefused === undefined ? {} : { ifRefused }) },
  ]
}

export function responseRows(): Row[] {
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
        { set: { 'Sec-WebSocket-Key': key } },
        // A decoder may refuse bits in the padding (RFC 4648 section 3.5).
        id === 'not-canonical' ? 'info' : undefined,
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

function refusal(id: string): { readonly expect: 'response'; readonly assumesRefusal: true; readonly ifOrdinary?: 'info' } {
  return { expect: 'response', assumesRefusal: true, ...ordinary(id) }
}

/** A server of HTTP may ignore Upgrade and answer these as the ordinary requests that they are without it. */
function ordinary(id: string): { readonly ifOrdinary?: 'info' } {
  return id === 'method' || id === 'upgrade' ? { ifOrdinary: 'info' } : {}
}

export function refusalRows(): Row[] {
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
        level: 'info',
        requirements: ['S12.9'],
        section: 'RFC 6455 section 4.2.2',
        why: `A careless client could take a Sec-WebSocket-Accept in the refusal of ${what} for a success; no text forbids it.`,
        steps: [
          { do: 'request', request },
          { ...refusal(id), status: 'error', checks: [{ field: 'Sec-WebSocket-Accept', is: 'absent' }] },
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
          { ...refusal(id), status: 'error' },
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
          ...refusal('method'),
          status: 'error',
          checks: [{ field: 'Allow', is: 'contains-token', value: 'GET', onlyIfStatus: 405 }],
        },
      ],
    },
  ]
}

export function originRows(): Row[] {
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
      level: 'info',
      requires: ['origin-refused'],
      requirements: ['RS6'],
      why: 'A second Origin should not hide the first; what a server does about two is not said.',
      steps: refuses({ lines: ['Origin: {refused-origin}', 'Origin: http://{host}'] }),
    },
    {
      id: 'refused-early-data',
      level: 'info',
      requires: ['origin-refused'],
      requirements: ['S12.17', 'H13'],
      section: 'RFC 9931 section 4',
      why: 'A client that sends more before the answer breaks its rules; what follows a refusal may be bytes of an attacker’s choice, better not answered.',
      steps: [
        { do: 'request', request: refused, thenBytes: 'GET / HTTP/1.1\r\nHost: smuggled.example\r\n\r\n' },
        { expect: 'response', status: 'error' },
        { expect: 'ended' },
      ],
    },
  ]
}

import type { FieldCheck, Step } from '../../case.ts'
import type { Row, Table } from '../rows.ts'

interface Agreement {
  readonly agreed: boolean
  readonly has?: readonly string[]
  readonly lacks?: readonly string[]
  readonly level?: 'info' | 'should'
}

/**
 * RFC 7692 section 7.1 has an invalid offer declined; whether a server may refuse the whole handshake for it, with any error, is open to reading.
 * @param hasInvalid whether one of the offers is invalid
 */
function offers(value: string | readonly string[], agreement: Agreement, hasInvalid: boolean = !agreement.agreed): readonly Step[] {
  const offered = typeof value === 'string' ? value.split(',') : value
  const plain = offered.length > 1 && offered.some((offer) => offer.trim() === 'permessage-deflate')
  // RFC 7692 section 5: any offer may be declined. That a plain one among others is declined may mean that it was not found: worth reporting.
  const ifDeclined = agreement.agreed && plain ? ({ ifDeclined: 'info' } as const) : {}
  const steps: Step[] = [
    { do: 'request', request: { set: { 'Sec-WebSocket-Extensions': value } } },
    { expect: 'response', status: [101], ifRefused: hasInvalid ? 'info' : 'should' },
    { expect: 'deflate', ...agreement, ...ifDeclined },
  ]
  if (agreement.agreed)
    steps.push({ do: 'frames', frames: [{ opcode: 1, rsv: 4, payload: { hex: 'f248cdc9c90700' } }] }, { expect: 'message', text: 'Hello' })
  return steps
}

const knownParameters =
  'permessage-deflate([ \\t]*;[ \\t]*((server|client)_no_context_takeover|(server|client)_max_window_bits[ \\t]*=[ \\t]*"?([89]|1[0-5])"?))*'

const declined: [string, string, string][] = [
  ['unknown-parameter', 'x_unknown', 'an unknown parameter'],
  ['unknown-parameter-value', 'x_unknown=1', 'an unknown parameter'],
  ['similar-parameter', 'server_no_context_takeove', 'a misspelt parameter'],
  ['upper-case-parameter', 'Server_No_Context_Takeover', 'a parameter in other letters'],
  ['prototype-parameter', '__proto__', 'the name of an object property'],
  ['constructor-parameter', 'constructor', 'the name of an object property'],
  ['server-takeover-value', 'server_no_context_takeover=1', 'a value where none is allowed'],
  ['client-takeover-value', 'client_no_context_takeover=true', 'a value where none is allowed'],
  ['server-takeover-twice', 'server_no_context_takeover; server_no_context_takeover', 'a parameter twice'],
  ['client-takeover-twice', 'client_no_context_takeover; client_no_context_takeover', 'a parameter twice'],
  ['server-window-twice', 'server_max_window_bits=15; server_max_window_bits=15', 'a parameter twice'],
  ['client-window-twice', 'client_max_window_bits; client_max_window_bits=15', 'a parameter twice'],
  ['server-window-no-value', 'server_max_window_bits', 'no value where one is needed'],
  ...['0', '7', '16', '99', '015', '08', '1e1', '+15', '-15', '15.0', '0xf', 'fifteen', '4294967311'].map((value): [string, string, string] => [
    `server-window-${value}`,
    `server_max_window_bits=${value}`,
    `the window ${value}`,
  ]),
  ...['0', '7', '16', '99', '015', '08', '1e1', '+15', '-15', '15.0', '0xf', '4294967311'].map((value): [string, string, string] => [
    `client-window-${value}`,
    `client_max_window_bits=${value}`,
    `the window ${value}`,
  ]),
]

function declinedRows(): Row[] {
  return declined.flatMap(([id, parameter, what]): Row[] => [
    {
      id: `declined-${id}`,
      requirements: ['PD1', 'PD7'],
      why: `An offer with ${what} is declined: 101 without it. Whether an error is as good is open to reading.`,
      steps: offers(`permessage-deflate; ${parameter}`, { agreed: false }),
    },
    {
      id: `next-offer-after-${id}`,
      requires: ['deflate'],
      requirements: ['PD1', 'PD6'],
      why: `After an offer with ${what} the next one is looked at.`,
      steps: offers(`permessage-deflate; ${parameter}, permessage-deflate`, { agreed: true }, true),
    },
  ])
}

function acceptedRows(): Row[] {
  const rows: [string, string | string[], Agreement, string, string[]][] = [
    [
      'plain',
      'permessage-deflate',
      { agreed: true, lacks: ['client_max_window_bits(=.*)?'] },
      'The simplest offer; client_max_window_bits was not in it and may not be in the answer.',
      ['PD5'],
    ],
    [
      'server-takeover',
      'permessage-deflate; server_no_context_takeover',
      { agreed: true, has: ['server_no_context_takeover'] },
      'An accepted server_no_context_takeover is in the answer.',
      ['PD3'],
    ],
    [
      'client-takeover',
      'permessage-deflate; client_no_context_takeover',
      { agreed: true },
      'The client says that it will not take its context over.',
      ['PD3'],
    ],
    [
      'both-takeovers',
      'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
      { agreed: true, has: ['server_no_context_takeover'] },
      'Both, in the other order.',
      ['PD3'],
    ],
    [
      'client-window-no-value',
      'permessage-deflate; client_max_window_bits',
      { agreed: true, lacks: ['client_max_window_bits'] },
      'client_max_window_bits in an answer always has a value.',
      ['PD5'],
    ],
    ...[9, 10, 11, 12, 13, 14, 15].map((bits): [string, string, Agreement, string, string[]] => [
      `server-window-${bits}`,
      `permessage-deflate; server_max_window_bits=${bits}`,
      { agreed: true, has: [`server_max_window_bits=(${Array.from({ length: bits - 7 }, (_, index) => index + 8).join('|')})`] },
      `An accepted window of ${bits} bits is answered with the same or a smaller one.`,
      ['PD4'],
    ]),
    ...[9, 12, 15].map((bits): [string, string, Agreement, string, string[]] => [
      `client-window-${bits}`,
      `permessage-deflate; client_max_window_bits=${bits}`,
      {
        agreed: true,
        lacks:
          bits === 15
            ? ['client_max_window_bits']
            : [`client_max_window_bits(=(${Array.from({ length: 15 - bits }, (_, index) => bits + 1 + index).join('|')}))?`],
      },
      `The client’s window is at most the ${bits} bits it offers.`,
      ['PD5'],
    ]),
    [
      'quoted-window',
      'permessage-deflate; server_max_window_bits="10"',
      { agreed: true, has: ['server_max_window_bits=(8|9|10)'] },
      'A value may be quoted.',
      ['PD6'],
    ],
    [
      'white-space',
      'permessage-deflate \t; \tserver_max_window_bits=10 ;client_max_window_bits',
      { agreed: true, has: ['server_max_window_bits=(8|9|10)'] },
      'White space around semicolons is optional.',
      ['PD6'],
    ],
    [
      'blanks-around-equals',
      'permessage-deflate; server_max_window_bits = 10; client_max_window_bits\t=\t12',
      { agreed: true, has: ['server_max_window_bits=(8|9|10)'] },
      'The grammar is that of RFC 2616 with implied white space: blanks around an equals sign are good.',
      ['PD6'],
    ],
    ['after-unknown', 'x-not-known; a=1, permessage-deflate', { agreed: true }, 'An unknown extension before it is passed over.', ['PD6', 'RS10']],
    ['before-unknown', 'permessage-deflate, x-not-known', { agreed: true }, 'An unknown extension behind it is passed over.', ['PD6', 'RS10']],
    ['two-lines', ['x-not-known', 'permessage-deflate'], { agreed: true }, 'The offers may be split over lines.', ['RS10']],
    [
      'first-of-two-lines',
      ['permessage-deflate', 'x-not-known'],
      { agreed: true },
      'All lines of the field are one list, the first one too.',
      ['RS10'],
    ],
    [
      'first-of-two',
      'permessage-deflate; server_no_context_takeover, permessage-deflate',
      { agreed: true, has: ['server_no_context_takeover'], level: 'should' },
      'Offers are a list of preferences: it is RECOMMENDED to take the first that can be taken.',
      ['PD6'],
    ],
    ['empty-elements', ',permessage-deflate,,', { agreed: true }, 'Empty elements are to be accepted.', ['PD6', 'H6']],
  ]
  const once: FieldCheck = { field: 'Sec-WebSocket-Extensions', is: 'once', ifPresent: true }
  return [
    ...rows.map(
      ([id, value, agreement, why, requirements]): Row => ({
        id: `accepted-${id}`,
        requires: ['deflate'],
        requirements,
        why,
        steps: offers(value, agreement),
      }),
    ),
    {
      id: 'window-8',
      level: 'info',
      requires: ['deflate'],
      requirements: ['PD8'],
      why: 'A window of 256 bytes may be accepted or declined; where it is accepted the parameter cases look whether it is kept.',
      steps: offers('permessage-deflate; server_max_window_bits=8', { agreed: true }),
    },
    {
      id: 'accepted-two-lines-both-deflate',
      requires: ['deflate'],
      requirements: ['RS10', 'PD6'],
      why: 'Two lines are one list: after an invalid offer on the first comes the one on the second.',
      steps: offers(['permessage-deflate; server_max_window_bits=99', 'permessage-deflate'], { agreed: true }, true),
    },
    {
      id: 'answer-parameters',
      requires: ['deflate'],
      requirements: ['PD7'],
      why: 'The response has known parameters, each with a value that it may have.',
      steps: [
        { do: 'request', request: { set: { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' } } },
        { expect: 'response', status: [101], checks: [{ ...once, is: 'matches', value: knownParameters }] },
      ],
    },
    {
      id: 'window-8-answered',
      requires: ['deflate'],
      requirements: ['PD4', 'PD8'],
      section: 'RFC 7692 section 7.1.2.1',
      why: 'A server that accepts a window of 8 bits answers 8: a larger one would not be what the client can do.',
      steps: offers('permessage-deflate; server_max_window_bits=8', { agreed: true, has: ['server_max_window_bits=8'] }),
    },
    {
      id: 'answer-once',
      requires: ['deflate'],
      requirements: ['RS12', 'PD6'],
      section: 'RFC 6455 section 11.3.2',
      why: 'The response has one Sec-WebSocket-Extensions line.',
      steps: [
        { do: 'request', request: { set: { 'Sec-WebSocket-Extensions': 'permessage-deflate, permessage-deflate; client_max_window_bits' } } },
        { expect: 'response', status: [101], checks: [once, { ...once, is: 'matches', value: '[^,]*' }] },
      ],
    },
    {
      id: 'echo-compressed',
      level: 'info',
      requires: ['deflate'],
      section: 'RFC 7692 section 6',
      why: 'An endpoint may compress a message or not; most do above a threshold.',
      requirements: [],
      steps: [
        { do: 'open', deflate: 'permessage-deflate' },
        { do: 'frames', frames: [{ opcode: 1, payload: { fill: 'compressible ', length: 13_000 } }] },
        { expect: 'message', text: { fill: 'compressible ', length: 13_000 }, compressed: true },
      ],
    },
    {
      id: 'not-offered-not-compressed',
      requirements: ['PD7', 'RS10'],
      section: 'RFC 6455 section 9.1',
      why: 'Without an offer nothing is compressed.',
      steps: [
        { do: 'open' },
        { do: 'frames', frames: [{ opcode: 1, payload: { fill: 'compressible ', length: 13_000 } }] },
        { expect: 'message', text: { fill: 'compressible ', length: 13_000 }, compressed: false },
      ],
    },
    {
      id: 'refused-when-off',
      requires: ['no-deflate'],
      requirements: ['PD7'],
      why: 'A server without compression declines every offer by leaving it out.',
      steps: offers('permessage-deflate; client_max_window_bits', { agreed: false }),
    },
  ]
}

export const deflateNegotiationTables: readonly Table[] = [
  { area: 'deflate/negotiation', section: 'RFC 7692 section 7.1', rows: [...acceptedRows(), ...declinedRows()] },
]

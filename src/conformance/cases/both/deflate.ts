import type { Bytes, FrameSpec, Step } from '../../case.ts'
import { continuation, echoBinary, echoText, fails, fragments, ping, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

const plain = 'permessage-deflate'
const agreed: Extract<Step, { do: 'open' }> = { do: 'open', deflate: plain }

function packed(
  payload: Bytes,
  more: Partial<FrameSpec> = {},
  deflate: { fresh?: boolean; keepTail?: boolean; level?: number; windowBits?: number } = {},
): FrameSpec {
  return { opcode: 1, rsv: 4, payload: { deflate: payload, ...deflate }, ...more }
}

function raw(hex: string, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: 1, rsv: 4, payload: { hex }, ...more }
}

const json = JSON.stringify({ user: 'anna', text: 'the same thing again and again', tags: ['a', 'b'], at: 1234567890 })

const parameterSets: [string, string, readonly string[]][] = [
  ['default', '', []],
  ['server-no-takeover', '; server_no_context_takeover', ['S12.26']],
  ['client-no-takeover', '; client_no_context_takeover', ['PD3']],
  ['no-takeover', '; server_no_context_takeover; client_no_context_takeover', ['S12.26', 'PD3']],
  ...[8, 9, 10, 11, 12, 13, 14, 15].map((bits): [string, string, readonly string[]] => [
    `server-window-${bits}`,
    `; server_max_window_bits=${bits}`,
    bits === 8 ? ['S12.25', 'PD8', 'PD4'] : ['PD4'],
  ]),
  ...[8, 9, 10, 12, 15].map((bits): [string, string, readonly string[]] => [
    `client-window-${bits}`,
    `; client_max_window_bits=${bits}`,
    ['PD5', 'S12.27'],
  ]),
  [
    'windows-9-no-takeover',
    '; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9',
    ['PD4', 'PD5'],
  ],
]

function parameterRows(): Row[] {
  return parameterSets.flatMap(([name, parameters, requirements]): Row[] => {
    const begin: Step = { do: 'open', deflate: plain + parameters }
    const noise: Bytes = { random: 20_000 }
    const repetitive: Bytes = { fill: 'abcdefghij0123456789', length: 40_000 }
    const near: Bytes = { random: 300 }
    const far: Bytes = { concat: [{ random: 700 }, { fill: '.', length: 300 }] }
    return [
      {
        id: `${name}-repeated`,
        requirements,
        why: `The same JSON text five times with ${name}: the second can lie in the first one’s window.`,
        steps: [begin, ...Array.from({ length: 5 }, () => [send([packed(json)]), echoText(json)]).flat()],
      },
      {
        id: `${name}-noise`,
        requirements,
        why: `Bytes that do not compress with ${name}, twice.`,
        steps: [begin, ...Array.from({ length: 2 }, () => [send([packed(noise, { opcode: 2 })]), echoBinary(noise)]).flat()],
      },
      {
        id: `${name}-long`,
        requirements,
        why: `A long text of short repetitions with ${name}.`,
        steps: [begin, send([packed(repetitive)]), echoText(repetitive)],
      },
      {
        id: `${name}-near`,
        requirements,
        why: `Repetitions 300 bytes apart with ${name}: within a window of 2^9, beyond one of 2^8.`,
        steps: [begin, send([packed({ concat: [near, near, near] }, { opcode: 2 })]), echoBinary({ concat: [near, near, near] })],
      },
      {
        id: `${name}-far`,
        requirements,
        why: `Repetitions 1000 bytes apart with ${name}: within a window of 2^10, beyond one of 2^9.`,
        steps: [
          begin,
          ...Array.from({ length: 3 }, () => [
            send([packed({ concat: [far, far, far] }, { opcode: 2 })]),
            echoBinary({ concat: [far, far, far] }),
          ]).flat(),
        ],
      },
    ]
  })
}

function goodRows(): Row[] {
  const rows: Row[] = [
    {
      id: 'rfc-hello',
      section: 'RFC 7692 section 7.2.3.1',
      why: 'The standard’s own example.',
      steps: [agreed, send([raw('f248cdc9c90700')]), echoText('Hello')],
    },
    {
      id: 'rfc-hello-fragments',
      section: 'RFC 7692 section 7.2.3.1',
      why: 'The standard’s own example in two fragments; only the first has RSV1.',
      steps: [agreed, send([raw('f248cd', { fin: false }), continuation({ hex: 'c9c90700' })]), echoText('Hello')],
    },
    {
      id: 'rfc-hello-twice',
      section: 'RFC 7692 section 7.2.3.2',
      why: 'The second “Hello” is one reference into the first.',
      steps: [{ ...agreed, takeover: true }, send([raw('f248cdc9c90700')]), echoText('Hello'), send([raw('f200110000')]), echoText('Hello')],
    },
    {
      id: 'rfc-no-compression',
      section: 'RFC 7692 section 7.2.3.3',
      why: 'A stored block is DEFLATE.',
      steps: [agreed, send([raw('000500faff48656c6c6f00')]), echoText('Hello')],
    },
    {
      id: 'rfc-final-block',
      section: 'RFC 7692 section 7.2.3.4',
      why: 'A block with BFINAL set does not end the connection’s compression.',
      steps: [agreed, send([raw('f348cdc9c9070000')]), echoText('Hello')],
    },
    {
      id: 'final-block-then-more',
      section: 'RFC 7692 section 7.2.3.4',
      why: 'A message after one with BFINAL set is inflated like any other.',
      steps: [agreed, send([raw('f348cdc9c9070000')]), echoText('Hello'), send([raw('f248cdc9c90700')]), echoText('Hello')],
    },
    {
      id: 'rfc-two-blocks',
      section: 'RFC 7692 section 7.2.3.5',
      why: 'Two DEFLATE blocks are one message.',
      steps: [agreed, send([raw('f248050000 00ffffcac9c90700')]), echoText('Hello')],
    },
    {
      id: 'rfc-empty',
      section: 'RFC 7692 section 7.2.3.6',
      why: 'An empty message is one byte of zero.',
      steps: [agreed, send([raw('00')]), echoText('')],
    },
    {
      id: 'uncompressed',
      section: 'RFC 7692 section 6.1',
      why: 'RSV1 tells for each message whether it is compressed.',
      steps: [agreed, send([text('not compressed')]), echoText('not compressed')],
    },
    {
      id: 'mixed',
      section: 'RFC 7692 section 6.1',
      why: 'Compressed and uncompressed messages may take turns; the uncompressed leave the window alone.',
      steps: [agreed, send([packed(json)]), echoText(json), send([text('between')]), echoText('between'), send([packed(json)]), echoText(json)],
    },
    {
      id: 'fresh-contexts',
      section: 'RFC 7692 section 7.2.2',
      why: 'A sender need not use the window although it may.',
      steps: [agreed, send([packed(json, {}, { fresh: true })]), echoText(json), send([packed(json, {}, { fresh: true })]), echoText(json)],
    },
    {
      id: 'stored-level-0',
      section: 'RFC 7692 section 7.2.1',
      why: 'A message longer than one stored block.',
      steps: [agreed, send([packed({ fill: 'stored ', length: 70_000 }, {}, { level: 0 })]), echoText({ fill: 'stored ', length: 70_000 })],
    },
    {
      id: 'tail-kept',
      level: 'info',
      section: 'RFC 7692 section 7.2.1',
      why: 'A sender must remove 00 00 ff ff; with it, what the receiver appends begins a stored block that does not end.',
      steps: [agreed, send([packed(json, {}, { keepTail: true })]), echoText(json)],
    },
    {
      id: 'ping-between-fragments',
      section: 'RFC 7692 section 5',
      why: 'Control frames are never compressed, and do not disturb what is.',
      steps: [
        agreed,
        send([raw('f248cd', { fin: false }), ping('p')]),
        { expect: 'pong', payload: 'p' },
        send([continuation({ hex: 'c9c90700' })]),
        echoText('Hello'),
      ],
    },
    {
      id: 'utf8-split',
      section: 'RFC 7692 section 6.2',
      why: 'Text is validated after decompression, over the fragments’ borders.',
      steps: [agreed, send(fragments(1, { deflate: 'κόσμε 😀' }, [3, 5], { rsv: 4 })), echoText('κόσμε 😀')],
    },
    {
      id: 'many-small',
      section: 'RFC 7692 section 7.2.2',
      why: 'Fifty small messages share a window.',
      steps: [
        agreed,
        ...Array.from({ length: 50 }, (_, index) => [
          send([packed(`message number ${index} of the fifty`)]),
          echoText(`message number ${index} of the fifty`),
        ]).flat(),
      ],
    },
    {
      id: 'coalesced',
      section: 'RFC 7692 section 7.2.2',
      why: 'Compressed messages in one segment are inflated each, in order.',
      steps: [
        agreed,
        send([packed('first of three'), packed('second of three'), packed('third of three')]),
        echoText('first of three'),
        echoText('second of three'),
        echoText('third of three'),
      ],
    },
    {
      id: 'echo-only-rsv1',
      section: 'RFC 7692 section 6',
      why: 'The extension defines RSV1; the other two stay 0.',
      steps: [agreed, send([packed(json)]), { expect: 'frame-shape', count: 1, noRsvBut: 4 }],
    },
    {
      id: 'pong-no-rsv',
      section: 'RFC 7692 section 6',
      why: 'A control frame is never compressed, and has no RSV1.',
      steps: [agreed, send([ping({ fill: 'p', length: 120 })]), { expect: 'frame-shape', count: 1, rsv: 0 }],
    },
    {
      id: 'large',
      section: 'RFC 7692 section 7.2.2',
      why: 'A large text that compresses well is inflated in several pieces.',
      steps: [agreed, send([packed({ fill: json, length: 900_000 })]), echoText({ fill: json, length: 900_000 })],
    },
  ]
  for (const [name, cuts] of [
    ['2', [20]],
    ['first-empty', [0]],
    ['last-empty', [200_000]],
    ['bytewise', Array.from({ length: 60 }, (_, index) => index + 1)],
  ] as const) {
    rows.push({
      id: `fragments-${name}`,
      section: 'RFC 7692 section 6.1',
      why: `A compressed message in fragments (${name}): RSV1 only on the first, the borders anywhere.`,
      steps: [agreed, send(fragments(1, { deflate: json + json }, cuts, { rsv: 4 })), echoText(json + json)],
    })
  }
  for (const at of [1, 2, 3, 6, 8]) {
    rows.push({
      id: `segment-split-at-${at}`,
      section: 'RFC 7692 section 6.1',
      why: `A compressed frame may be cut after byte ${at}.`,
      steps: [agreed, send([raw('f248cdc9c90700')], { at }), echoText('Hello')],
    })
  }
  return rows
}

function wrongRows(): Row[] {
  const broken: [string, string, string][] = [
    ['reserved-block-type', 'ffffff', 'a block of the reserved type'],
    ['stored-length', '000500000048656c6c6f00', 'a stored block whose length and its complement disagree'],
    ['distance-before-start', 'f200110000', 'a reference before the beginning of everything'],
    ['truncated-stored', '000500faff4865', 'a stored block that ends too early'],
    ['bad-code-lengths', '04ffffffffffff00', 'a dynamic block with impossible code lengths'],
    ['noise', 'deadbeefcafebabe', 'noise'],
  ]
  return [
    ...broken.map(
      ([id, hex, what]): Row => ({
        id: `stream-${id}`,
        section: 'RFC 7692 section 7.2.2',
        why: `A compressed message that is ${what} fails the connection, and nothing of it is delivered.`,
        steps: [agreed, send([raw(hex)]), fails(1007, 1002, 1009, 1011, 1003)],
      }),
    ),
    {
      id: 'after-good-message',
      section: 'RFC 7692 section 7.2.2',
      why: 'A broken stream after a good message is as broken.',
      steps: [agreed, send([packed(json)]), echoText(json), send([raw('ffffff')]), fails(1007, 1002, 1011, 1003)],
    },
    {
      id: 'rsv1-on-continuation',
      section: 'RFC 7692 section 6.1',
      why: 'Only the first frame of a message may have RSV1.',
      steps: [agreed, send([raw('f248cd', { fin: false }), { opcode: 0, rsv: 4, payload: { hex: 'c9c90700' } }]), fails(1002)],
    },
    {
      id: 'rsv1-on-continuation-of-uncompressed',
      section: 'RFC 7692 section 6.1',
      why: 'A message that began uncompressed does not become compressed.',
      steps: [agreed, send([text('a', { fin: false }), { opcode: 0, rsv: 4, payload: { hex: 'f248cdc9c90700' } }]), fails(1002)],
    },
    ...(
      [
        ['ping', 9],
        ['pong', 10],
        ['close', 8],
      ] as const
    ).map(([name, opcode]) => ({
      id: `rsv1-on-${name}`,
      section: 'RFC 7692 section 6.1',
      why: `A ${name} frame is never compressed: RSV1 on it fails the connection.`,
      steps: [agreed, send([{ opcode, rsv: 4, payload: opcode === 8 ? { hex: '03e8' } : 'x' }]), fails(1002)],
    })),
    ...(
      [
        ['RSV2', 2],
        ['RSV3', 1],
        ['RSV1+2', 6],
      ] as const
    ).map(([name, rsv]) => ({
      id: `${name}`,
      section: 'RFC 6455 section 5.2',
      why: `permessage-deflate defines RSV1 and no other bit: ${name} fails the connection.`,
      steps: [agreed, send([{ opcode: 1, rsv, payload: { hex: 'f248cdc9c90700' } }]), fails(1002)],
    })),
    {
      id: 'takeover-not-agreed',
      section: 'RFC 7692 section 7.1.1',
      requirements: ['PD3'],
      why: 'Where no context is taken over, a reference into the message before reaches before the beginning.',
      steps: [
        { do: 'open', deflate: `${plain}; server_no_context_takeover; client_no_context_takeover` },
        send([raw('f248cdc9c90700')]),
        echoText('Hello'),
        send([raw('f200110000')]),
        fails(1007, 1002, 1011, 1003),
      ],
    },
    ...[
      ['ff', 'ff'],
      ['surrogate', 'eda080'],
      ['truncated', 'e282'],
      ['overlong', 'c0af'],
    ].map(([id, hex]) => ({
      id: `utf8-${id}`,
      section: 'RFC 6455 section 8.1',
      why: 'A compressed text is validated as UTF-8 once it is decompressed.',
      steps: [agreed, send([packed({ concat: ['text ', { hex: hex! }] })]), fails(1007)],
    })),
    {
      id: 'bomb',
      section: 'RFC 6455 section 10.4',
      requires: ['max-message'],
      requirements: ['RS14'],
      why: 'The limit is one of the message, not of its compressed form.',
      steps: [agreed, send([packed({ overLimit: 1, fill: 'x' })]), fails(1009)],
    },
    {
      id: 'bomb-large',
      section: 'RFC 6455 section 10.4',
      requires: ['max-message'],
      requirements: ['RS14'],
      why: 'A thousandfold expansion stops at the limit, not at the end.',
      steps: [agreed, send([packed({ overLimit: 12_000_000, fill: 'x' })]), fails(1009)],
    },
    {
      id: 'bomb-fragments',
      section: 'RFC 6455 section 10.4',
      requires: ['max-message'],
      requirements: ['RS14'],
      why: 'A bomb in fragments is one as well.',
      steps: [agreed, send(fragments(1, { deflate: { overLimit: 1, fill: 'x' } }, [10, 20], { rsv: 4 })), fails(1009)],
    },
    {
      id: 'limit-exactly',
      section: 'RFC 6455 section 10.4',
      requires: ['max-message'],
      requirements: ['RS14'],
      why: 'A message of exactly the limit is taken, however well it compresses.',
      steps: [agreed, send([packed({ overLimit: 0, fill: 'x' })]), echoText({ overLimit: 0, fill: 'x' })],
    },
  ]
}

export const deflateTables: readonly Table[] = [
  { area: 'deflate/parameters', section: 'RFC 7692 section 7.1', requires: ['deflate'], rows: parameterRows() },
  { area: 'deflate/good', section: 'RFC 7692 section 7.2', requires: ['deflate'], rows: goodRows() },
  { area: 'deflate/wrong', section: 'RFC 7692 section 7.2', requires: ['deflate'], rows: wrongRows() },
]

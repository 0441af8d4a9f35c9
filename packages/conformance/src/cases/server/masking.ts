import type { Bytes } from '../../specs.ts'
import { binary, close, continuation, echoBinary, echoText, fails, manyMessages, open, ping, pong, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

function unmaskedRows(): Row[] {
  const unmasked = { mask: false } as const
  const kinds = [
    ['text', [text('hello', unmasked)]],
    ['text-empty', [text('', unmasked)]],
    ['text-16-bit', [text({ fill: 'x', length: 300 }, unmasked)]],
    ['text-64-bit', [text({ fill: 'x', length: 70_000 }, unmasked)]],
    ['binary', [binary('hello', unmasked)]],
    ['ping', [ping('hello', unmasked)]],
    ['ping-empty', [ping('', unmasked)]],
    ['pong', [pong('hello', unmasked)]],
    ['close', [{ ...close(1000), ...unmasked }]],
    ['close-empty', [{ ...close(), ...unmasked }]],
    ['first-fragment', [text('hel', { fin: false, ...unmasked })]],
    ['continuation', [text('hel', { fin: false }), continuation('lo', unmasked)]],
  ] as const
  return [
    ...kinds.map(
      ([id, frames]): Row => ({
        id: `unmasked-${id}`,
        requirements: ['RS15'],
        why: `A client MUST mask every frame: a server fails the connection at an unmasked one (${id}).`,
        steps: [open, send(frames), fails(1002)],
      }),
    ),
    {
      id: 'unmasked-second-message',
      requirements: ['RS15'],
      why: 'Every frame is looked at, not only the first.',
      steps: [open, send([text('masked')]), echoText('masked'), send([text('unmasked', unmasked)]), fails(1002)],
    },
    {
      id: 'unmasked-after-300-messages',
      requirements: ['RS15'],
      why: 'Every frame is looked at, not only the first hundred of a connection.',
      steps: [open, ...manyMessages(300), send([text('unmasked', unmasked)]), fails(1002)],
    },
    {
      id: 'unmasked-header-only',
      level: 'info',
      requirements: ['RS15'],
      why: 'The header shows that the frame is unmasked; an endpoint may fail before the payload comes.',
      steps: [open, send([text('', { mask: false, lengthForm: 16, lengthHex: '1000' })]), fails(1002)],
    },
  ]
}

function keyRows(): Row[] {
  const keys = ['00000000', 'ffffffff', '00000001', '80000000', '01020304', 'ff00ff00', '61616161']
  const rows: Row[] = keys.map((mask) => ({
    id: `key-${mask}`,
    section: 'RFC 6455 section 5.3',
    why: `Every masking key is good, ${mask} as well.`,
    steps: [open, send([text('masking key', { mask }), binary({ random: 100 }, { mask })]), echoText('masking key')],
  }))
  for (let size = 3; size <= 19; size++) {
    const payload: Bytes = { random: size }
    rows.push({
      id: `size-${size}`,
      section: 'RFC 6455 section 5.3',
      why: `Unmasking by words is right for ${size} bytes, at any alignment.`,
      steps: [open, send([text('a'.repeat(size % 4)), binary(payload, { mask: 'a1b2c3d4' })]), echoText('a'.repeat(size % 4)), echoBinary(payload)],
    })
  }
  for (const at of [7, 8, 9, 10, 11]) {
    const payload: Bytes = { random: 64 }
    rows.push({
      id: `payload-split-at-${at}`,
      section: 'RFC 6455 section 5.3',
      why: `The key goes on where it was when a segment ends ${at - 6} bytes into a payload.`,
      steps: [open, send([binary(payload, { mask: '11223344' })], { at }), echoBinary(payload)],
    })
  }
  rows.push({
    id: 'keys-per-frame',
    section: 'RFC 6455 section 5.3',
    why: 'Each fragment has its own key, which begins at its own first byte.',
    steps: [
      open,
      send([
        text('one', { fin: false, mask: '01020304' }),
        continuation(' two', { fin: false, mask: 'f0e0d0c0' }),
        continuation(' three', { mask: '55aa55aa' }),
      ]),
      echoText('one two three'),
    ],
  })
  return rows
}

function serverFrameRows(): Row[] {
  return [
    {
      id: 'echo-unmasked',
      why: 'A server MUST NOT mask a frame.',
      steps: [open, send([text('echo')]), { expect: 'frame-shape', count: 1, masked: false }],
    },
    {
      id: 'echo-long-unmasked',
      why: 'A server MUST NOT mask a long frame either.',
      steps: [open, send([text({ fill: 'x', length: 70_000 })]), { expect: 'frame-shape', count: 1, masked: false }],
    },
    {
      id: 'pong-unmasked',
      why: 'A server MUST NOT mask a Pong.',
      steps: [open, send([ping('p')]), { expect: 'frame-shape', count: 1, masked: false }],
    },
    {
      id: 'close-unmasked',
      why: 'A server MUST NOT mask a Close frame.',
      steps: [open, send([close(1000)]), { expect: 'frame-shape', count: 1, masked: false }],
    },
    {
      id: 'failure-unmasked',
      why: 'A server MUST NOT mask the Close frame with which it fails a connection.',
      steps: [open, send([{ opcode: 3 }]), { expect: 'frame-shape', count: 1, masked: false, orEnd: true }],
    },
    {
      id: 'echo-no-reserved-bits',
      section: 'RFC 6455 section 5.2',
      why: 'Without an extension the reserved bits are 0.',
      requirements: ['S12.28'],
      steps: [open, send([text('echo')]), { expect: 'frame-shape', count: 1, rsv: 0 }],
    },
  ]
}

export const maskingTables: readonly Table[] = [
  { area: 'masking/unmasked', section: 'RFC 6455 section 5.1', rows: unmaskedRows() },
  { area: 'masking/keys', section: 'RFC 6455 section 5.3', rows: keyRows() },
  { area: 'masking/of-the-server', section: 'RFC 6455 section 5.1', rows: serverFrameRows() },
]

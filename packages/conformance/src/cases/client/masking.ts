import { binary, close, continuation, echoText, fails, manyMessages, open, ping, pong, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

function maskedRows(): Row[] {
  const mask = { mask: 'a1b2c3d4' } as const
  const kinds = [
    ['text', [text('hello', mask)]],
    ['text-empty', [text('', mask)]],
    ['text-16-bit', [text({ fill: 'x', length: 300 }, mask)]],
    ['text-zero-key', [text('hello', { mask: '00000000' })]],
    ['binary', [binary('hello', mask)]],
    ['ping', [ping('hello', mask)]],
    ['ping-empty', [ping('', mask)]],
    ['pong', [pong('hello', mask)]],
    ['close', [{ ...close(1000), ...mask }]],
    ['first-fragment', [text('hel', { fin: false, ...mask })]],
    ['continuation', [text('hel', { fin: false }), continuation('lo', mask)]],
  ] as const
  return [
    ...kinds.map(
      ([id, frames]): Row => ({
        id: `masked-${id}`,
        why: `A server MUST NOT mask a frame: a client fails the connection at a masked one (${id}).`,
        steps: [open, send(frames), fails(1002)],
      }),
    ),
    {
      id: 'masked-second-message',
      why: 'Every frame is looked at, not only the first.',
      steps: [open, send([text('good')]), echoText('good'), send([text('masked', mask)]), fails(1002)],
    },
    {
      id: 'masked-after-300-messages',
      why: 'Every frame is looked at, not only the first hundred of a connection.',
      steps: [open, ...manyMessages(300), send([text('masked', mask)]), fails(1002)],
    },
  ]
}

function clientFrameRows(): Row[] {
  return [
    {
      id: 'echo-masked',
      why: 'A client MUST mask every frame.',
      steps: [open, send([text('echo')]), { expect: 'frame-shape', count: 1, masked: true }],
    },
    {
      id: 'echo-long-masked',
      why: 'A client MUST mask long frames too.',
      steps: [open, send([text({ fill: 'x', length: 70_000 })]), { expect: 'frame-shape', count: 1, masked: true }],
    },
    { id: 'pong-masked', why: 'A client MUST mask a Pong.', steps: [open, send([ping('p')]), { expect: 'frame-shape', count: 1, masked: true }] },
    {
      id: 'pong-empty-masked',
      why: 'An empty frame has a masking key as well.',
      steps: [open, send([ping('')]), { expect: 'frame-shape', count: 1, masked: true }],
    },
    {
      id: 'close-masked',
      why: 'A client MUST mask a Close frame.',
      steps: [open, send([close(1000)]), { expect: 'frame-shape', count: 1, masked: true }],
    },
    {
      id: 'keys-distinct',
      section: 'RFC 6455 section 5.3',
      why: 'The masking key is drawn anew for every frame.',
      steps: [
        open,
        send(Array.from({ length: 20 }, (_, index) => text(`message ${index}`))),
        { expect: 'frame-shape', count: 20, distinctKeys: true },
      ],
    },
    {
      id: 'echo-no-reserved-bits',
      section: 'RFC 6455 section 5.2',
      why: 'Without an extension the reserved bits are 0.',
      steps: [open, send([text('echo')]), { expect: 'frame-shape', count: 1, rsv: 0 }],
    },
  ]
}

export const clientMaskingTables: readonly Table[] = [
  { area: 'masking/masked', section: 'RFC 6455 section 5.1', rows: maskedRows() },
  { area: 'masking/of-the-client', section: 'RFC 6455 section 5.1', rows: clientFrameRows() },
]

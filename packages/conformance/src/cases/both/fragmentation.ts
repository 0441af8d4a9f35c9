import type { Bytes } from '../../specs.ts'
import { binary, continuation, echoBinary, echoText, fails, fragments, open, ping, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

function goodRows(): Row[] {
  const whole = 'a message in several fragments'
  const rows: Row[] = []
  for (const [name, cuts] of [
    ['2', [10]],
    ['3', [5, 20]],
    ['first-empty', [0]],
    ['last-empty', [30]],
    ['middle-empty', [10, 10]],
    ['only-first-byte', [1]],
    ['only-last-byte', [29]],
    ['many-empty', [0, 0, 10, 10, 10, 30, 30]],
    ['bytewise', Array.from({ length: 29 }, (_, index) => index + 1)],
  ] as const) {
    rows.push(
      { id: `text-${name}`, why: `A text in fragments (${name}) is one message.`, steps: [open, send(fragments(1, whole, cuts)), echoText(whole)] },
      {
        id: `binary-${name}`,
        why: `A binary message in fragments (${name}) is one message.`,
        steps: [open, send(fragments(2, whole, cuts)), echoBinary(whole)],
      },
      {
        id: `text-${name}-bytewise-segments`,
        why: `The same fragments (${name}), each byte in a segment of its own.`,
        steps: [open, send(fragments(1, whole, cuts), { every: 1 }), echoText(whole)],
      },
    )
  }
  rows.push(
    { id: 'all-empty-text', why: 'Three empty fragments are one empty text.', steps: [open, send(fragments(1, '', [0, 0])), echoText('')] },
    {
      id: 'all-empty-binary',
      why: 'Three empty fragments are one empty binary message.',
      steps: [open, send(fragments(2, '', [0, 0])), echoBinary('')],
    },
    {
      id: 'two-messages',
      why: 'A fragmented message after another begins anew.',
      steps: [open, send([...fragments(1, 'first one', [3]), ...fragments(2, 'second one', [4])]), echoText('first one'), echoBinary('second one')],
    },
    {
      id: 'then-whole',
      why: 'A message in one frame may follow a fragmented one at once.',
      steps: [open, send([...fragments(1, 'fragmented', [3]), text('whole')]), echoText('fragmented'), echoText('whole')],
    },
  )
  for (const [count, size] of [
    [10, 10],
    [100, 7],
    [1000, 1],
    [4, 65536],
    [3, 126],
  ] as const) {
    const payload: Bytes = { random: count * size }
    rows.push({
      id: `binary-${count}-of-${size}`,
      why: `${count} fragments of ${size} bytes are put together in order.`,
      steps: [
        open,
        send(
          fragments(
            2,
            payload,
            Array.from({ length: count - 1 }, (_, index) => (index + 1) * size),
          ),
        ),
        echoBinary(payload),
      ],
    })
  }
  return rows
}

function wrongRows(): Row[] {
  const rows: Row[] = []
  for (const fin of [true, false]) {
    const name = fin ? 'final' : 'not-final'
    for (const payload of ['', 'orphan']) {
      const kind = payload === '' ? 'empty' : 'data'
      rows.push(
        {
          id: `orphan-${name}-${kind}`,
          why: 'A continuation frame without a message to continue fails the connection.',
          steps: [open, send([continuation(payload, { fin })]), fails(1002)],
        },
        {
          id: `orphan-after-message-${name}-${kind}`,
          why: 'A continuation frame after a finished message continues nothing.',
          steps: [open, send([text('whole')]), echoText('whole'), send([continuation(payload, { fin })]), fails(1002)],
        },
        {
          id: `orphan-after-fragmented-${name}-${kind}`,
          why: 'A continuation frame after the last fragment continues nothing.',
          steps: [open, send(fragments(1, 'fragmented', [4])), echoText('fragmented'), send([continuation(payload, { fin })]), fails(1002)],
        },
      )
    }
  }
  for (const [first, firstFrame] of [
    ['text', text('a', { fin: false })],
    ['binary', binary('a', { fin: false })],
  ] as const) {
    for (const [second, build] of [
      ['text', text],
      ['binary', binary],
    ] as const) {
      for (const fin of [true, false]) {
        rows.push({
          id: `${second}-${fin ? 'final' : 'not-final'}-inside-${first}`,
          why: `A ${second} frame before the ${first} message is finished: messages MUST NOT be interleaved.`,
          steps: [open, send([firstFrame, build('b', { fin })]), fails(1002)],
        })
      }
    }
  }
  rows.push(
    {
      id: 'text-after-ping-inside-text',
      why: 'A Ping between fragments does not end the message: a new text is still an interleaved one.',
      steps: [open, send([text('a', { fin: false }), ping('p')]), { expect: 'pong', payload: 'p' }, send([text('b')]), fails(1002)],
    },
    {
      id: 'text-inside-empty-text',
      why: 'A message that began with an empty fragment has begun.',
      steps: [open, send([text('', { fin: false }), text('b')]), fails(1002)],
    },
  )
  return rows
}

export const fragmentationTables: readonly Table[] = [
  { area: 'fragmentation/good', section: 'RFC 6455 section 5.4', rows: goodRows() },
  { area: 'fragmentation/wrong', section: 'RFC 6455 section 5.4', rows: wrongRows() },
]

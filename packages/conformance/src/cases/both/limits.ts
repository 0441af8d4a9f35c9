import type { Bytes } from '../../specs.ts'
import { binary, continuation, echoBinary, echoText, fails, fragments, open, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

function chopRows(): Row[] {
  const payload: Bytes = { fill: 'chop', length: 65_536 }
  return [64, 128, 256, 1024, 1448, 16384].map((every) => ({
    id: `chopped-${every}`,
    why: `A text of 64 KiB in segments of ${every} bytes.`,
    steps: [open, send([text(payload)], { every }), echoText(payload)],
  }))
}

function largeRows(): Row[] {
  return [262_144, 524_288, 1_000_000].flatMap((size) => {
    const raw: Bytes = { random: size }
    return [
      {
        id: `text-${size}`,
        why: `A text of ${size} bytes is an ordinary message.`,
        steps: [open, send([text({ fill: 'large ', length: size })]), echoText({ fill: 'large ', length: size })],
      },
      { id: `binary-${size}`, why: `A binary message of ${size} bytes is an ordinary message.`, steps: [open, send([binary(raw)]), echoBinary(raw)] },
      {
        id: `fragments-${size}`,
        why: `${size} bytes in fragments of 16 KiB are an ordinary message.`,
        steps: [
          open,
          send(
            fragments(
              2,
              raw,
              Array.from({ length: Math.floor((size - 1) / 16384) }, (_, index) => (index + 1) * 16384),
            ),
          ),
          echoBinary(raw),
        ],
      },
    ]
  })
}

function overRows(): Row[] {
  const over: Bytes = { overLimit: 1, fill: 'x' }
  return [
    {
      id: 'exactly',
      why: 'The limit is the largest message that is taken, not the first that is not.',
      steps: [open, send([binary({ overLimit: 0, fill: 'x' })]), echoBinary({ overLimit: 0, fill: 'x' })],
    },
    { id: 'text-over', why: 'A text one byte over the limit fails the connection.', steps: [open, send([text(over)]), fails(1009)] },
    { id: 'binary-over', why: 'A binary message one byte over the limit fails the connection.', steps: [open, send([binary(over)]), fails(1009)] },
    {
      id: 'fragments-over',
      why: 'Fragments, each within the limit, must not add up beyond it.',
      steps: [open, send([binary({ overLimit: 0, fill: 'x' }, { fin: false }), continuation('y')]), fails(1009)],
    },
    {
      id: 'header-over',
      level: 'info',
      why: 'The header of a frame over the limit is enough to refuse it; an endpoint may wait for more.',
      steps: [open, send([binary('', { lengthForm: 64, lengthHex: '7fffffff' })]), fails(1009)],
    },
  ]
}

export const limitsTables: readonly Table[] = [
  { area: 'limits/chopped', section: 'RFC 6455 section 5.2', rows: chopRows() },
  { area: 'limits/large', section: 'RFC 6455 section 5.2', rows: largeRows() },
  { area: 'limits/over', section: 'RFC 6455 section 10.4', requires: ['max-message'], requirements: ['RS14'], rows: overRows() },
]

import type { Step } from '../../case.ts'
import { open } from '../rows.ts'
import type { Row, Table } from '../rows.ts'
import { agreed, plain } from './deflate-rows.ts'

const MiB = 1024 * 1024

function sizeRows(): Row[] {
  const kinds = ['text', 'binary'] as const
  return [
    ...[2 * MiB, 4 * MiB + 1, 8 * MiB, 16 * MiB].flatMap((size) =>
      kinds.map(
        (type): Row => ({
          id: `${type}-${size}`,
          why: `A ${type} message of ${size} bytes comes back whole.`,
          steps: [open, { do: 'volume', type, size, messages: 1 }],
        }),
      ),
    ),
    {
      id: `text-${16 * MiB}-compressed`,
      requires: ['deflate'],
      section: 'RFC 7692 section 6.2',
      why: `A compressed message of ${16 * MiB} bytes comes back whole.`,
      steps: [agreed, { do: 'volume', type: 'text', size: 16 * MiB, messages: 1, compressed: true }],
    },
  ]
}

function fragmentRows(): Row[] {
  return [1, 256].map((fragment) => ({
    id: `65536-of-${fragment}`,
    why: `65,536 fragments of ${fragment === 1 ? 'one byte' : `${fragment} bytes`} are one message.`,
    steps: [open, { do: 'volume', type: 'binary', size: 65_536 * fragment, messages: 1, fragment }] as Step[],
  }))
}

const sizes: readonly (readonly [size: number, messages: number])[] = [
  [16, 5000],
  [256, 5000],
  [1024, 5000],
  [8192, 2000],
  [32_768, 1000],
  [131_072, 1000],
]

function messageRows(): Row[] {
  return sizes.map(([size, messages]) => ({
    id: `${messages}-of-${size}`,
    why: `${messages} messages of ${size} bytes on one connection are echoed each, in order.`,
    steps: [open, { do: 'volume', type: 'binary', size, messages }],
  }))
}

function deflateRows(): Row[] {
  const parameters = [
    ['takeover', '', 'with context takeover'],
    ['no-takeover', '; server_no_context_takeover; client_no_context_takeover', 'without context takeover'],
  ] as const
  const rows = parameters.flatMap(([name, more, what]) =>
    sizes.map(([size, messages]): Row => {
      const count = Math.min(messages, size > 100_000 ? 500 : 2000)
      return {
        id: `${name}-${count}-of-${size}`,
        why: `${count} compressed messages of ${size} bytes on one connection, ${what}.`,
        steps: [
          { do: 'open', deflate: plain + more },
          { do: 'volume', type: 'text', size, messages: count, compressed: true },
        ],
      }
    }),
  )
  return [
    ...rows,
    {
      id: 'context-over-200-messages',
      why: 'A message that only the one 200 messages before it makes small: the context is kept, by both ends, for hundreds of messages.',
      steps: [
        { ...agreed, takeover: true },
        { do: 'volume', type: 'binary', size: 120, messages: 1000, compressed: true, distinct: 200 },
      ],
    },
  ]
}

const pings: Row = {
  id: 'pings-1000',
  why: 'The thousandth Ping is answered like the first.',
  steps: [open, { do: 'pings', count: 1000 }],
}

/** Large and many messages: a tier of its own, because it takes a minute and moves a gigabyte. */
export const volumeTables: readonly Table[] = [
  { area: 'volume/size', section: 'RFC 6455 section 5.2', rows: sizeRows() },
  { area: 'volume/fragments', section: 'RFC 6455 section 5.4', rows: fragmentRows() },
  { area: 'volume/messages', section: 'RFC 6455 section 6.2', rows: messageRows() },
  { area: 'volume/control', section: 'RFC 6455 section 5.5.2', rows: [pings] },
  { area: 'volume/deflate', section: 'RFC 7692 section 7.2', requires: ['deflate'], rows: deflateRows() },
]

import { continuation, echoText, fragments, ping, send, text } from '../rows.ts'
import type { Row } from '../rows.ts'
import { agreed, json, packed, raw } from './deflate-rows.ts'

export function goodRows(): Row[] {
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

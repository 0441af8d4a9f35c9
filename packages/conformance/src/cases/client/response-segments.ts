import type { Step } from '../../case.ts'
import { binary, close, echoBinary, echoText, send, text } from '../rows.ts'
import type { Row } from '../rows.ts'

export function segmentRows(): Row[] {
  const place = (at: number): Row => ({
    id: `split-at-${at}`,
    requirements: ['RC23'],
    section: 'RFC 9112 section 2.2',
    why: `A segment may end ${at < 0 ? `${-at} bytes before the end` : `after byte ${at}`} of the response.`,
    steps: [{ do: 'response', split: { at } }, send([text('go')]), echoText('go')],
  })
  return [
    ...[1, 5, 9, 12, 20, 34, 50, 70, 90, -1, -2, -3, -4, -10].map(place),
    {
      id: 'bytewise',
      requirements: ['RC23'],
      section: 'RFC 9112 section 2.2',
      why: 'The response may come byte by byte.',
      steps: [{ do: 'response', split: { every: 1 } }, send([text('go')]), echoText('go')],
    },
    {
      id: 'frame-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'A message in the response’s own segment is not lost.',
      steps: [{ do: 'response', then: [text('at once')] }, echoText('at once')],
    },
    {
      id: 'three-frames-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'Messages in the response’s segment come in order.',
      steps: [
        { do: 'response', then: [text('one'), binary({ hex: '02' }), text('three')] },
        echoText('one'),
        echoBinary({ hex: '02' }),
        echoText('three'),
      ],
    },
    {
      id: 'half-frame-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'The segment may end inside the first frame.',
      steps: [{ do: 'response', then: [text('half of it')], split: { at: -4 } }, echoText('half of it')],
    },
    {
      id: 'ping-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'A Ping in the response’s segment is answered.',
      steps: [
        { do: 'response', then: [{ opcode: 9, payload: 'early' }] },
        { expect: 'pong', payload: 'early' },
      ],
    },
    {
      id: 'close-in-same-segment',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'A Close frame in the response’s segment is answered.',
      steps: [{ do: 'response', then: [close(1001)] }, { expect: 'close' }, { expect: 'ended' }],
    },
    {
      id: 'bytewise-with-frame',
      section: 'RFC 6455 section 4.1',
      requirements: ['RC16'],
      why: 'Response and first frame, byte by byte.',
      steps: [{ do: 'response', then: [text('slow')], split: { every: 1 } }, echoText('slow')],
    },
  ]
}

export function brokenRows(): Row[] {
  const broken = (id: string, steps: readonly Step[], why: string, more: Partial<Row> = {}): Row => ({
    id,
    why,
    steps,
    requirements: ['RC5', 'RC24'],
    section: 'RFC 6455 section 4.1',
    ...more,
  })
  return [
    broken('end-without-response', [{ expect: 'request' }, { do: 'end' }, { expect: 'ended' }], 'The server ends the connection without a word.'),
    broken(
      'end-inside-response',
      [{ expect: 'request' }, { do: 'bytes', bytes: 'HTTP/1.1 101 Switching Protocols\r\nUpg' }, { do: 'end' }, { expect: 'ended' }],
      'The response ends in the middle.',
    ),
    broken(
      'endless-field',
      [
        { expect: 'request' },
        { do: 'bytes', bytes: { concat: ['HTTP/1.1 101 Switching Protocols\r\nX-Field: ', { fill: 'a', length: 1_500_000 }] } },
        { expect: 'ended' },
      ],
      'A field line that never ends is cut off by a limit, which no text asks for.',
      {
        level: 'info',
        section: 'RFC 6455 section 10.4',
      },
    ),
    broken(
      'endless-interim',
      [{ expect: 'request' }, { do: 'bytes', bytes: { fill: 'HTTP/1.1 103 Early Hints\r\n\r\n', length: 28 * 50_000 } }, { expect: 'ended' }],
      'Interim responses without end are cut off by a limit or the deadline.',
      {
        level: 'info',
        section: 'RFC 9110 section 15.2',
      },
    ),
    broken(
      'silence',
      [{ expect: 'request' }, { expect: 'ended', within: 'handshake' }],
      'A server that never answers does not hold a client for ever.',
      { level: 'info', slow: true, requires: ['timeouts'] },
    ),
    broken('end-after-open', [{ do: 'open' }, { do: 'end' }, { expect: 'ended' }], 'An end without a closing handshake ends the other half too.', {
      section: 'RFC 6455 section 7.1.1',
    }),
    broken(
      'end-inside-frame',
      [{ do: 'open' }, { do: 'bytes', bytes: { hex: '8105 6865' } }, { do: 'end' }, { expect: 'ended' }],
      'An end inside a frame delivers nothing.',
      { section: 'RFC 6455 section 7.1.1' },
    ),
    broken(
      'end-inside-message',
      [{ do: 'open' }, send([text('half', { fin: false })]), { do: 'end' }, { expect: 'ended' }],
      'An end between fragments delivers nothing.',
      { section: 'RFC 6455 section 7.1.1' },
    ),
    broken(
      'close-then-server-lingers',
      [{ do: 'open' }, send([close(1000)]), { expect: 'close' }, { expect: 'ended', within: 'close', linger: true }],
      'A client does not wait for ever for a server that never ends the connection.',
      {
        level: 'info',
        slow: true,
        requires: ['timeouts'],
        section: 'RFC 6455 section 7.1.1',
      },
    ),
  ]
}

import type { Step } from '../../case.ts'
import { alive } from '../rows.ts'
import type { Row } from '../rows.ts'

/** No text says when a server ends its half of a connection after the client has ended the other. */
const halfEnded: Step = { expect: 'ended', level: 'info' }

export function robustnessRows(): Row[] {
  const text = { opcode: 1, payload: 'hello' }
  return [
    {
      id: 'end-after-connect',
      why: 'A connection that ends before it begins harms nobody.',
      steps: [{ do: 'bytes', bytes: '' }, { do: 'end' }, halfEnded, alive],
    },
    { id: 'reset-after-connect', why: 'A reset before the first byte harms nobody.', steps: [{ do: 'bytes', bytes: '' }, { do: 'reset' }, alive] },
    {
      id: 'end-inside-head',
      why: 'A head that ends in the middle ends its connection.',
      steps: [
        { do: 'bytes', bytes: 'GET / HTTP/1.1\r\nHost: a\r\nUpg' },
        { do: 'end' },
        { expect: 'response', status: 'error', orDrop: true, ifSilent: 'info' },
        halfEnded,
        alive,
      ],
    },
    {
      id: 'reset-inside-head',
      why: 'A reset inside the head harms nobody else.',
      steps: [{ do: 'bytes', bytes: 'GET / HTTP/1.1\r\nHost: a\r\nUpg' }, { do: 'reset' }, alive],
    },
    {
      id: 'reset-after-request',
      requirements: ['S12.6'],
      why: 'A reset while the 101 is written harms nobody else.',
      steps: [{ do: 'request' }, { do: 'reset' }, alive],
    },
    {
      id: 'end-after-request',
      requirements: ['S12.5'],
      why: 'Half a connection is closed, not kept for ever.',
      steps: [{ do: 'request' }, { do: 'end' }, { expect: 'response', status: 'any', orDrop: true }, halfEnded, alive],
    },
    { id: 'reset-after-open', why: 'A reset of an open connection harms nobody else.', steps: [{ do: 'open' }, { do: 'reset' }, alive] },
    {
      id: 'reset-inside-frame',
      why: 'A reset inside a frame harms nobody else.',
      steps: [{ do: 'open' }, { do: 'bytes', bytes: { hex: '81fe' } }, { do: 'reset' }, alive],
    },
    {
      id: 'reset-after-message',
      why: 'A reset while the echo is written harms nobody else.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [{ opcode: 2, payload: { fill: 'x', length: 100_000 } }] }, { do: 'reset' }, alive],
    },
    {
      id: 'reset-after-close',
      why: 'A reset while the Close frame is answered harms nobody else.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [{ opcode: 8 }] }, { do: 'reset' }, alive],
    },
    {
      id: 'end-without-close',
      section: 'RFC 6455 section 7.1.1',
      why: 'An end without a closing handshake ends the other half too.',
      steps: [{ do: 'open' }, { do: 'end' }, halfEnded, alive],
    },
    {
      id: 'end-after-message',
      level: 'info',
      section: 'RFC 6455 section 7.1.1',
      why: 'Half-closing does not take back the message before it.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [text] }, { do: 'end' }, { expect: 'message', text: 'hello' }, halfEnded],
    },
    {
      id: 'end-inside-header',
      why: 'An end inside a frame header ends the connection.',
      steps: [{ do: 'open' }, { do: 'bytes', bytes: { hex: '81' } }, { do: 'end' }, halfEnded, alive],
    },
    {
      id: 'end-inside-payload',
      why: 'An end inside a payload delivers nothing.',
      steps: [{ do: 'open' }, { do: 'bytes', bytes: { hex: '8185 00000000 6865' } }, { do: 'end' }, halfEnded, alive],
    },
    {
      id: 'end-inside-message',
      why: 'An end between fragments delivers nothing.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [{ ...text, fin: false }] }, { do: 'end' }, halfEnded, alive],
    },
    {
      id: 'not-http',
      level: 'should',
      section: 'RFC 9112 section 2.2',
      why: 'Bytes that are no HTTP end their connection.',
      steps: [
        { do: 'bytes', bytes: { hex: '16030100c8010000c40303' } },
        { do: 'bytes', bytes: '\r\n\r\n' },
        { expect: 'response', status: 'error', orDrop: true },
        alive,
      ],
    },
    {
      id: 'frames-without-handshake',
      level: 'should',
      section: 'RFC 9112 section 2.2',
      why: 'Frames without an opening handshake are no request.',
      steps: [{ do: 'frames', frames: [text] }, { do: 'bytes', bytes: '\r\n\r\n' }, { expect: 'response', status: 'error', orDrop: true }, alive],
    },
    {
      id: 'slow-reader',
      why: 'A peer that does not read is held back or cut off; others are served meanwhile.',
      section: 'RFC 6455 section 10.4',
      requirements: ['S12.14'],
      steps: [
        { do: 'open' },
        { do: 'pause' },
        { do: 'frames', frames: Array.from({ length: 64 }, () => ({ opcode: 2, payload: { fill: 'x', length: 60_000 } })) },
        { do: 'wait', ms: 50 },
        alive,
      ],
    },
    {
      id: 'fragments-endless-empty',
      why: 'Ten thousand empty fragments cost next to nothing.',
      section: 'RFC 6455 section 10.4',
      requirements: ['RS14'],
      level: 'info',
      steps: [
        { do: 'open' },
        {
          do: 'frames',
          frames: [{ opcode: 1, fin: false }, ...Array.from({ length: 10_000 }, () => ({ opcode: 0, fin: false })), { opcode: 0, payload: 'end' }],
        },
        { expect: 'message', text: 'end' },
      ],
    },
  ]
}

/** No standard requires a time limit: what an endpoint does is reported. */
export function timeRows(): Row[] {
  return [
    {
      id: 'request-line-never-ends',
      level: 'info',
      slow: true,
      requires: ['timeouts'],
      requirements: ['S12.3'],
      section: 'RFC 9110 section 15.5.9',
      why: 'A request line that is never completed does not hold a connection for ever.',
      steps: [
        { do: 'bytes', bytes: 'GET / HT' },
        { expect: 'ended', within: 'handshake' },
      ],
    },
    {
      id: 'head-never-ends',
      level: 'info',
      slow: true,
      requires: ['timeouts'],
      requirements: ['S12.3'],
      section: 'RFC 9110 section 15.5.9',
      why: 'A head that is never completed does not hold a connection for ever.',
      steps: [
        { do: 'bytes', bytes: 'GET / HTTP/1.1\r\nHost: a\r\n' },
        { expect: 'ended', within: 'handshake' },
      ],
    },
    {
      id: 'fields-trickle',
      level: 'info',
      slow: true,
      requires: ['timeouts'],
      requirements: ['S12.4'],
      section: 'RFC 9110 section 15.5.9',
      why: 'The deadline is one for the whole head: a field now and then does not put it off.',
      steps: [
        { do: 'bytes', bytes: 'GET / HTTP/1.1\r\n' },
        { do: 'trickle', line: 'X-Field: a\r\n', within: 'handshake' },
      ],
    },
    {
      id: 'close-never-answered',
      level: 'info',
      slow: true,
      requires: ['timeouts'],
      section: 'RFC 6455 section 7.1.1',
      why: 'A server that failed a connection does not wait for the peer for ever.',
      steps: [{ do: 'open' }, { do: 'frames', frames: [{ opcode: 3 }] }, { expect: 'ended', within: 'close' }, { expect: 'torn-down' }],
    },
  ]
}

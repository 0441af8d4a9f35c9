import type { Step } from '../../case.ts'
import type { Bytes } from '../../specs.ts'
import { binary, close, closing, continuation, echoText, ended, fails, open, ping, pong, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

const answered: Step = { expect: 'close' }
/** Whatever the code of the answer, it does not say that the Close frame, or what follows it, was a fault. */
const taken: Step = { expect: 'close', notCodes: [1002, 1007] }

function codeRows(): Row[] {
  const rows: Row[] = []
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]) {
    rows.push(
      {
        id: `code-${code}`,
        why: `${code} may go on the wire: the Close frame is answered with one.`,
        steps: [open, send([close(code)]), { expect: 'close' }, ended],
      },
      {
        id: `code-${code}-echoed`,
        level: 'info',
        section: 'RFC 6455 section 5.5.1',
        why: 'The text says that an answer typically has the code it answers, and requires nothing.',
        steps: [open, send([close(code)]), { expect: 'close', codes: [code] }],
      },
    )
  }
  for (const code of [0, 1, 16, 999, 1005, 1006, 1015]) {
    rows.push({
      id: `code-${code}-refused`,
      level: 'info',
      section: code < 1000 ? 'RFC 6455 section 7.4.2' : 'RFC 6455 section 7.4.1',
      why: `${code < 1000 ? 'Codes 0 to 999 are not used' : `${code} MUST NOT be in a Close frame`}; the text does not say what the receiver of ${code} does.`,
      steps: [open, send([close(code)]), fails(1002)],
    })
  }
  for (const code of [1004, 1012, 1013, 1014, 1016, 1100, 2000, 2999, 5000, 65535]) {
    rows.push({
      id: `code-${code}-open`,
      level: 'info',
      section: 'RFC 6455 section 7.4.2',
      why:
        code > 1011 && code < 1015
          ? `${code} was registered after the standard: known to some, a protocol error to others.`
          : `${code} is reserved or undefined; the text does not say what its receiver does.`,
      steps: [open, send([close(code)]), { expect: 'close', codes: [code] }, ended],
    })
  }
  return rows
}

function payloadRows(): Row[] {
  const reasons: [string, Bytes][] = [
    ['1-byte', 'x'],
    ['text', 'going away'],
    ['utf8', 'tschüß €😀'],
    ['nul', { hex: '610062' }],
    ['122', { fill: 'r', length: 122 }],
    ['123', { fill: 'r', length: 123 }],
  ]
  return [
    {
      id: 'empty',
      section: 'RFC 6455 section 7.1.5',
      why: 'A Close frame needs no code; its answer must not have 1005.',
      steps: [open, send([close()]), answered, ended],
    },
    {
      id: 'empty-answer',
      level: 'info',
      section: 'RFC 6455 section 5.5.1',
      why: 'There is no code to echo: most answer with an empty Close frame, some with 1000.',
      steps: [open, send([close()]), { expect: 'close', codes: ['none'] }],
    },
    ...['00', '03', 'ff'].map((hex) => ({
      id: `one-byte-${hex}`,
      section: 'RFC 6455 section 5.5.1',
      why: 'A Close frame has no payload or at least the two bytes of its code.',
      steps: [open, send([{ opcode: 8, payload: { hex } }]), fails(1002, 1007)],
    })),
    ...reasons.map(([id, reason]) => ({
      id: `reason-${id}`,
      section: 'RFC 6455 section 5.5.1',
      why: 'A reason in UTF-8, with its code at most 125 bytes, is good.',
      steps: [open, send([close(1000, reason)]), taken, ended],
    })),
    ...[1, 2, 3, 4, 5].map((at) => ({
      id: `split-at-${at}`,
      section: 'RFC 6455 section 5.5.1',
      why: `A Close frame may be cut after byte ${at}.`,
      steps: [open, send([close(1000, 'split')], { at }), answered, ended],
    })),
    {
      id: 'bytewise',
      section: 'RFC 6455 section 5.5.1',
      why: 'A Close frame may come byte by byte.',
      steps: [open, send([close(1000, 'slowly')], { every: 1 }), answered, ended],
    },
  ]
}

function orderRows(): Row[] {
  const large: Bytes = { fill: 'large ', length: 262_144 }
  return [
    { id: 'after-echo', why: 'A connection that was used closes like a new one.', steps: [open, send([text('used')]), echoText('used'), ...closing] },
    {
      id: 'message-then-close',
      level: 'info',
      section: 'RFC 6455 section 5.5.1',
      why: 'What came before the Close frame is a message; the Close frame is to be answered as soon as practical, before or after it.',
      steps: [open, send([text('before'), close(1000)]), echoText('before'), answered, ended],
    },
    {
      id: 'large-then-close',
      level: 'info',
      section: 'RFC 6455 section 5.5.1',
      why: 'A message of 256 KB before the Close frame may be answered before it, and then whole.',
      steps: [open, send([text(large), close(1000)]), echoText(large), answered, ended],
    },
    {
      id: 'large-then-close-answered',
      section: 'RFC 6455 section 5.5.1',
      why: 'However much there was to echo, the Close frame is answered; no frame is left unfinished.',
      steps: [open, send([binary(large), close(1000)]), { expect: 'close', orMessages: true }, ended],
    },
    {
      id: 'ping-then-close',
      level: 'info',
      section: 'RFC 6455 section 5.5.1',
      why: 'A Ping before the Close frame may still be answered; nobody has to once the Close frame is received.',
      steps: [open, send([ping('before'), close(1000)]), { expect: 'pong', payload: 'before' }, answered, ended],
    },
    { id: 'text-after-close', why: 'Data after a Close frame is discarded.', steps: [open, send([close(1000), text('after')]), answered, ended] },
    {
      id: 'ping-after-close',
      why: 'A Ping after a Close frame is not answered.',
      steps: [open, send([close(1000), ping('after')]), { expect: 'frame-shape', count: 1, opcode: 8 }, ended],
    },
    {
      id: 'pong-after-close',
      why: 'A Pong after a Close frame changes nothing.',
      steps: [open, send([close(1000), pong('after')]), answered, ended],
    },
    {
      id: 'close-after-close',
      why: 'A second Close frame is not answered.',
      steps: [open, send([close(1000), close(1001)]), taken, ended],
    },
    {
      id: 'fragment-after-close',
      why: 'No message begins after a Close frame.',
      steps: [open, send([close(1000), text('a', { fin: false }), continuation('b')]), answered, ended],
    },
    {
      id: 'garbage-after-close',
      why: 'Bytes after a Close frame are no frames: nothing they hold is an error any more.',
      steps: [open, send([close(1000), { opcode: 15, rsv: 7, payload: 'garbage' }]), taken, ended],
    },
    {
      id: 'large-text-after-close',
      why: 'However much follows a Close frame, the answer still arrives.',
      steps: [open, send([close(1000), text({ fill: 'x', length: 200_000 })]), answered, { expect: 'ended', level: 'info' }],
    },
    {
      id: 'inside-message',
      why: 'A message that the Close frame cut off is not delivered.',
      steps: [open, send([text('half', { fin: false }), close(1001)]), answered, ended],
    },
    {
      id: 'after-failure',
      section: 'RFC 6455 section 7.1.7',
      why: 'After failing the connection an endpoint must not go on with the messages that follow.',
      steps: [open, send([{ opcode: 3 }, text('after the fault'), ping('after the fault')]), fails(1002)],
    },
    {
      id: 'ended-cleanly',
      level: 'should',
      section: 'RFC 6455 section 7.1.1',
      why: 'The connection is ended, not reset: a reset can destroy the Close frame on its way.',
      steps: [open, send([close(1000)]), answered, { expect: 'ended', cleanly: true }],
    },
  ]
}

export const closingTables: readonly Table[] = [
  { area: 'closing/codes', section: 'RFC 6455 section 7.4', rows: codeRows() },
  { area: 'closing/payload', section: 'RFC 6455 section 5.5.1', rows: payloadRows() },
  { area: 'closing/order', section: 'RFC 6455 section 1.4', rows: orderRows() },
]

import type { Step } from '../../case.ts'
import type { Bytes } from '../../specs.ts'
import { binary, close, continuation, echoBinary, echoText, fails, open, ping, pong, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

function pongOf(payload: Bytes): Step {
  return { expect: 'pong', payload }
}

function pingRows(): Row[] {
  const payloads: [string, Bytes, string][] = [
    ['empty', '', 'A Ping may be empty.'],
    ['text', 'hello', 'The Pong carries the Ping’s application data.'],
    ['not-utf8', { hex: 'ff fe fd fc fb 00 01' }, 'A Ping’s payload is no text and not validated as such.'],
    ['zeros', { hex: '00 00 00 00' }, 'A payload of zeros is a payload.'],
    ['124', { fill: 'p', length: 124 }, 'A control frame may carry 124 bytes.'],
    ['125', { fill: 'p', length: 125 }, 'A control frame may carry 125 bytes, and not more.'],
  ]
  const rows: Row[] = payloads.map(([id, payload, why]) => ({ id: `ping-${id}`, why, steps: [open, send([ping(payload)]), pongOf(payload)] }))
  for (let at = 1; at <= 6; at++) {
    rows.push({
      id: `ping-split-at-${at}`,
      why: `A Ping may be cut after byte ${at}.`,
      steps: [open, send([ping('split')], { at }), pongOf('split')],
    })
  }
  rows.push(
    { id: 'ping-bytewise', why: 'A Ping may come byte by byte.', steps: [open, send([ping('byte by byte')], { every: 1 }), pongOf('byte by byte')] },
    {
      id: 'ping-10-in-turn',
      why: 'Every Ping that is answered before the next has its own Pong.',
      steps: [open, ...Array.from({ length: 10 }, (_, index) => [send([ping(`ping ${index}`)]), pongOf(`ping ${index}`)]).flat()],
    },
    {
      id: 'ping-10-at-once',
      level: 'info',
      why: 'Of several Pings an endpoint may answer only the last; most answer all.',
      section: 'RFC 6455 section 5.5.3',
      steps: [
        open,
        send(Array.from({ length: 10 }, (_, index) => ping(`ping ${index}`))),
        ...Array.from({ length: 10 }, (_, index) => pongOf(`ping ${index}`)),
      ],
    },
    {
      id: 'ping-then-text',
      why: 'A Ping and a message in one segment are both answered.',
      steps: [open, send([ping('p'), text('t')]), pongOf('p'), echoText('t')],
    },
    {
      id: 'text-then-ping',
      why: 'A message is echoed although a Ping follows at once.',
      steps: [open, send([text('t')]), echoText('t'), send([ping('p')]), pongOf('p')],
    },
    {
      id: 'pong-not-masked-wrongly',
      section: 'RFC 6455 section 5.5.3',
      why: 'A Pong is one final frame without reserved bits.',
      steps: [open, send([ping('shape')]), { expect: 'frame-shape', count: 1, opcode: 10, rsv: 0, minimal: true }],
    },
  )
  return rows
}

function unsolicitedRows(): Row[] {
  const payloads: [string, Bytes][] = [
    ['empty', ''],
    ['text', 'unsolicited'],
    ['125', { fill: 'u', length: 125 }],
  ]
  return [
    ...payloads.flatMap(([id, payload]) => [
      {
        id: `pong-unsolicited-${id}`,
        section: 'RFC 6455 section 5.5.3',
        why: 'An unsolicited Pong is a keepalive in one direction: it is not answered, and the connection goes on.',
        steps: [open, send([pong(payload), text('after')]), echoText('after')],
      },
      {
        id: `pong-unsolicited-${id}-then-ping`,
        section: 'RFC 6455 section 5.5.3',
        why: 'An unsolicited Pong does not use up the answer to the next Ping.',
        steps: [open, send([pong(payload), ping('real')]), pongOf('real')],
      },
    ]),
    {
      id: 'pong-unsolicited-no-answer',
      level: 'info',
      section: 'RFC 6455 section 5.5.3',
      why: 'A response to an unsolicited Pong is not expected; answering it could go on for ever.',
      steps: [open, send([pong('quiet')]), { expect: 'silence' }],
    },
  ]
}

function tooLongRows(): Row[] {
  const kinds = [
    ['ping', 9],
    ['pong', 10],
    ['close', 8],
  ] as const
  return kinds.flatMap(([name, opcode]) => [
    ...[126, 127, 65535, 65536].map(
      (size): Row => ({
        id: `${name}-too-long-${size}`,
        why: `A control frame MUST have at most 125 bytes; a ${name} frame of ${size} fails the connection.`,
        steps: [open, send([{ opcode, payload: { concat: [{ hex: '03e8' }, { fill: 'x', length: size - 2 }] } }]), fails(1002, 1009)],
      }),
    ),
    {
      id: `${name}-too-long-header`,
      level: 'info',
      why: 'The length alone shows that no control frame can be meant; an endpoint may fail before the payload comes.',
      steps: [open, send([{ opcode, lengthForm: 16, lengthHex: '7e' }]), fails(1002, 1009)],
    },
    {
      id: `${name}-too-long-64-bit`,
      level: 'info',
      section: 'RFC 6455 section 10.4',
      why: 'A control frame of 4 GiB need not be waited for.',
      steps: [open, send([{ opcode, lengthForm: 64, lengthHex: '0000000100000000' }]), fails(1002, 1009)],
    },
    {
      id: `${name}-fragmented`,
      section: 'RFC 6455 section 5.5',
      why: `A ${name} frame MUST NOT be fragmented.`,
      steps: [open, send([{ opcode, payload: opcode === 8 ? { hex: '03e8' } : 'part', fin: false }]), fails(1002)],
    },
    {
      id: `${name}-fragmented-empty`,
      section: 'RFC 6455 section 5.5',
      why: `A ${name} frame MUST NOT be fragmented, an empty one neither.`,
      steps: [open, send([{ opcode, fin: false }]), fails(1002)],
    },
    {
      id: `${name}-fragmented-continued`,
      section: 'RFC 6455 section 5.5',
      why: `A ${name} frame stays wrong when its second half comes.`,
      steps: [open, send([{ opcode, payload: opcode === 8 ? { hex: '03e8' } : 'part', fin: false }, continuation('rest')]), fails(1002)],
    },
    {
      id: `${name}-fragmented-inside-message`,
      section: 'RFC 6455 section 5.5',
      why: `A ${name} frame without FIN between two fragments is not one of the fragments.`,
      steps: [
        open,
        send([text('a', { fin: false }), { opcode, payload: opcode === 8 ? { hex: '03e8' } : 'part', fin: false }, continuation('b')]),
        fails(1002),
      ],
    },
  ])
}

function betweenRows(): Row[] {
  return [
    {
      id: 'ping-between-fragments',
      section: 'RFC 6455 section 5.4',
      why: 'A Ping between fragments is answered before the message is complete.',
      steps: [open, send([text('frag', { fin: false }), ping('now')]), pongOf('now'), send([continuation('ment')]), echoText('fragment')],
    },
    {
      id: 'ping-between-fragments-binary',
      section: 'RFC 6455 section 5.4',
      why: 'The message goes on after the Ping, without the Ping’s bytes.',
      steps: [
        open,
        send([binary({ hex: '00ff' }, { fin: false }), ping('x')]),
        pongOf('x'),
        send([continuation({ hex: 'ff00' })]),
        echoBinary({ hex: '00ffff00' }),
      ],
    },
    {
      id: 'ping-between-every-fragment',
      section: 'RFC 6455 section 5.4',
      why: 'Control frames may be injected between any two fragments.',
      steps: [
        open,
        ...['a', 'b', 'c', 'd'].flatMap((letter, index) => [
          send([index === 0 ? text(letter, { fin: false }) : continuation(letter, { fin: false }), ping(`after ${letter}`)]),
          pongOf(`after ${letter}`),
        ]),
        send([continuation('e')]),
        echoText('abcde'),
      ],
    },
    {
      id: 'pong-between-fragments',
      section: 'RFC 6455 section 5.4',
      why: 'An unsolicited Pong between fragments is not part of the message.',
      steps: [open, send([text('frag', { fin: false }), pong('not part'), continuation('ment')]), echoText('fragment')],
    },
    {
      id: 'ping-empty-between-fragments',
      section: 'RFC 6455 section 5.4',
      why: 'An empty Ping between fragments neither ends nor empties the message.',
      steps: [open, send([text('frag', { fin: false }), ping('')]), pongOf(''), send([continuation('ment')]), echoText('fragment')],
    },
    {
      id: 'ping-inside-character',
      section: 'RFC 6455 section 5.4',
      why: 'A Ping between two halves of one character does not disturb the validation of UTF-8.',
      steps: [
        open,
        send([text({ hex: 'e282' }, { fin: false }), ping({ hex: 'ff' })]),
        pongOf({ hex: 'ff' }),
        send([continuation({ hex: 'ac' })]),
        echoText('€'),
      ],
    },
    {
      id: 'close-between-fragments',
      section: 'RFC 6455 section 5.4',
      why: 'A Close frame may interrupt a message, which then never comes.',
      steps: [open, send([text('never', { fin: false }), close(1000)]), { expect: 'close' }, { expect: 'ended' }],
    },
  ]
}

export const controlTables: readonly Table[] = [
  { area: 'control/ping-pong', section: 'RFC 6455 section 5.5.2', rows: [...pingRows(), ...unsolicitedRows()] },
  { area: 'control/limits', section: 'RFC 6455 section 5.5', rows: tooLongRows() },
  { area: 'control/interleaved', section: 'RFC 6455 section 5.4', rows: betweenRows() },
]

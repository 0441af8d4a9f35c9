import type { Bytes } from '../../specs.ts'
import { binary, close, continuation, echoBinary, echoText, fails, manyMessages, open, ping, pong, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

const sizes = [0, 1, 2, 124, 125, 126, 127, 128, 254, 255, 256, 32767, 32768, 65534, 65535, 65536, 65537, 131072]

function lengthRows(): Row[] {
  return sizes.flatMap((size) => {
    const payload: Bytes = { fill: '*', length: size }
    const raw: Bytes = { random: size }
    const form = size < 126 ? '7-bit' : size < 65536 ? '16-bit' : '64-bit'
    return [
      { id: `text-${size}`, why: `A text of ${size} bytes has a ${form} length field.`, steps: [open, send([text(payload)]), echoText(payload)] },
      {
        id: `binary-${size}`,
        why: `A binary message of ${size} bytes has a ${form} length field.`,
        steps: [open, send([binary(raw)]), echoBinary(raw)],
      },
    ]
  })
}

function shortestFormRows(): Row[] {
  return [0, 1, 125, 126, 127, 65535, 65536].map((size) => ({
    id: `echo-shortest-form-${size}`,
    section: 'RFC 6455 section 5.2',
    why: `The echo of ${size} bytes has to have the shortest length field.`,
    steps: [open, send([binary({ fill: 'm', length: size })]), { expect: 'frame-shape', count: 1, opcode: 2, minimal: true }],
  }))
}

function longFormRows(): Row[] {
  const forms = [
    [16, 0],
    [16, 1],
    [16, 125],
    [64, 0],
    [64, 125],
    [64, 126],
    [64, 65535],
  ] as const
  return forms.map(([lengthForm, size]) => {
    const payload: Bytes = { fill: 'l', length: size }
    return {
      id: `long-form-${lengthForm}-${size}`,
      level: 'info',
      why: `The shortest form MUST be used for ${size} bytes; what a receiver does with the ${lengthForm}-bit one is open.`,
      steps: [open, send([binary(payload, { lengthForm })]), echoBinary(payload)],
    }
  })
}

function signBitRows(): Row[] {
  const values = ['8000000000000000', '8000000000000005', 'ffffffffffffffff']
  return values.flatMap((lengthHex) =>
    (
      [
        ['text', text],
        ['binary', binary],
      ] as const
    ).map(([name, build]) => ({
      id: `sign-bit-${name}-${lengthHex}`,
      why: 'The most significant bit of a 64-bit length MUST be 0; a signed or wrapping length has crashed servers.',
      steps: [open, send([build('hello', { lengthForm: 64, lengthHex })]), fails(1002, 1009)],
    })),
  )
}

function hugeRows(): Row[] {
  const values: [string, string][] = [
    ['2^63-1', '7fffffffffffffff'],
    ['2^53', '20000000000000'],
    ['2^40', '10000000000'],
  ]
  return values.flatMap(([name, lengthHex]) =>
    (
      [
        ['text', text],
        ['binary', binary],
      ] as const
    ).map(([kind, build]) => ({
      id: `huge-${kind}-${name}`,
      level: 'info',
      section: 'RFC 6455 section 10.4',
      requirements: ['RS14'],
      why: `A frame that announces ${name} bytes may be refused by its header; the text asks for a limit and not for when it is applied.`,
      steps: [open, send([build('', { lengthForm: 64, lengthHex })]), fails(1009, 1002)],
    })),
  )
}

function splitRows(): Row[] {
  const rows: Row[] = []
  const forms: [string, number][] = [
    ['7-bit', 20],
    ['16-bit', 300],
    ['64-bit', 70000],
  ]
  for (const [form, size] of forms) {
    const payload: Bytes = { fill: 's', length: size }
    for (let at = 1; at <= (size === 70000 ? 14 : size === 300 ? 8 : 7); at++) {
      rows.push({
        id: `split-${form}-at-${at}`,
        why: `TCP may end a segment after byte ${at} of a frame with a ${form} length.`,
        steps: [open, send([text(payload)], { at }), echoText(payload)],
      })
    }
    rows.push({
      id: `split-${form}-before-last`,
      why: 'The last byte of a payload may come by itself.',
      steps: [open, send([text(payload)], { at: -1 }), echoText(payload)],
    })
  }
  rows.push(
    {
      id: 'bytewise-text',
      why: 'Every byte of two messages comes in a segment of its own.',
      steps: [open, send([text('one by one'), text('and again')], { every: 1 }), echoText('one by one'), echoText('and again')],
    },
    {
      id: 'bytewise-16-bit',
      why: 'Every byte of a frame with a 16-bit length comes in a segment of its own.',
      steps: [open, send([binary({ fill: 'b', length: 200 })], { every: 1 }), echoBinary({ fill: 'b', length: 200 })],
    },
    {
      id: 'coalesced-2',
      why: 'Two messages may come in one segment.',
      steps: [open, send([text('first'), text('second')]), echoText('first'), echoText('second')],
    },
    {
      id: 'coalesced-with-part',
      why: 'A segment may hold one message and the beginning of the next.',
      steps: [open, send([text('first'), text('second')], { at: -3 }), echoText('first'), echoText('second')],
    },
  )
  for (const count of [16, 300]) {
    rows.push({
      id: `coalesced-${count}`,
      why: `${count} messages in one segment are echoed each, in order.`,
      steps: [open, ...manyMessages(count)],
    })
  }
  return rows
}

function reservedBitRows(): Row[] {
  const kinds = [
    ['text', [text('hello')]],
    ['binary', [binary('hello')]],
    ['continuation', [text('hel', { fin: false }), continuation('lo')]],
    ['first-fragment', [text('hel', { fin: false })]],
    ['close', [close(1000)]],
    ['ping', [ping('hello')]],
    ['pong', [pong('hello')]],
  ] as const
  const empty = [
    ['text-empty', [text('')]],
    ['binary-empty', [binary('')]],
    ['continuation-empty', [text('hel', { fin: false }), continuation('')]],
  ] as const
  const bits = [
    [4, 'RSV1'],
    [2, 'RSV2'],
    [1, 'RSV3'],
    [6, 'RSV1+2'],
    [5, 'RSV1+3'],
    [3, 'RSV2+3'],
    [7, 'RSV1+2+3'],
  ] as const
  return [...kinds, ...empty].flatMap(([kind, frames]) =>
    bits.slice(0, kind.endsWith('-empty') ? 3 : bits.length).map(([rsv, name]) => ({
      id: `${name}-${kind}`,
      why: `${name} means nothing that was negotiated: a ${kind} frame with it fails the connection.`,
      steps: [open, send(frames.map((frame, index) => (index === frames.length - 1 ? { ...frame, rsv } : frame))), fails(1002)],
    })),
  )
}

function reservedOpcodeRows(): Row[] {
  const reserved = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]
  return reserved.flatMap((opcode) => {
    const name = `0x${opcode.toString(16)}`
    return [
      {
        id: `${name}-empty`,
        why: `Opcode ${name} is reserved: an empty frame of it fails the connection.`,
        steps: [open, send([{ opcode }]), fails(1002)],
      },
      {
        id: `${name}-payload`,
        why: `Opcode ${name} is reserved: it fails the connection whatever it carries.`,
        steps: [open, send([{ opcode, payload: 'data' }]), fails(1002)],
      },
      {
        id: `${name}-inside-message`,
        why: `Opcode ${name} between the fragments of a message is no control frame anybody knows.`,
        steps: [open, send([text('a', { fin: false }), { opcode }, continuation('b')]), fails(1002)],
      },
      {
        id: `${name}-after-message`,
        why: `The message before a frame with opcode ${name} is good, the connection after it is not.`,
        steps: [open, send([text('good')]), echoText('good'), send([{ opcode, payload: 'bad' }, text('never')]), fails(1002)],
      },
      {
        id: `${name}-not-final`,
        why: `A fragment with opcode ${name} begins no message.`,
        steps: [open, send([{ opcode, payload: 'part', fin: false }]), fails(1002)],
      },
    ]
  })
}

function reservedHugeRows(): Row[] {
  return [3, 11].map((opcode) => ({
    id: `0x${opcode.toString(16)}-huge-length`,
    level: 'info' as const,
    section: 'RFC 6455 section 10.4',
    why: 'A reserved opcode is known from the first byte; waiting for the announced payload has taken servers down.',
    steps: [open, send([{ opcode, lengthForm: 64, lengthHex: '0000000040000000' }]), fails(1002)],
  }))
}

export const framingTables: readonly Table[] = [
  {
    area: 'framing/length',
    section: 'RFC 6455 section 5.2',
    rows: [...lengthRows(), ...shortestFormRows(), ...longFormRows(), ...signBitRows(), ...hugeRows()],
  },
  { area: 'framing/split', section: 'RFC 6455 section 5.2', rows: splitRows() },
  { area: 'framing/reserved-bits', section: 'RFC 6455 section 5.2', requires: ['no-extensions'], requirements: ['S12.28'], rows: reservedBitRows() },
  { area: 'framing/reserved-opcode', section: 'RFC 6455 section 5.2', rows: [...reservedOpcodeRows(), ...reservedHugeRows()] },
]

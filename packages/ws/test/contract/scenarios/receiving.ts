/** What an end makes of the frames that it gets: events, answers, and the end of the connection. */
import { Buffer } from 'node:buffer'
import { frameFor } from '../frames.ts'
import type { FrameSpec } from '../frames.ts'
import type { Scenario } from '../kit.ts'

interface Row {
  readonly name: string
  readonly frames: readonly FrameSpec[]
  readonly options?: object
  readonly differs?: string
  /** Only for this role. */
  readonly only?: 'server' | 'client'
}

const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10
const closeBody = (code: number, reason = ''): string => String.fromCharCode(code >> 8, code & 0xff) + reason
const close: FrameSpec = { opcode: CLOSE, payload: closeBody(1000) }
const long = (length: number): string => 'abcdefghij'.repeat(Math.ceil(length / 10)).slice(0, length)

const valid: readonly Row[] = [
  { name: 'a text', frames: [{ opcode: TEXT, payload: 'hello' }] },
  { name: 'an empty text', frames: [{ opcode: TEXT }] },
  { name: 'a binary message', frames: [{ opcode: BINARY, payload: '\0\x80\xff' }] },
  { name: 'an empty binary message', frames: [{ opcode: BINARY }] },
  ...[125, 126, 127, 65_535, 65_536, 200_000].flatMap((length) => [
    { name: `a text of ${length} bytes`, frames: [{ opcode: TEXT, payload: long(length) }] },
    { name: `a binary message of ${length} bytes`, frames: [{ opcode: BINARY, payload: long(length) }] },
  ]),
  {
    name: 'two messages in one segment',
    frames: [
      { opcode: TEXT, payload: 'a' },
      { opcode: BINARY, payload: 'b' },
    ],
  },
  { name: 'sixteen messages in one segment', frames: Array.from({ length: 16 }, (_, i) => ({ opcode: TEXT, payload: `m${i}` })) },
  {
    name: 'a text in two fragments',
    frames: [
      { opcode: TEXT, payload: 'a', fin: false },
      { opcode: 0, payload: 'b' },
    ],
  },
  {
    name: 'a binary message in three fragments',
    frames: [
      { opcode: BINARY, payload: 'a', fin: false },
      { opcode: 0, payload: 'b', fin: false },
      { opcode: 0, payload: 'c' },
    ],
  },
  { name: 'empty fragments', frames: [{ opcode: TEXT, fin: false }, { opcode: 0, fin: false }, { opcode: 0 }] },
  {
    name: 'an empty first fragment',
    frames: [
      { opcode: BINARY, fin: false },
      { opcode: 0, payload: 'x' },
    ],
  },
  {
    name: 'a Ping between fragments',
    frames: [
      { opcode: TEXT, payload: 'a', fin: false },
      { opcode: PING, payload: 'p' },
      { opcode: 0, payload: 'b' },
    ],
  },
  {
    name: 'a UTF-8 sequence split between fragments',
    frames: [
      { opcode: TEXT, payload: '\xe2\x82', fin: false },
      { opcode: 0, payload: '\xac' },
    ],
  },
  { name: 'a text of several scripts', frames: [{ opcode: TEXT, payload: Buffer.from('aä€𐍈日本語') }] },
  { name: 'a text of U+FEFF', frames: [{ opcode: TEXT, payload: Buffer.from('\ufeffa') }] },
  { name: 'a Ping', frames: [{ opcode: PING, payload: 'p' }] },
  { name: 'an empty Ping', frames: [{ opcode: PING }] },
  { name: 'a Ping of 125 bytes', frames: [{ opcode: PING, payload: long(125) }] },
  { name: 'a Pong', frames: [{ opcode: PONG, payload: 'p' }] },
  {
    name: 'three Pings in one segment',
    frames: [
      { opcode: PING, payload: '1' },
      { opcode: PING, payload: '2' },
      { opcode: PING, payload: '3' },
    ],
  },
  {
    name: 'a message, a Ping and a message',
    frames: [
      { opcode: TEXT, payload: 'a' },
      { opcode: PING, payload: 'p' },
      { opcode: TEXT, payload: 'b' },
    ],
  },
  { name: 'autoPong: false', options: { autoPong: false }, frames: [{ opcode: PING, payload: 'p' }] },
  { name: 'skipUTF8Validation', options: { skipUTF8Validation: true }, frames: [{ opcode: TEXT, payload: 'a\xff' }] },
  {
    name: 'skipUTF8Validation in fragments',
    options: { skipUTF8Validation: true },
    frames: [
      { opcode: TEXT, payload: '\xff', fin: false },
      { opcode: 0, payload: '\xfe' },
    ],
  },
  { name: 'maxPayload reached', options: { maxPayload: 5 }, frames: [{ opcode: TEXT, payload: 'abcde' }] },
  {
    name: 'maxPayload reached in fragments',
    options: { maxPayload: 5 },
    frames: [
      { opcode: TEXT, payload: 'abc', fin: false },
      { opcode: 0, payload: 'de' },
    ],
  },
  { name: 'maxPayload: 0 is no limit', options: { maxPayload: 0 }, frames: [{ opcode: BINARY, payload: long(300_000) }] },
  { name: 'maxPayload below 0 is no limit', options: { maxPayload: -1 }, frames: [{ opcode: BINARY, payload: long(3000) }] },
  {
    name: 'a Ping is no part of maxPayload',
    options: { maxPayload: 5 },
    frames: [
      { opcode: PING, payload: long(100) },
      { opcode: TEXT, payload: 'abcde' },
    ],
  },
  {
    name: 'maxFragments reached',
    options: { maxFragments: 2 },
    frames: [
      { opcode: TEXT, payload: 'a', fin: false },
      { opcode: 0, payload: 'b' },
    ],
  },
  {
    name: 'maxFragments: 0 is no limit',
    options: { maxFragments: 0 },
    frames: [...Array.from({ length: 50 }, (_, i) => ({ opcode: i === 0 ? TEXT : 0, payload: 'x', fin: false })), { opcode: 0 }],
  },
  {
    name: 'maxFragments counts each message anew',
    options: { maxFragments: 2 },
    frames: [{ opcode: TEXT, fin: false }, { opcode: 0 }, { opcode: TEXT, fin: false }, { opcode: 0 }],
  },
]

const ends: readonly Row[] = [
  { name: 'a Close frame without a body', frames: [{ opcode: CLOSE }] },
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map((code) => ({
    name: `a Close frame with ${code}`,
    frames: [{ opcode: CLOSE, payload: closeBody(code) }],
  })),
  { name: 'a Close frame with a reason', frames: [{ opcode: CLOSE, payload: closeBody(1000, 'bye') }] },
  { name: 'a Close frame with a reason of 123 bytes', frames: [{ opcode: CLOSE, payload: closeBody(4000, long(123)) }] },
  { name: 'a Close frame with a reason in UTF-8', frames: [{ opcode: CLOSE, payload: Buffer.concat([Buffer.from([3, 232]), Buffer.from('ä€')]) }] },
  { name: 'a message and a Close frame in one segment', frames: [{ opcode: TEXT, payload: 'a' }, close] },
  { name: 'frames behind a Close frame are ignored', frames: [close, { opcode: TEXT, payload: 'a' }, { opcode: PING }] },
  { name: 'two Close frames', frames: [close, { opcode: CLOSE, payload: closeBody(1001) }] },
  { name: 'a Close frame between fragments', frames: [{ opcode: TEXT, payload: 'a', fin: false }, close] },
]

const invalid: readonly Row[] = [
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map((code) => ({
    name: `a Close frame with ${code}`,
    frames: [{ opcode: CLOSE, payload: closeBody(code) }],
  })),
  { name: 'a Close frame with one byte', frames: [{ opcode: CLOSE, payload: 'x' }] },
  { name: 'a Close frame whose reason is no UTF-8', frames: [{ opcode: CLOSE, payload: closeBody(1000, '\xff') }] },
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({ name: `the opcode ${opcode}`, frames: [{ opcode }] })),
  ...[0x40, 0x20, 0x10, 0x30, 0x50, 0x70].flatMap((rsv) =>
    [TEXT, PING, CLOSE].map((opcode) => ({ name: `RSV ${rsv} with the opcode ${opcode}`, frames: [{ opcode, rsv }] })),
  ),
  ...[CLOSE, PING, PONG].map((opcode) => ({ name: `the opcode ${opcode} without FIN`, frames: [{ opcode, fin: false }] })),
  ...[PING, PONG, CLOSE].map((opcode) => ({
    name: `the opcode ${opcode} with 126 bytes`,
    frames: [{ opcode, payload: closeBody(1000, long(124)) }],
  })),
  { name: 'a continuation of nothing', frames: [{ opcode: 0, payload: 'a' }] },
  { name: 'a continuation without FIN of nothing', frames: [{ opcode: 0, fin: false }] },
  {
    name: 'a continuation after a whole message',
    frames: [
      { opcode: TEXT, payload: 'a' },
      { opcode: 0, payload: 'b' },
    ],
  },
  {
    name: 'a text inside a fragmented message',
    frames: [
      { opcode: TEXT, payload: 'a', fin: false },
      { opcode: TEXT, payload: 'b' },
    ],
  },
  {
    name: 'a binary message inside a fragmented message',
    frames: [
      { opcode: TEXT, payload: 'a', fin: false },
      { opcode: BINARY, payload: 'b' },
    ],
  },
  {
    name: 'RSV1 on a continuation',
    frames: [
      { opcode: TEXT, payload: 'a', fin: false },
      { opcode: 0, rsv: 0x40 },
    ],
  },
  ...['\xff', '\xc0\x80', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xe2\x82', 'abc\x80'].map((payload) => ({
    name: `a text that is no UTF-8: ${Buffer.from(payload, 'latin1').toString('hex')}`,
    frames: [{ opcode: TEXT, payload }],
  })),
  {
    name: 'a fragmented text that ends inside a sequence',
    frames: [
      { opcode: TEXT, payload: 'a', fin: false },
      { opcode: 0, payload: '\xe2' },
    ],
  },
  { name: 'maxPayload exceeded', options: { maxPayload: 5 }, frames: [{ opcode: TEXT, payload: 'abcdef' }] },
  {
    name: 'maxPayload exceeded in fragments',
    options: { maxPayload: 5 },
    frames: [
      { opcode: TEXT, payload: 'abc', fin: false },
      { opcode: 0, payload: 'def' },
    ],
  },
  { name: 'maxPayload exceeded by the header alone', options: { maxPayload: 1000 }, frames: [{ opcode: BINARY, payloadLength: 100_000 }] },
  {
    name: 'maxFragments exceeded',
    options: { maxFragments: 2 },
    frames: [{ opcode: TEXT, fin: false }, { opcode: 0, fin: false }, { opcode: 0 }],
    differs: 'too-many-fragments',
  },
  { name: 'a frame with two violations', frames: [{ opcode: 3, rsv: 0x10 }], differs: 'two-violations' },
  { name: 'a message before a violation', frames: [{ opcode: TEXT, payload: 'a' }, { opcode: 3 }, { opcode: TEXT, payload: 'b' }] },
  { name: 'a Ping before a violation', frames: [{ opcode: PING, payload: 'a' }, { opcode: 3 }] },
  { name: 'a frame of a client without a mask', frames: [{ opcode: TEXT, payload: 'a', masked: false }], only: 'server' },
  { name: 'a Close frame of a client without a mask', frames: [{ ...close, masked: false }], only: 'server' },
  { name: 'a frame of a server with a mask', frames: [{ opcode: TEXT, payload: 'a', masked: true }], only: 'client' },
  { name: 'a length that is not in the fewest octets', frames: [{ opcode: TEXT, payload: 'a', lengthOctets: 2 }, close], differs: 'minimal-length' },
  { name: 'a length of more than 2^53', frames: [{ opcode: BINARY, payloadLength: 2n ** 60n, lengthOctets: 8 }], differs: 'length-2-53' },
]

const roles = ['server', 'client'] as const

/** Each row for both roles. A violation is followed by the end of the peer's side, which both implementations wait for. */
function toScenarios(rows: readonly Row[], ending: 'close' | 'peer' | 'violation'): Scenario[] {
  return rows.flatMap(({ name, frames, options, differs, only }) =>
    roles
      .filter((role) => only === undefined || role === only)
      .map((role) => ({
        name: `${role} gets ${name}`,
        ...(differs === undefined ? {} : { differs }),
        run: async (kit) => {
          const { socket, peer } = await kit.either(role, options)
          kit.watch(socket)
          const closed = new Promise((resolve) => socket.on('close', resolve))
          peer.send(...frames, ...(ending === 'close' ? [close] : []))
          await peer.until(() => peer.frames().some((line) => line.includes('close')))
          peer.socket.end()
          await closed
          const sent = peer.frames()
          // The reason in the Close frame of a failure is hawser's; see the difference `close-reason`.
          kit.log('sent', ...(ending === 'violation' ? sent.map((line) => line.replace(/(close \d+).*$/, '$1')) : sent))
        },
      })),
  )
}

/** All rows again, one byte in a segment, for a few of them. */
const split: Scenario[] = roles.map((role) => ({
  name: `${role} gets frames byte by byte`,
  run: async (kit) => {
    const { socket, peer } = await kit.either(role)
    kit.watch(socket)
    const closed = new Promise((resolve) => socket.on('close', resolve))
    const bytes = Buffer.concat(
      [
        { opcode: TEXT, payload: 'hello' },
        { opcode: PING, payload: 'p' },
        { opcode: BINARY, payload: long(130), fin: false },
        { opcode: PONG },
        { opcode: 0, payload: 'x' },
        close,
      ].map((frame) => frameFor(role, frame)),
    )
    for (const byte of bytes) {
      peer.socket.write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await peer.untilFrames(2)
    peer.socket.end()
    await closed
    kit.log('sent', ...peer.frames())
  },
}))

export const receiving: readonly Scenario[] = [
  ...toScenarios(valid, 'close'),
  ...toScenarios(ends, 'peer'),
  ...toScenarios(invalid, 'violation'),
  ...split,
]

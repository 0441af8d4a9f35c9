/** Whether a value of a file is a report of this page. Everything that the page uses is checked: anybody may have written the file. */

/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */
const text = (value) => typeof value === 'string'
/** @type {Check} */
const count = (value) => Number.isSafeInteger(value) && value >= 0
/** @type {Check} */
const amount = (value) => Number.isFinite(value) && value >= 0
/** The times that a Date can have. @type {Check} */
const time = (value) => Number.isFinite(value) && Math.abs(value) <= 8.64e15
/** @type {Check} */
const flag = (value) => typeof value === 'boolean'
/** @param {...unknown} values @returns {Check} */
const oneOf =
  (...values) =>
  (value) =>
    values.includes(value)
/** @param {number} most @returns {Check} */
const upTo = (most) => (value) => count(value) && value <= most
/** @param {RegExp} pattern @returns {Check} */
const like = (pattern) => (value) => text(value) && pattern.test(value)
/** @param {Check} check @returns {Check} */
const orNull = (check) => (value) => value === null || check(value)
/** @param {Check} check @returns {Check} */
const optional = (check) => (value) => value === undefined || check(value)
/** @param {Check} check @returns {Check} */
const listOf = (check) => (value) => Array.isArray(value) && value.every((one) => check(one))
/** @param {Readonly<Record<string, Check>>} members @returns {Check} */
const object = (members) => (value) =>
  typeof value === 'object' && value !== null && Object.entries(members).every(([name, check]) => check(value[name]))

/** @type {Check} */
const base64 = (value) => like(/^[A-Za-z0-9+/]*={0,2}$/)(value) && value.length % 4 === 0
const citation = optional(object({ text, href: text }))
const counters = object({ frames: count, messages: count, bytes: amount })
const line = object({ raw: text, name: optional(text), part: oneOf('handshake', 'http', 'unknown'), meaning: text, citation })
const compression = object({ messages: count, compressedMessages: count, rawBytes: amount, wireBytes: amount })
const initiators = oneOf('local', 'remote', 'network')

const frame = object({
  number: count,
  time,
  direction: oneOf('sent', 'received'),
  opcode: upTo(15),
  fin: flag,
  rsv: listOf(oneOf(1, 2, 3)),
  maskingKey: orNull(like(/^[\da-f]{8}$/)),
  length: amount,
  payload: base64,
  message: orNull(count),
  messageOpcode: orNull(upTo(15)),
  inflated: orNull(object({ data: base64, length: orNull(amount), problem: text })),
  skipped: count,
})

export const isReport = object({
  role: oneOf('client', 'server'),
  state: oneOf('OPEN', 'CLOSED', 'FAILED'),
  target: text,
  remote: text,
  httpVersion: text,
  startedAt: time,
  endedAt: orNull(time),
  status: orNull(upTo(999)),
  subprotocol: text,
  extensions: text,
  code: orNull(upTo(65_535)),
  problem: text,
  sent: counters,
  received: counters,
  handshake: object({
    httpVersion: text,
    status: orNull(upTo(999)),
    verdict: object({ outcome: oneOf('opened', 'browser refuses', 'refused', 'failed'), text, citation }),
    request: object({ raw: text, lines: listOf(line) }),
    response: object({ raw: text, lines: listOf(line), content: text }),
    accept: optional(object({ key: text, guid: text, joined: text, sha1: text, accept: text, sent: optional(text), matches: flag })),
    choices: listOf(object({ kind: oneOf('subprotocol', 'extension'), offered: text, isChosen: flag, why: text })),
  }),
  frames: listOf(frame),
  nextFrame: count,
  firstFrame: count,
  skipped: count,
  traffic: object({
    seconds: listOf(object({ time, sentFrames: count, sentBytes: amount, receivedFrames: count, receivedBytes: amount, buffered: amount })),
    roundTrips: listOf(object({ time, ms: amount })),
    buffered: amount,
  }),
  compression: orNull(object({ sent: compression, received: compression })),
  closing: orNull(
    object({
      initiator: initiators,
      wasClean: flag,
      code: upTo(65_535),
      reason: text,
      steps: listOf(object({ time, what: oneOf('sent', 'received', 'ended'), code: orNull(upTo(65_535)), reason: text })),
    }),
  ),
})

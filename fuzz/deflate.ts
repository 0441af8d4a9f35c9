import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { deflateSync, inflateSync } from 'fflate'
import { ConnectionError } from '../packages/hawser/src/core/errors.ts'
import { RSV1, type ExtensionFrame, type ExtensionParameter } from '../packages/hawser/src/core/protocol/extension.ts'
import { permessageDeflate, type PermessageDeflateOptions } from '../packages/hawser/src/runtime/node/zlib/permessage-deflate.ts'
import { promised, type PromisedSession } from '../packages/hawser/test/core/extensions/promised-session.ts'
import { Mutator } from './mutator.ts'

/**
 * Invariant: every message that hawser compresses is read by node:zlib and fflate, every message that those compress is read by hawser,
 * whatever its fragments, window and context takeover; and changed bytes give the same message, or the same close code, on every path of
 * the codec, and never more than the limits allow.
 */
export async function run(iterations: number, seed: number): Promise<void> {
  const random = new Mutator(seed, [])
  let intact = 0
  let tried = 0
  for (let i = 0; i < iterations; i++) {
    try {
      if (random.next(2) === 0) await send(random)
      else {
        tried++
        if (await receive(random)) intact++
      }
    } catch (error) {
      throw new Error(`seed ${seed}, iteration ${i}`, { cause: error })
    }
  }
  if (intact < tried / 4) throw new Error(`only ${intact} of ${tried} conversations were intact`)
}

const PATHS: readonly PermessageDeflateOptions[] = [{}, { asyncAbove: 40 }, { zlib: 'public' }, { zlib: 'public', asyncAbove: 40 }]
const extensions = PATHS.map((options) => permessageDeflate({ serverMaxWindowBits: 15, threshold: 0, maxCompressors: 2, ...options }))
const OUTPUT_LIMIT = 20_000
const TAIL = Buffer.from([0, 0, 0xff, 0xff])

function open(path: number, offer: readonly ExtensionParameter[]): PromisedSession {
  const decision = extensions[path]!.accept(offer)
  if (!decision.accepted) throw new Error(decision.reason)
  return promised(decision.open())
}

/** Text with repetitions near and far, and bytes without any. */
function content(random: Mutator): Buffer {
  const parts: Buffer[] = []
  for (let count = 1 + random.next(5); count > 0; count--) {
    const size = [3, 20, 200, 2000][random.next(4)]!
    const bytes = Buffer.from(Array.from({ length: 1 + random.next(size) }, () => random.next(random.next(2) === 0 ? 256 : 4)))
    for (let times = 1 + random.next(6); times > 0; times--) parts.push(bytes)
  }
  return Buffer.concat(parts)
}

/** One frame, or up to six, of which some may be empty. */
function fragments(bytes: Buffer, random: Mutator): Buffer[] {
  if (random.next(2) === 0) return [bytes]
  const cuts = Array.from({ length: 1 + random.next(5) }, () => random.next(bytes.length + 1)).sort((a, b) => a - b)
  return [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length))
}

/** hawser compresses one conversation; both others read it. */
async function send(random: Mutator): Promise<void> {
  const bits = 9 + random.next(7)
  const takeover = random.next(2) === 0
  const offer: ExtensionParameter[] = [['server_max_window_bits', String(bits)]]
  if (!takeover) offer.push(['server_no_context_takeover', true])
  const session = open(random.next(PATHS.length), offer)
  let history = Buffer.alloc(0)
  for (let messages = 1 + random.next(4); messages > 0; messages--) {
    const message = content(random)
    const wire: Uint8Array[] = []
    const pieces = fragments(message, random)
    for (const [i, payload] of pieces.entries()) {
      const first = i === 0
      const frame = await session.encode({ opcode: 2, first, fin: i === pieces.length - 1, rsv: 0, payload }, { compress: true })
      if (frame.rsv !== (first ? RSV1 : 0)) throw new Error(`rsv ${frame.rsv}`)
      wire.push(frame.payload)
    }
    const stream = Buffer.concat([...wire, TAIL])
    const window = takeover ? history.subarray(-(2 ** bits)) : Buffer.alloc(0)
    const dictionary = window.length === 0 ? {} : { dictionary: window }
    const byZlib = inflateRawSync(stream, { windowBits: bits, finishFlush: constants.Z_SYNC_FLUSH, ...dictionary })
    if (!byZlib.equals(message)) throw new Error('node:zlib reads another message')
    const byFflate = inflateSync(Buffer.concat([stream, Buffer.from('010000ffff', 'hex')]), dictionary)
    if (!message.equals(byFflate)) throw new Error('fflate reads another message')
    history = Buffer.concat([history, message])
  }
  session.dispose()
}

/** The others compress one conversation, perhaps changed on the way; all paths read it. @returns whether it was not changed */
async function receive(random: Mutator): Promise<boolean> {
  const takeover = random.next(2) === 0
  const offer: ExtensionParameter[] = takeover ? [] : [['client_no_context_takeover', true]]
  const sessions = PATHS.map((_, path) => open(path, offer))
  const intact = random.next(2) === 0
  let history = Buffer.alloc(0)
  for (let messages = 1 + random.next(4); messages > 0; messages--) {
    const message = content(random)
    const wire = compress(message, takeover ? history.subarray(-32_768) : Buffer.alloc(0), random)
    const sent = intact ? wire : change(wire, random)
    const pieces = fragments(sent, random)
    const results = await Promise.all(sessions.map((session) => read(session, pieces)))
    const [result] = results
    if (results.some((other) => other !== result)) throw new Error(`the paths differ: ${results.map((text) => text.slice(0, 60)).join(' | ')}`)
    const expected = message.length > OUTPUT_LIMIT ? '1009' : message.toString('hex')
    if (intact && result !== expected) throw new Error(`another message: ${result?.slice(0, 60)}`)
    if (result !== message.toString('hex')) break
    history = Buffer.concat([history, message])
  }
  for (const session of sessions) {
    session.dispose()
    if (session.heldBytes !== 0) throw new Error('a disposed session holds bytes')
  }
  return intact
}

/** In a stream that is flushed, or in one or two that end with BFINAL [RFC 7692 §7.2.3.4]. */
function compress(message: Buffer, window: Buffer, random: Mutator): Buffer {
  const level = random.next(10)
  const dictionary = window.length === 0 ? {} : { dictionary: window }
  const zlibLevel = level === 0 ? 1 : level
  const kind = random.next(4)
  if (kind < 2) return deflateRawSync(message, { level: zlibLevel, finishFlush: constants.Z_SYNC_FLUSH, ...dictionary }).subarray(0, -4)
  const level9 = Math.min(9, level) as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
  if (kind === 2) return Buffer.concat([deflateSync(message, { level: level9, ...dictionary }), Buffer.of(0)])
  const cut = random.next(message.length + 1)
  const rest = Buffer.concat([window, message.subarray(0, cut)]).subarray(-32_768)
  return Buffer.concat([
    deflateSync(message.subarray(0, cut), { level: level9, ...dictionary }),
    deflateRawSync(message.subarray(cut), { level: zlibLevel, ...(rest.length === 0 ? {} : { dictionary: rest }) }),
    Buffer.of(0),
  ])
}

function change(wire: Buffer, random: Mutator): Buffer {
  const bytes = Buffer.from(wire)
  const at = random.next(bytes.length)
  switch (random.next(6)) {
    case 0:
      bytes[at]! ^= 1 << random.next(8)
      return bytes
    case 1:
      bytes[at] = random.next(256)
      return bytes
    case 2:
      return bytes.subarray(0, at)
    case 3:
      bytes[0]! ^= 1
      return bytes
    case 4:
      return Buffer.concat([
        bytes.subarray(0, at),
        ...Array.from({ length: 1 + random.next(30) }, () => Buffer.from([0x03, 0x00])),
        bytes.subarray(at),
      ])
    default:
      return Buffer.concat(Array.from({ length: 2 + random.next(20) }, () => bytes))
  }
}

/** @returns the message in hex, or the close code */
async function read(session: PromisedSession, pieces: readonly Uint8Array[]): Promise<string> {
  const received: Uint8Array[] = []
  let bytes = 0
  try {
    for (const [i, payload] of pieces.entries()) {
      const frame: ExtensionFrame = { opcode: 2, first: i === 0, fin: i === pieces.length - 1, rsv: i === 0 ? RSV1 : 0, payload }
      const result = await session.decode(frame, OUTPUT_LIMIT - bytes)
      received.push(result.payload)
      bytes += result.payload.length
    }
  } catch (error) {
    if (error instanceof ConnectionError && error.fault === 'peer') return String(error.closeCode)
    throw error
  }
  if (bytes > OUTPUT_LIMIT) throw new Error(`${bytes} bytes`)
  return Buffer.concat(received).toString('hex')
}

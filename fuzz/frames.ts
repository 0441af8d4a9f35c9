import { EventEmitter } from 'node:events'
import * as ws from 'ws'
import { ConnectionError } from '../packages/hawser/src/core/errors.ts'
import { permessageDeflate } from '../packages/hawser/src/runtime/node/zlib/permessage-deflate.ts'
import { LIMITS, Recorder } from '../packages/hawser/test/core/protocol/recorder.ts'
import { Mutator } from './mutator.ts'

/**
 * Invariant: the frames that hawser sends, compressed or not, are for the receiver of ws the messages that were sent; the frames that the
 * sender of ws sends, whole, split or changed, are for hawser and for the receiver of ws the same messages and the same close code.
 */
export async function run(iterations: number, seed: number): Promise<void> {
  const random = new Mutator(seed, [])
  let violations = 0
  let conversations = 0
  for (let i = 0; i < iterations; i++) {
    try {
      if (random.next(3) === 0) await send(random)
      else if ((await receive(random)).includes('failed')) violations++
      else conversations++
    } catch (error) {
      throw new Error(`seed ${seed}, iteration ${i}`, { cause: error })
    }
  }
  if (violations < iterations / 20 || conversations < iterations / 20) throw new Error(`${violations} violations, ${conversations} conversations`)
}

type Role = 'client' | 'server'

interface ForeignReceiver extends EventEmitter {
  write(chunk: Uint8Array, callback: (error?: Error | null) => void): boolean
}
interface ForeignSender {
  send(data: Uint8Array | string, options: object): void
  ping(data: Uint8Array, mask: boolean): void
  pong(data: Uint8Array, mask: boolean): void
  close(code: number, data: Uint8Array, mask: boolean): void
}
interface ForeignDeflate {
  accept(offers: object[]): object
}
/** Exported by ws and absent from its types. */
const { Receiver, Sender, PerMessageDeflate } = ws as unknown as {
  readonly Receiver: new (options: object) => ForeignReceiver
  readonly Sender: new (socket: object, extensions: object, generateMask?: (mask: Buffer) => void) => ForeignSender
  readonly PerMessageDeflate: new (options: object) => ForeignDeflate
}

const MESSAGE_LIMIT = 3000
const limits = { ...LIMITS, message: MESSAGE_LIMIT, frame: MESSAGE_LIMIT, incompleteBytes: 3 * MESSAGE_LIMIT, controlFramesPerSecond: 1e6 }
const atServer = permessageDeflate({ threshold: 0, serverMaxWindowBits: 15 })
const atClient = permessageDeflate({ threshold: 0 })

interface Foreign {
  readonly log: string[]
  receive(chunks: readonly Uint8Array[]): Promise<void>
}

/** The receiver of ws, in this role. */
function foreign(role: Role, compressed: boolean): Foreign {
  const isServer = role === 'server'
  const extensions: Record<string, object> = {}
  if (compressed) extensions['permessage-deflate'] = foreignDeflate(isServer)
  const receiver = new Receiver({ isServer, extensions, maxPayload: MESSAGE_LIMIT, binaryType: 'nodebuffer' })
  const log: string[] = []
  receiver.on('message', (data: Buffer, isBinary: boolean) => log.push(message(isBinary ? 'binary' : 'text', data)))
  receiver.on('ping', (data: Buffer) => log.push(`ping ${data.toString('hex')}`.trim()))
  receiver.on('pong', (data: Buffer) => log.push(`pong ${data.toString('hex')}`.trim()))
  receiver.on('conclude', (code: number, reason: Buffer) => log.push(`Close ${code} ${reason.toString()}`.trim()))
  receiver.on('error', () => undefined)
  const write = (chunk: Uint8Array): Promise<boolean> =>
    new Promise((resolve) => {
      receiver.write(new Uint8Array(chunk), (error) => {
        if (error instanceof Error) log.push(`failed ${statusCode(error)}`)
        resolve(!(error instanceof Error))
      })
    })
  return {
    log,
    receive: async (chunks) => {
      for (const chunk of chunks) if (!(await write(chunk)) || log.at(-1)?.startsWith('Close') === true) return
    },
  }
}

/** The code is under a symbol that ws does not export. */
function statusCode(error: Error): number {
  const symbol = Object.getOwnPropertySymbols(error).find(({ description }) => description === 'status-code')
  if (symbol === undefined) throw error
  return Reflect.get(error, symbol) as number
}

function foreignDeflate(isServer: boolean): object {
  const deflate = new PerMessageDeflate({ isServer, threshold: 0, maxPayload: MESSAGE_LIMIT })
  deflate.accept([isServer ? { client_max_window_bits: [true] } : {}])
  return deflate
}

function message(kind: string, bytes: Uint8Array | string): string {
  return `message ${kind} ${Buffer.from(bytes as Uint8Array).toString('hex')}`.trimEnd()
}

const opposite = (role: Role): Role => (role === 'server' ? 'client' : 'server')

function hawser(role: Role, compressed: boolean): Recorder {
  if (!compressed) return new Recorder(role, { limits })
  const decision = role === 'server' ? atServer.accept([]) : atClient.confirm([], atClient.offers())
  if (!decision.accepted) throw new Error(decision.reason)
  return new Recorder(role, { limits, extensions: [decision.open()] })
}

function makePayload(random: Mutator, most = MESSAGE_LIMIT): Uint8Array {
  const length = random.pick([0, 1, 5, 125, 126, 127, 300, 2900, MESSAGE_LIMIT])
  const letters = random.next(2) === 0 ? 2 : 200
  return Uint8Array.from({ length: Math.min(most, length) }, () => random.next(letters))
}

function makeText(random: Mutator): string {
  const characters = random.next(2) === 0 ? ['a', 'b'] : ['a', 'é', '€', '𝄞']
  return Array.from({ length: random.pick([0, 1, 20, 125, 126, 700]) }, () => random.pick(characters)).join('')
}

/** hawser sends, the receiver of ws reads. */
async function send(random: Mutator): Promise<void> {
  const role: Role = random.next(2) === 0 ? 'client' : 'server'
  const compressed = random.next(2) === 0
  const recorder = hawser(role, compressed)
  const { connection } = recorder
  const expected: string[] = []
  for (let count = 1 + random.next(5); count > 0; count--) {
    const text = makeText(random)
    const bytes = makePayload(random)
    const control = bytes.subarray(0, 125)
    switch (random.next(5)) {
      case 0:
        connection.sendText(text)
        expected.push(message('text', text))
        break
      case 1:
        connection.sendBinary(bytes)
        expected.push(message('binary', bytes))
        break
      case 2: {
        const cut = random.next(bytes.length + 1)
        connection.sendFragment(bytes.subarray(0, cut), { first: true, fin: false })
        connection.sendPing(control)
        connection.sendFragment(bytes.subarray(cut), { first: false, fin: true })
        expected.push(`ping ${Buffer.from(control).toString('hex')}`.trim(), message('binary', bytes))
        break
      }
      case 3:
        connection.sendPing(control)
        expected.push(`ping ${Buffer.from(control).toString('hex')}`.trim())
        break
      default:
        connection.sendPong(control)
        expected.push(`pong ${Buffer.from(control).toString('hex')}`.trim())
    }
  }
  const peer = foreign(opposite(role), compressed)
  await peer.receive(random.cut(recorder.take()))
  agree(expected, peer.log)
}

/** The sender of ws sends; hawser and the receiver of ws read. @returns what both read */
async function receive(random: Mutator): Promise<string> {
  const role: Role = random.next(2) === 0 ? 'client' : 'server'
  const compressed = random.next(3) === 0
  const wire = await foreignBytes(random, opposite(role), compressed)
  // The fuzzer of DEFLATE covers changed compressed bytes.
  if (!compressed) change(wire, random)
  const chunks = random.next(2) === 0 ? [wire] : random.cut(wire)
  const recorder = hawser(role, compressed)
  for (const chunk of chunks) recorder.receive(new Uint8Array(chunk))
  const own = ownLog(recorder)
  const peer = foreign(role, compressed)
  await peer.receive(chunks)
  // hawser fails at the first octet that proves a violation, ws with the whole header.
  if (own.at(-1)?.startsWith('failed') === true && peer.log.length === own.length - 1) await peer.receive([new Uint8Array(14)])
  compare(own, peer.log, recorder)
  return own.join('\n')
}

async function foreignBytes(random: Mutator, role: Role, compressed: boolean): Promise<Uint8Array> {
  const written: Uint8Array[] = []
  const socket = {
    cork: () => undefined,
    uncork: () => undefined,
    write: (bytes: Uint8Array, callback?: () => void) => {
      written.push(new Uint8Array(bytes))
      callback?.()
      return true
    },
  }
  const mask = role === 'client'
  const extensions = compressed ? { 'permessage-deflate': foreignDeflate(!mask) } : {}
  const sender = new Sender(socket, extensions, (bytes) => {
    for (let i = 0; i < 4; i++) bytes[i] = random.next(256)
  })
  const send = (data: Uint8Array | string, more: object = {}): Promise<void> =>
    new Promise((resolve) => {
      const options = { fin: true, binary: typeof data !== 'string', compress: compressed, mask, ...more }
      ;(sender.send as (data: Uint8Array | string, options: object, callback: () => void) => void)(data, options, resolve)
    })
  for (let count = 1 + random.next(6); count > 0; count--) {
    const bytes = makePayload(random)
    const control = bytes.subarray(0, 125)
    switch (random.next(7)) {
      case 0:
      case 1:
        await send(makeText(random))
        break
      case 2:
        await send(bytes)
        break
      case 3: {
        const text = Buffer.from(makeText(random))
        const cut = random.next(text.length + 1)
        await send(text.subarray(0, cut), { binary: false, fin: false })
        sender.ping(control, mask)
        await send(text.subarray(cut), { binary: false, fin: true })
        break
      }
      case 4:
        sender.ping(control, mask)
        break
      case 5:
        sender.pong(control, mask)
        break
      default:
        if (random.next(4) === 0) sender.close(random.pick([1000, 1001, 3000, 4999]), Buffer.from('why é'), mask)
    }
  }
  return new Uint8Array(Buffer.concat(written))
}

/** Changes some inputs; half of the changes are in the first octets of a frame, where they have the most effect. */
function change(wire: Uint8Array, random: Mutator): void {
  if (wire.length === 0) return
  for (let changes = random.next(3); changes > 0; changes--) {
    const at = random.next(random.next(2) === 0 ? Math.min(wire.length, 8) : wire.length)
    wire[at] = random.next(2) === 0 ? random.next(256) : wire[at]! ^ (1 << random.next(8))
  }
}

function ownLog(recorder: Recorder): string[] {
  const log: string[] = []
  for (const line of recorder.log) {
    if (/^(ping|pong)/.test(line)) log.push(line)
    else if (line.startsWith('message')) {
      const kind = line.split(' ')[1]!
      const data = recorder.messages[log.filter((entry) => entry.startsWith('message')).length]!
      log.push(message(kind, data))
    }
  }
  const info = recorder.finish()
  if (info.received !== undefined) log.push(`Close ${info.received.code} ${info.received.reason}`.trim())
  else if (info.sent !== undefined) log.push(`failed ${info.sent.code}`)
  return log
}

/** Differences that are choices: hawser refuses what RFC 6455 forbids and ws lets pass, and refuses text at the first octet that is wrong. */
function compare(own: readonly string[], other: readonly string[], recorder: Recorder): void {
  const error = recorder.error
  if (error instanceof ConnectionError && /fewest octets|most significant bit/.test(error.rule?.text ?? '')) {
    agree(own.slice(0, -1), other.slice(0, own.length - 1))
  } else if (own.at(-1) === 'failed 1007') {
    // ws finds it at the end of the message; it may see control frames in between, or never the end.
    agree(own.slice(0, -1), other.slice(0, own.length - 1))
    const rest = other.slice(own.length - 1)
    if (rest.some((line) => line.startsWith('message'))) throw new Error(`ws received what is not UTF-8: ${rest.join(' | ')}`)
  } else agree(own, other)
}

function agree(expected: readonly string[], found: readonly string[]): void {
  const [one, two] = [expected.join('\n'), found.join('\n')]
  if (one !== two) throw new Error(`expected\n${one}\nfound\n${two}`)
}

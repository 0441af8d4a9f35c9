/** What the clients of the soak do: each a function that ends by itself, and throws if the server answered wrongly. */
import * as assert from 'node:assert/strict'
import * as net from 'node:net'
import type * as Hawser from '../../packages/hawser/src/index.ts'
import { clientFrame, openingRequest } from './raw.ts'
import type { Random } from './random.ts'

export interface Field {
  readonly hawser: typeof Hawser
  /** Without TLS, and with it. */
  readonly ports: readonly [number, number]
}

type Session = (field: Field, random: Random) => Promise<void>

const sizes = [0, 1, 60, 125, 126, 1_000, 4_096, 20_000, 65_535, 65_536, 200_000]

const noise = Uint8Array.from({ length: 1 << 20 }, (_, i) => Math.imul(i, 0x9e37_79b9) >>> 23)

function message(random: Random): string | Uint8Array {
  const size = random.below(50) === 0 ? 900_000 : random.pick(sizes)
  if (random.below(2) === 0) {
    const start = random.below(noise.length - size)
    return noise.subarray(start, start + size)
  }
  const filler = random.pick(['a', 'lorem ipsum ', 'ünï', '\u{1f6a2}'])
  return filler.repeat(Math.floor(size / Buffer.byteLength(filler)))
}

function connectOptions({ hawser }: Field, random: Random): { secure: boolean; options: Hawser.ConnectOptions } {
  const kind = random.below(4)
  const secure = kind >= 2
  return {
    secure,
    options: {
      parallel: true,
      http: kind === 3 ? '2' : '1.1',
      tls: { rejectUnauthorized: false },
      extensions: random.below(2) === 0 ? [hawser.permessageDeflate({ idleReleaseMs: 2_000 })] : [],
      closeTimeoutMs: 20_000,
    },
  }
}

async function open(field: Field, random: Random, path: string, more: Hawser.ConnectOptions = {}): Promise<Hawser.Socket> {
  const { secure, options } = connectOptions(field, random)
  const url = `${secure ? 'wss' : 'ws'}://127.0.0.1:${field.ports[secure ? 1 : 0]}${path}`
  return (await field.hawser.connect(url, { ...options, ...more } as object)) as unknown as Hawser.Socket
}

const isNoise = (text: unknown): boolean => typeof text === 'string' && text.startsWith('broadcast ')

/** The next message that is no broadcast. */
async function receive(socket: Hawser.Socket): Promise<unknown> {
  for (;;) {
    const received: unknown = await socket.receive().catch(async (error: unknown) => {
      const { code, reason } = await socket.closed
      throw new Error(`the connection ended with ${code} ${reason}`, { cause: error })
    })
    if (!isNoise(received)) return received
  }
}

async function refused(connecting: Promise<Hawser.Socket>, status: number): Promise<void> {
  const result = await connecting.catch((error: unknown) => error)
  assert.equal((result as Hawser.HandshakeError).status, status)
}

/** A raw socket that is open, or undefined where the server has no room. */
function dial(port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

const closed = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => void (socket.closed ? resolve() : socket.once('close', () => resolve())))
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const echoes: Session = async (field, random) => {
  const socket = await open(field, random, random.pick(['/', '/slow']))
  for (let left = random.below(12); left > 0; left--) {
    const sent = message(random)
    socket.send(sent)
    assert.deepEqual(await receive(socket), sent)
  }
  const { code, reason } = await socket.close(1000)
  assert.equal(`${code} ${reason}`, '1000 ')
}

/** Several messages in flight, then all answers. */
const pipelined: Session = async (field, random) => {
  const socket = await open(field, random, '/')
  const sent = Array.from({ length: random.below(40) }, (_, i) => `${i} ${'x'.repeat(random.below(2_000))}`)
  for (const text of sent) socket.send(text)
  for (const text of sent) assert.equal(await receive(socket), text)
  await socket.close(1000)
}

const fragments: Session = async (field, random) => {
  const socket = await open(field, random, '/')
  const parts = Array.from({ length: random.below(30) + 1 }, () => 'part '.repeat(random.below(400)))
  async function* stream(): AsyncGenerator<string> {
    yield* parts
  }
  await socket.sendStream(stream())
  assert.equal(await receive(socket), parts.join(''))
  await socket.close(1000)
}

const refusals: Session = async (field, random) => {
  await refused(open(field, random, '/refuse'), 401)
  await refused(open(field, random, '/fail'), 500)
  await refused(open(field, random, '/', { origin: 'https://elsewhere.example' }), 403)
}

const serverCloses: Session = async (field, random) => {
  assert.equal((await (await open(field, random, '/bye')).closed).code, 4000)
  const socket = await open(field, random, '/throw')
  socket.send('x')
  assert.equal((await socket.closed).code, 1011)
}

const terminated: Session = async (field, random) => {
  const socket = await open(field, random, '/')
  for (let i = random.below(20); i > 0; i--) socket.send(message(random))
  socket.terminate()
  await socket.closed
}

/** Reads slowly, or not at all, and leaves with a reset. */
const slowReader: Session = async ({ ports }, random) => {
  const socket = await dial(ports[0])
  socket.pause()
  socket.write(openingRequest('/flood'))
  await pause(random.below(60))
  if (random.below(2) === 0) {
    for (let i = 0; i < 5; i++) {
      socket.read()
      await pause(5)
    }
  }
  socket.resetAndDestroy()
  await closed(socket)
}

/** Vanishes at a random byte of a handshake and a frame. */
const vanished: Session = async ({ ports }, random) => {
  const socket = await dial(ports[0])
  const bytes = Buffer.concat([Buffer.from(openingRequest('/')), clientFrame(1, Buffer.from('x'.repeat(1_000)), random.next())])
  socket.write(bytes.subarray(0, random.below(bytes.length)))
  await pause(random.below(10))
  if (random.below(3) === 0) socket.end()
  else if (random.below(2) === 0) socket.destroy()
  else socket.resetAndDestroy()
  socket.resume()
  await closed(socket)
}

/** Breaks a rule of the protocol, or sends garbage where HTTP or TLS is expected. */
const hostile: Session = async ({ ports }, random) => {
  const socket = await dial(random.pick(ports))
  const garbage = Buffer.from(Uint8Array.from({ length: 200 }, () => random.next()))
  const wrong = [
    Buffer.concat([Buffer.from(openingRequest('/')), Buffer.from([0x81, 0x01, 0x78])]),
    Buffer.concat([Buffer.from(openingRequest('/')), clientFrame(1, Buffer.from([0xff, 0xff]), 1)]),
    Buffer.concat([Buffer.from(openingRequest('/')), Buffer.from([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4])]),
    Buffer.concat([Buffer.from(openingRequest('/')), garbage]),
    garbage,
    Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'),
    Buffer.from('GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nHost: localhost\r\n\r\n'),
  ]
  socket.write(random.pick(wrong))
  socket.resume()
  socket.once('end', () => socket.end())
  // Garbage may be a frame that is not complete: then the server waits for the rest.
  await Promise.race([closed(socket), pause(200)])
  socket.destroy()
  await closed(socket)
}

const page: Session = async ({ ports }) => {
  const response = await fetch(`http://127.0.0.1:${ports[0]}/`, { headers: { Connection: 'close' } })
  assert.equal(await response.text(), 'page')
}

/** Each with its share. */
export const sessions: readonly (readonly [name: string, share: number, session: Session])[] = [
  ['echo', 30, echoes],
  ['pipelined', 15, pipelined],
  ['fragments', 10, fragments],
  ['refused', 8, refusals],
  ['closed by the server', 8, serverCloses],
  ['terminated', 8, terminated],
  ['slow reader', 5, slowReader],
  ['vanished', 8, vanished],
  ['hostile', 6, hostile],
  ['page', 2, page],
]

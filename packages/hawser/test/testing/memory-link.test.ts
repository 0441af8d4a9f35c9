/** Every fault, at either end, in every state of a connection: both ends learn of it in bounded time, once, and nothing is left. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandshakeError } from '../../src/core/errors.ts'
import { memoryServer, settle } from '../../src/testing/index.ts'
import type { FaultyTransport, LinkOptions, MemoryLink, MemoryServer } from '../../src/testing/index.ts'

type End = 'client' | 'server'
const ends: readonly End[] = ['client', 'server']

const faults: Readonly<Record<string, (transport: FaultyTransport) => void>> = {
  'a half-close': (transport) => transport.halfClose(),
  'failing writes': (transport) => transport.failWrites(),
  'a reset': (transport) => transport.reset(),
  'a cut cable': (transport) => transport.cut(),
}

/** More than every time limit of both ends together. */
const foreverMs = 600_000

interface Outcome {
  opened: number
  closed: number
}

interface Scene {
  readonly server: MemoryServer
  readonly outcome: Outcome
  /** Lets the hook answer. */
  answer(): void
}

function createScene(capacity = 65_536): Scene {
  const outcome: Outcome = { opened: 0, closed: 0 }
  let answer = (): void => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const server = memoryServer(
    {
      upgrade: async ({ path }) => {
        if (path === '/slow') await answered
        return {}
      },
      open: () => void outcome.opened++,
      message: (socket, message) => void socket.send(message),
      close: () => void outcome.closed++,
    },
    { capacity },
  )
  return { server, outcome, answer }
}

/** Waits for the ends of both sides, and checks that nothing is left. */
async function conclude({ server, outcome }: Scene, closed: readonly Promise<unknown>[], what: string): Promise<void> {
  let ended = 0
  for (const promise of closed) void promise.then(() => ended++)
  await server.clock.advance(foreverMs)
  assert.equal(ended, closed.length, `${what}: the client's end is known`)
  assert.equal(outcome.closed, outcome.opened, `${what}: close is called once for each open`)
  assert.equal(server.connections.size, 0, `${what}: no connection is left`)
  assert.equal(server.clock.pending, 0, `${what}: no timer is left`)
  assert.deepEqual(server.errors, [], `${what}: no error of the application`)
}

/** The client's attempt as a promise that always resolves, after the end of its connection if there is one. */
function attempt(link: MemoryLink, path: string): Promise<unknown> {
  return link.connect(path).then(
    (socket) => {
      socket.send('hello')
      return socket.closed
    },
    (error: unknown) => assert.ok(error instanceof HandshakeError, String(error)),
  )
}

for (const [fault, cause] of Object.entries(faults)) {
  for (const end of ends) {
    test(`${fault} of the ${end} before the opening handshake ends both sides`, async () => {
      const scene = createScene()
      const link = scene.server.link()
      cause(link[end])
      const ended = attempt(link, '/')
      await conclude(scene, [ended], fault)
    })

    test(`${fault} of the ${end} while the hook decides ends both sides`, async () => {
      const scene = createScene()
      const link = scene.server.link()
      const ended = attempt(link, '/slow')
      await settle()
      cause(link[end])
      await settle()
      scene.answer()
      await conclude(scene, [ended], fault)
    })

    test(`${fault} of the ${end} on an open connection ends both sides`, async () => {
      const scene = createScene()
      const link = scene.server.link()
      const socket = await link.connect('/')
      socket.send('before')
      assert.equal(await socket.receive(), 'before')
      cause(link[end])
      socket.send('after')
      for (const other of scene.server.connections) other.send('after')
      await conclude(scene, [socket.closed], fault)
    })

    test(`${fault} of the ${end} inside a fragmented message ends both sides, and the message is not delivered`, async () => {
      const scene = createScene()
      const link = scene.server.link()
      const delivered: unknown[] = []
      const socket = await link.connect('/', { message: (_, message) => void delivered.push(message) })
      const [other] = scene.server.connections
      const never = new Promise<never>(() => undefined)
      async function* parts(): AsyncGenerator<string> {
        yield 'first fragment'
        await never
      }
      for (const one of [socket, other]) one?.sendStream(parts() as never).catch(() => undefined)
      await settle()
      cause(link[end])
      for (const one of [socket, other]) one?.ping().catch(() => undefined)
      await conclude(scene, [socket.closed], fault)
      assert.deepEqual(delivered, [])
    })

    for (const closer of ends) {
      test(`${fault} of the ${end} during the closing handshake of the ${closer} ends both sides`, async () => {
        const scene = createScene()
        const link = scene.server.link()
        const socket = await link.connect('/')
        const [other] = scene.server.connections
        // The Close frame has left, and the answer cannot come yet.
        link[closer === 'client' ? 'server' : 'client'].stall()
        void (closer === 'client' ? socket : other)?.close(1000)
        await settle()
        cause(link[end])
        link.client.proceed()
        link.server.proceed()
        await conclude(scene, [socket.closed], fault)
      })
    }

    test(`${fault} of the ${end} under backpressure ends both sides`, async () => {
      const scene = createScene(1_000)
      const link = scene.server.link()
      const socket = await link.connect('/', { message: () => undefined })
      link[end === 'client' ? 'server' : 'client'].stall()
      const [other] = scene.server.connections
      for (const one of [socket, other]) for (let i = 0; i < 20; i++) one?.send('x'.repeat(10_000))
      await settle()
      assert.ok(link[end].bufferedBytes > 0)
      cause(link[end])
      link.client.proceed()
      link.server.proceed()
      await conclude(scene, [socket.closed], fault)
    })
  }
}

/** Of the request and of the response. */
async function handshakeBytes(): Promise<{ client: number; server: number }> {
  const link = createScene().server.link()
  await link.connect('/')
  return { client: link.client.sentBytes, server: link.server.sentBytes }
}

test('a fault at every byte of the opening handshake and of the first frames ends both sides', async () => {
  const bytes = await handshakeBytes()
  for (const sender of ends) {
    const receiver = sender === 'client' ? 'server' : 'client'
    for (let at = 0; at < bytes[sender] + 40; at += at < bytes[sender] - 4 ? 13 : 1) {
      const each: readonly LinkOptions[] = [
        { [sender]: { endAfter: at } },
        { [sender]: { failWritesAfter: at } },
        { [receiver]: { dropAfter: at } },
        { [receiver]: { resetAfter: at } },
      ]
      for (const options of each) {
        const scene = createScene()
        const link = scene.server.link(options)
        const ended = link.connect('/').then(
          async (socket) => {
            for (let i = 0; i < 8; i++) socket.send('0123456789')
            await settle()
            return socket.close()
          },
          (error: unknown) => assert.ok(error instanceof HandshakeError, String(error)),
        )
        await conclude(scene, [ended], JSON.stringify(options))
      }
    }
  }
})

test('a stall loses nothing and ends nothing, if it is shorter than keepalive', async () => {
  const scene = createScene(1_000)
  const link = scene.server.link()
  const socket = await link.connect('/')
  link.server.stall()
  for (let i = 0; i < 100; i++) socket.send(`${i} ${'x'.repeat(100)}`)
  await scene.server.clock.advance(5_000)
  assert.equal(socket.readyState, 'OPEN')
  link.server.proceed()
  for (let i = 0; i < 100; i++) assert.equal(await socket.receive(), `${i} ${'x'.repeat(100)}`)
  await socket.close()
  assert.deepEqual(scene.outcome, { opened: 1, closed: 1 })
})

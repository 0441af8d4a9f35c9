/** `limits.memory` on real transports: what its connections hold is counted, new ones are refused first, and nothing stays counted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, HandshakeError, permessageDeflate } from '../../src/index.ts'
import type { ConnectOptions, Server } from '../../src/index.ts'
import { authority, localhost } from '../certificates/index.ts'
import { serveFor } from '../peers/test-server.ts'

const transports = {
  TCP: { server: {}, client: {} },
  TLS: { server: { tls: localhost }, client: { tls: { ca: authority } } },
  'HTTP/2': { server: { tls: localhost, http2: true }, client: { tls: { ca: authority }, http: '2' } },
} as const

const megabyte = 1 << 20

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; !condition(); await new Promise((resolve) => setImmediate(resolve)))
    if (Date.now() > end) throw new Error(`timeout: ${what}`)
}

async function refusal(url: string, options: ConnectOptions): Promise<HandshakeError> {
  const error = await connect(url, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof HandshakeError)
  return error
}

const held = (server: Server): number => server.heldBytes as number

for (const [name, { server: transport, client }] of Object.entries(transports)) {
  for (const compressed of [false, true]) {
    const extensions = compressed ? { extensions: [permessageDeflate()] } : {}
    const title = `over ${name}${compressed ? ' with compression' : ''}`

    test(`${title}, incomplete messages beyond limits.memory refuse new connections with 503 and Retry-After, and no old one`, async (t) => {
      const received: number[] = []
      const server = await serveFor(t, {
        limits: { memory: 3 * megabyte },
        message: (_socket, message) => void received.push(message.length),
        ...extensions,
        ...transport,
      })
      const url = server.url.replace('127.0.0.1', 'localhost')
      const clients = await Promise.all([1, 2, 3, 4].map(() => connect(url, { ...extensions, ...client })))
      assert.equal(server.heldBytes, 0)
      let release: (() => void) | undefined
      const released = new Promise<void>((resolve) => void (release = resolve))
      const random = Buffer.alloc(900_000)
      for (let i = 0; i < random.length; i++) random[i] = (i * i * 7919) >>> 5
      const streams = clients.map((one) =>
        one.sendStream(
          (async function* () {
            yield random
            await released
            yield Buffer.from('end')
          })(),
        ),
      )
      await until(() => held(server) > 3 * megabyte, 'the incomplete messages')
      assert.ok(held(server) < 2 * 4 * megabyte)
      const error = await refusal(url, { ...extensions, ...client })
      const [, retryAfter] = error.response?.fields.find(([field]) => field.toLowerCase() === 'retry-after') ?? []
      assert.deepEqual([error.status, retryAfter], [503, '5'])
      release?.()
      await Promise.all(streams)
      await until(() => received.length === 4, 'the messages')
      assert.deepEqual(received, [900_003, 900_003, 900_003, 900_003])
      await until(() => server.heldBytes === 0, 'no bytes')
      const late = await connect(url, { ...extensions, ...client })
      for (const one of [...clients, late]) assert.equal((await one.close()).wasClean, true)
    })

    test(`${title}, output and messages that wait for peers that do not read count, and the one that holds the most ends first`, async (t) => {
      const server = await serveFor(t, {
        open() {},
        keepalive: false,
        slowConsumer: 'wait',
        limits: { memory: 6 * megabyte },
        ...extensions,
        ...transport,
      })
      const url = server.url.replace('127.0.0.1', 'localhost')
      const clients = await Promise.all([1, 2, 3].map(() => connect(url, { keepalive: false, ...extensions, ...client })))
      const [first, second, third] = [...server.connections]
      assert.ok(first !== undefined && second !== undefined && third !== undefined)
      second.setSlowConsumer('drop-oldest')
      const noise = Buffer.alloc(50_000)
      const fill = async (socket: typeof first, bytes: number): Promise<void> => {
        for (let i = 0; socket.readyState === 'OPEN' && socket.bufferedAmount < bytes; i++) {
          for (let j = 0; j < noise.length; j++) noise[j] = ((i + j) * (j + 7) * 7919) >>> 5
          socket.send(noise)
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      await fill(first, 1_500_000)
      await fill(second, 1_500_000)
      // What a compressor still works on counts at the end of the event in which its bytes come back.
      const buffered = (): number => first.bufferedAmount + second.bufferedAmount
      await until(() => held(server) >= buffered(), 'what is buffered to be counted')
      assert.ok(held(server) < 2 * buffered())
      await fill(third, 60_000_000)
      const info = await third.closed
      assert.deepEqual([info.error?.closeCode, info.error?.fault], [1013, 'peer'])
      assert.match(info.error?.message ?? '', /limits\.memory/)
      assert.deepEqual([first.readyState, second.readyState], ['OPEN', 'OPEN'])
      await until(() => held(server) < 6 * megabyte, 'what is left')
      for (const one of clients) one.terminate()
      await until(() => server.connections.size === 0, 'the end')
      assert.equal(server.heldBytes, 0)
    })
  }
}

test('messages that wait for a handler or an iterator count, and those taken do not', async (t) => {
  let work: (() => void) | undefined
  const server = await serveFor(t, { limits: { memory: megabyte }, message: () => new Promise<void>((resolve) => void (work = resolve)) })
  const client = await connect(server.url)
  for (let i = 0; i < 10; i++) client.send('x'.repeat(5000))
  await until(() => held(server) > 9 * 5000, 'the messages behind the first')
  while (server.heldBytes !== 0 || work !== undefined) {
    work?.()
    work = undefined
    await new Promise((resolve) => setImmediate(resolve))
  }
  await client.close()
})

test('without limits.memory nothing is counted', async (t) => {
  const server = await serveFor(t, { message() {} })
  assert.equal(server.heldBytes, undefined)
})

/**
 * Every option of `connect` that is a function, and every handler, with everything a function can do wrong: the attempt ends by its signal, with an
 * error of hawser's, or with a connection; nothing escapes as an uncaught error or an unhandled rejection; and the next attempt to the same
 * address succeeds.
 */
import assert from 'node:assert/strict'
import * as net from 'node:net'
import { test } from 'node:test'
import type { Extension } from '../../src/core/protocol/extension.ts'
import { connect, HandshakeError, OptionError } from '../../src/index.ts'
import type { NodeConnectOptions } from '../../src/runtime/node/connect-options.ts'
import { localhost } from '../certificates/index.ts'
import { frame, rawServer, switchingProtocols } from '../runtime/node/raw-server.ts'
import type { RawServer } from '../runtime/node/raw-server.ts'

const expected = new Error('expected')

const misbehaviours: Record<string, () => unknown> = {
  throws() {
    throw expected
  },
  'throws undefined'() {
    throw undefined
  },
  'throws an object that cannot be shown'() {
    throw Object.defineProperty({}, 'message', {
      get() {
        throw expected
      },
    })
  },
  rejects: () => Promise.reject(expected),
  'returns a thenable that rejects': () => ({ then: (_resolve: unknown, reject: (error: unknown) => void) => reject(expected) }),
  'returns a thenable whose then throws': () => ({
    then() {
      throw expected
    },
  }),
  'returns an object whose then getter throws': () =>
    Object.defineProperty({}, 'then', {
      get() {
        throw expected
      },
    }),
  'never settles': () => new Promise(() => {}),
}

type Options = NodeConnectOptions<any, any>

const extension: Extension = { name: 'x-test', offers: () => [[]], confirm: () => undefined, accept: () => assert.fail() } as unknown as Extension

const failingCodec = {
  decode: (): string => {
    throw expected
  },
  encode: (message: string) => message,
}

/** Options in which `act` stands in each place in turn; `server` is a raw server that accepts, sends one text, and closes when the client does. */
const callbacks: Record<string, (act: () => any, server: RawServer) => Options> = {
  lookup: (act) => ({ lookup: act }),
  createConnection: (act) => ({ createConnection: act }),
  'addRequest of an agent': (act) => ({ agent: { addRequest: act } }),
  'an abort listener of createConnection': (act, { port }) => ({
    createConnection: ({ signal }) => {
      signal.addEventListener('abort', act)
      return net.connect(port, '127.0.0.1')
    },
    response: () => new Promise(() => {}),
  }),
  proxy: (act) => ({ proxy: act }),
  response: (act) => ({ response: act }),
  'an error handler': (act) => ({
    error: act,
    message: () => {
      throw expected
    },
  }),
  'an open handler': (act) => ({ open: act }),
  'an open handler beside message': (act) => ({ open: act, message: () => {} }),
  'a message handler': (act) => ({ message: act }),
  'a close handler': (act) => ({ close: act }),
  'an invalid handler': (act) => ({ subprotocols: { 'x-chat': failingCodec }, message: () => {}, invalid: act }),
  'a codec’s decode': (act) => ({ subprotocols: { 'x-chat': { ...failingCodec, decode: act } }, message: () => {} }),
  'a codec’s encode': (act) => ({
    subprotocols: { 'x-chat': { ...failingCodec, encode: act } },
    open: (socket) => void socket.send('x'),
  }),
  'an extension’s offers': (act) => ({ extensions: [{ ...extension, offers: act }] }),
  'an extension’s confirm': (act) => ({ extensions: [{ ...extension, confirm: act }] }),
}

const uncaught: unknown[] = []
process.on('uncaughtExceptionMonitor', (error) => uncaught.push(error))

async function serveOne(): Promise<RawServer> {
  return rawServer(async ({ head, socket }) => {
    const request = await head()
    const fields = {
      ...(request.includes('x-test') ? { 'Sec-WebSocket-Extensions': 'x-test' } : {}),
      ...(request.includes('x-chat') ? { 'Sec-WebSocket-Protocol': 'x-chat' } : {}),
    }
    socket.write(Buffer.concat([Buffer.from(switchingProtocols(request, fields)), frame(1, 'hello')]))
  })
}

for (const [callback, make] of Object.entries(callbacks)) {
  for (const [how, misbehave] of Object.entries(misbehaviours)) {
    test(`${callback} that ${how} ends nothing but its own attempt`, async () => {
      const server = await serveOne()
      const controller = new AbortController()
      let calls = 0
      try {
        const act = (): unknown => {
          calls++
          // Late enough for whatever the callback returned to be awaited.
          setImmediate(() => setImmediate(() => controller.abort()))
          return misbehave()
        }
        // A name, so that `lookup` is asked; the address is that of the server.
        const host = callback === 'lookup' ? 'h.example' : '127.0.0.1'
        const options = { error: () => {}, ...make(act, server), signal: controller.signal }
        if (callback.startsWith('an abort listener')) setImmediate(() => controller.abort())
        try {
          const socket = await connect(`ws://${host}:${server.port}/`, options)
          await settled(socket)
        } catch (error) {
          assert.ok(error instanceof HandshakeError || error instanceof OptionError, `${String((error as Error)?.stack)}`)
        }
        ;(await connect(server.url)).terminate()
        await new Promise((resolve) => setImmediate(resolve))
      } finally {
        await server.close()
      }
      assert.ok(calls > 0, 'the callback was called')
      assert.deepEqual(uncaught, [])
    })
  }
}

/** After an error of the application the connection has failed; without one it is ended here. */
async function settled(socket: { close(): Promise<unknown>; terminate(): void }): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  socket.terminate()
}

for (const [name, misbehave] of Object.entries(misbehaviours)) {
  test(`tls.checkServerIdentity that ${name} fails the TLS handshake and nothing more`, async () => {
    const server = await rawServer(() => {}, { tls: localhost })
    try {
      const options = { tls: { rejectUnauthorized: true, ca: localhost.cert as string, checkServerIdentity: misbehave as () => Error | undefined } }
      await assert.rejects(connect(server.url, options), { name: 'HandshakeError', stage: 'tls' })
    } finally {
      await server.close()
    }
    assert.deepEqual(uncaught, [])
  })
}

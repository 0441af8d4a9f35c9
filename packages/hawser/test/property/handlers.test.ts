/**
 * Whatever the application's own code does wrong, the process lives, other connections do not notice, and the `error` handler is told. An
 * error that escapes is an uncaught exception or an unhandled rejection, which fails the test that runs.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setImmediate as macrotask } from 'node:timers/promises'
import { attach, serve } from '../../src/runtime/node/serve.ts'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { clientFrame, openingRequest, RawClient } from '../peers/raw-client.ts'

const failure = new Error('of the application')

class Unshowable {
  get [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    throw failure
  }
}

/** What a callback can do wrong, and whether it ever answers. */
const ways: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw failure
  },
  'throws a value that cannot be shown': () => {
    throw new Unshowable()
  },
  rejects: () => Promise.reject(failure),
  'returns a thenable that rejects': () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(failure) }),
  'returns a thenable that rejects twice': () => ({
    then: (_: unknown, reject: (error: unknown) => void) => {
      reject(failure)
      reject(failure)
      throw failure
    },
  }),
  'returns a thenable that throws': () => ({
    then: () => {
      throw failure
    },
  }),
  'returns an object whose then throws when it is read': () => ({
    get then() {
      throw failure
    },
  }),
  'never settles': () => new Promise(() => undefined),
}

/** Untyped: what these handlers answer is wrong on purpose. */
type AnyOptions = any

/** Lets what escapes arrive: a rejection is unhandled once the microtasks have run. */
async function settled(): Promise<void> {
  await macrotask()
  await macrotask()
}

interface Setup {
  readonly errors: [unknown, string][]
  /** A connection to `/bad`, whose handshake was answered with 101. */
  open(): Promise<RawClient>
  client(): Promise<RawClient>
  readonly server: Awaited<ReturnType<typeof serve>>
}

/** A server that echoes on `/good` and does `misbehave` on `/bad`, with a witness on `/good` that is asked before and after. */
async function withWitness(
  t: TestContext,
  options: (misbehave: () => unknown) => AnyOptions,
  way: () => unknown,
  drive: (setup: Setup) => Promise<void>,
) {
  const errors: [unknown, string][] = []
  const given = options(way)
  const server = await serve({
    limits: { handshakeMs: 200 },
    error: (error: unknown, where: string) => void errors.push([error, where]),
    message: (socket: any, message: any) => void socket.send(message),
    ...given,
  } as AnyOptions)
  const clients: RawClient[] = []
  const client = async (): Promise<RawClient> => {
    const one = await RawClient.to({ port: server.port })
    clients.push(one)
    return one
  }
  const opened = async (path: string): Promise<RawClient> => {
    const one = await client()
    one.write(
      openingRequest(path, {
        'Sec-WebSocket-Protocol': path === '/bad' ? 'bad' : undefined,
        'Sec-WebSocket-Extensions': path === '/bad' ? 'x-bad' : undefined,
      }),
    )
    assert.equal((await one.response()).status, 101)
    return one
  }
  t.after(async () => {
    for (const one of clients) one.destroy()
    await server.close()
  })
  const witness = await opened('/good')
  const echo = async (text: string): Promise<void> => {
    witness.write(clientFrame(1, text))
    assert.equal((await witness.frame()).payload.toString(), text)
  }
  await echo('before')
  await drive({ errors, open: () => opened('/bad'), client, server: server as never })
  await settled()
  await echo('after')
}

/** Misbehaves on `/bad` alone. */
const onBad = (misbehave: () => unknown) => (socket: any) => (socket.subprotocol === 'bad' ? misbehave() : undefined)

interface Case {
  readonly options: (misbehave: () => unknown) => AnyOptions
  /** Leads to the callback. */
  readonly drive: (setup: Setup) => Promise<void>
  /** What `error` is told; undefined where the caller is told instead. */
  readonly where: string | undefined
  /** Ways that mean nothing here. */
  readonly except?: readonly string[]
}

const asynchronous = Object.keys(ways).filter((way) => !way.startsWith('throws'))

async function refusedWith(setup: Setup, status: number): Promise<void> {
  const client = await setup.client()
  client.write(openingRequest('/bad'))
  assert.equal((await client.response()).status, status)
}

const cases: Readonly<Record<string, Case>> = {
  open: {
    options: (misbehave) => ({ subprotocols: ['bad'], open: onBad(misbehave) }),
    drive: async (setup) => {
      const client = await setup.open()
      client.write(clientFrame(8))
      await client.closeFrame()
    },
    where: 'open',
    except: ['never settles'],
  },
  message: {
    options: (misbehave) => ({
      subprotocols: ['bad'],
      message: (socket: any, message: any) => (socket.subprotocol === 'bad' ? misbehave() : void socket.send(message)),
    }),
    drive: async (setup) => {
      const client = await setup.open()
      client.write(clientFrame(1, 'x'))
      assert.equal((await client.closeFrame()).code, 1011)
    },
    where: 'message',
    except: ['never settles'],
  },
  invalid: {
    options: (misbehave) => ({ subprotocols: { bad: { decode: () => ways['throws']?.(), encode: String } }, invalid: misbehave }),
    drive: async (setup) => {
      const client = await setup.open()
      client.write(clientFrame(1, 'x'), clientFrame(8))
      await client.closeFrame()
    },
    where: 'invalid',
  },
  drained: {
    options: (misbehave) => ({
      subprotocols: ['bad'],
      limits: { highWaterMark: 0 },
      open: (socket: any) => void (socket.subprotocol === 'bad' && socket.send(new Uint8Array(4 << 20))),
      drained: onBad(misbehave),
    }),
    drive: async (setup) => {
      const client = await setup.open()
      assert.equal((await client.frame()).payload.byteLength, 4 << 20)
      client.write(clientFrame(8))
      await client.closeFrame()
    },
    where: 'drained',
  },
  close: {
    options: (misbehave) => ({ subprotocols: ['bad'], close: onBad(misbehave) }),
    drive: async (setup) => {
      const client = await setup.open()
      client.write(clientFrame(8))
      await client.closeFrame()
      client.socket.end()
      await client.gone()
    },
    where: 'close',
  },
  'the decode of a codec': {
    options: (misbehave) => ({ subprotocols: { bad: { decode: misbehave, encode: String } } }),
    drive: async (setup) => {
      const client = await setup.open()
      client.write(clientFrame(1, 'x'))
      await settled()
    },
    where: 'invalid',
  },
  'the encode of a codec': {
    options: (misbehave) => ({
      subprotocols: { bad: { decode: String, encode: misbehave } },
    }),
    drive: async (setup) => {
      const client = await setup.open()
      client.write(clientFrame(1, 'x'))
      assert.equal((await client.closeFrame()).code, 1011)
    },
    where: 'message',
  },
  upgrade: {
    options: (misbehave) => ({ upgrade: (request: any) => (request.path === '/bad' ? misbehave() : {}) }),
    drive: (setup) => refusedWith(setup, 500),
    where: 'upgrade',
    except: ['never settles'],
  },
  'the status of a Response': {
    options: (misbehave) => ({
      upgrade: (request: any) =>
        request.path === '/bad'
          ? {
              get status() {
                return misbehave()
              },
            }
          : {},
    }),
    drive: (setup) => refusedWith(setup, 500),
    where: 'upgrade',
    // What a getter makes and nobody asked for is not the library's.
    except: ['rejects'],
  },
  'the content of a Response': {
    options: (misbehave) => ({
      upgrade: (request: any) => (request.path === '/bad' ? { status: 401, statusText: '', headers: new Headers(), arrayBuffer: misbehave } : {}),
    }),
    drive: (setup) => refusedWith(setup, 500),
    where: 'upgrade',
    except: ['never settles'],
  },
  'the stream of a Response': {
    options: (misbehave) => ({
      upgrade: (request: any) =>
        request.path === '/bad'
          ? new Response(new ReadableStream({ pull: async () => void (await misbehave()), cancel: () => misbehave() as never }), { status: 401 })
          : {},
    }),
    drive: (setup) => refusedWith(setup, 500),
    where: 'upgrade',
    except: ['never settles'],
  },
  'a context that is read': {
    options: (misbehave) => ({
      upgrade: (request: any) =>
        request.path === '/bad'
          ? {
              get cookies() {
                return misbehave()
              },
            }
          : {},
    }),
    drive: (setup) => refusedWith(setup, 500),
    where: 'upgrade',
    // What a getter makes and nobody asked for is not the library's.
    except: ['rejects'],
  },
  'headers that are iterated': {
    options: (misbehave) => ({
      upgrade: (request: any) => (request.path === '/bad' ? { headers: { [Symbol.iterator]: () => ({ next: misbehave }) } } : {}),
    }),
    drive: (setup) => refusedWith(setup, 500),
    where: 'upgrade',
    // An iterator result without `done` goes on for ever, which is the iterator's own fault.
    except: asynchronous,
  },
  'the accept of an extension': {
    options: (misbehave) => ({
      extensions: [{ name: 'x-bad', rsv: 0, offers: () => [], accept: misbehave, confirm: misbehave }],
    }),
    drive: async (setup) => {
      const client = await setup.client()
      client.write(openingRequest('/bad', { 'Sec-WebSocket-Extensions': 'x-bad' }))
      assert.equal((await client.response()).status, 500)
    },
    where: 'upgrade',
  },
  'the compress option of an extension': {
    options: (misbehave) => ({
      extensions: [permessageDeflate({ compress: misbehave as () => boolean, threshold: 0 })],
    }),
    drive: async (setup) => {
      const client = await setup.client()
      client.write(openingRequest('/bad', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }))
      assert.equal((await client.response()).status, 101)
      client.write(clientFrame(1, 'x'))
      assert.equal((await client.closeFrame()).code, 1011)
    },
    // Told by `closed` and the `close` handler: an extension that fails is part of the connection.
    where: undefined,
  },
  refused: {
    options: (misbehave) => ({ paths: ['/good'], refused: misbehave }),
    drive: (setup) => refusedWith(setup, 404),
    where: 'refused',
  },
  'the function origins': {
    options: (misbehave) => ({ origins: misbehave }),
    drive: async (setup) => {
      const client = await setup.client()
      client.write(openingRequest('/bad', { Origin: 'https://app.example' }))
      assert.equal((await client.response()).status, 500)
    },
    where: 'origins',
  },
  'observe.handshake': {
    options: (misbehave) => ({ observe: { handshake: misbehave } }),
    drive: async (setup) => {
      const client = await setup.client()
      client.write(openingRequest('/bad'))
      assert.equal((await client.response()).status, 101)
    },
    where: 'observe',
  },
  'observe.isActive': {
    options: (misbehave) => ({ observe: { isActive: misbehave } }),
    drive: async (setup) => {
      const client = await setup.client()
      client.write(openingRequest('/bad'))
      assert.equal((await client.response()).status, 101)
    },
    where: 'observe',
  },
  'observe.connection': {
    options: (misbehave) => ({ observe: { connection: misbehave } }),
    drive: async (setup) => {
      const client = await setup.client()
      client.write(openingRequest('/bad'))
      assert.equal((await client.response()).status, 101)
    },
    where: 'observe',
  },
  'frame and end of what observe.connection returns': {
    options: (misbehave) => ({ observe: { connection: () => ({ frame: misbehave, end: misbehave }) } }),
    drive: async (setup) => {
      const client = await setup.client()
      client.write(openingRequest('/bad'))
      assert.equal((await client.response()).status, 101)
      client.write(clientFrame(8))
      await client.closeFrame()
    },
    where: 'observe',
  },
  request: {
    options: (misbehave) => ({ request: misbehave }),
    drive: async (setup) => {
      const client = await setup.client()
      client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
      assert.equal((await client.response()).status, 500)
    },
    where: 'request',
    except: ['never settles'],
  },
  'request after its head was sent': {
    options: (misbehave) => ({
      request: (_: unknown, response: http.ServerResponse) => {
        response.writeHead(200)
        response.write('partial')
        return misbehave()
      },
    }),
    drive: async (setup) => {
      const client = await setup.client()
      client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await client.end()
    },
    where: 'request',
    except: ['never settles'],
  },
  'the filter of a broadcast': {
    options: () => ({}),
    drive: async ({ server }) => {
      for (const [name, way] of Object.entries(ways)) assert.throws(() => server.broadcast('x', { filter: way as () => boolean }), Object, name)
    },
    where: undefined,
    except: asynchronous,
  },
}

for (const [name, { options, drive, where, except = [] }] of Object.entries(cases)) {
  for (const [how, way] of Object.entries(ways)) {
    if (except.includes(how)) continue
    test(`${name} ${how}: the error is reported and ends at most its own connection`, async (t) => {
      await withWitness(t, options, way, async (setup) => {
        await drive(setup)
        await settled()
        if (where !== undefined && how !== 'never settles')
          assert.ok(
            setup.errors.some(([, at]) => at === where),
            `reported at ${where}`,
          )
        if (where !== undefined)
          assert.deepEqual(
            [...new Set(setup.errors.map(([, at]) => at))].filter((at) => at !== where && at !== 'invalid'),
            [],
          )
      })
    })
  }
}

for (const [how, way] of Object.entries(ways)) {
  test(`error ${how}: both errors are written to stderr`, async (t) => {
    const written = t.mock.method(console, 'error', () => undefined)
    const options = (misbehave: () => unknown): AnyOptions => ({
      upgrade: (request: any) => (request.path === '/bad' ? ways['throws']?.() : {}),
      error: misbehave,
    })
    await withWitness(t, options, way, async (setup) => {
      await refusedWith(setup, 500)
      await settled()
      assert.equal(written.mock.callCount(), how === 'never settles' ? 0 : 2)
    })
  })

  test(`a listener of the hook's signal ${how}: the error is reported`, async (t) => {
    let listening!: () => void
    const called = new Promise<void>((resolve) => (listening = resolve))
    const options = (misbehave: () => unknown): AnyOptions => ({
      limits: { handshakeMs: 5_000 },
      upgrade: (request: any, { signal }: { signal: AbortSignal }) => {
        if (request.path !== '/bad') return {}
        signal.addEventListener('abort', misbehave, { once: true })
        signal.addEventListener('abort', { handleEvent: misbehave })
        signal.onabort = misbehave as () => void
        listening()
        return new Promise(() => undefined)
      },
    })
    await withWitness(t, options, way, async (setup) => {
      const client = await setup.client()
      client.write(openingRequest('/bad'))
      await called
      client.destroy()
      for (let turns = 0; turns < 100_000 && setup.errors.length < 3 && how !== 'never settles'; turns++) await macrotask()
      assert.deepEqual(
        setup.errors.map(([, where]) => where),
        how === 'never settles' ? [] : ['upgrade', 'upgrade', 'upgrade'],
      )
    })
  })
}

for (const [name, hook] of Object.entries({
  'a hook': () => new Promise(() => undefined),
  'the content of a Response': () => ({ status: 401, statusText: '', headers: new Headers(), arrayBuffer: () => new Promise(() => undefined) }),
  'the stream of a Response': () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }), { status: 401 }),
  'the headers of a Response after a promise': async () => ({
    status: 401,
    statusText: '',
    headers: new Headers(),
    arrayBuffer: () => new Promise(() => undefined),
  }),
})) {
  test(`${name} that never settles is answered 503 after limits.handshakeMs`, async (t) => {
    const options = (): AnyOptions => ({ upgrade: (request: any) => (request.path === '/bad' ? hook() : {}) as never })
    await withWitness(
      t,
      options,
      () => undefined,
      (setup) => refusedWith(setup, 503),
    )
  })
}

for (const size of [0, 1, 65_536]) {
  test(`the stream of a Response that never ends, ${size} bytes a chunk, is cancelled and answered 500`, async (t) => {
    let cancelled = false
    const endless = (): Response =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(size)),
          cancel: () => void (cancelled = true),
        }),
        { status: 401 },
      )
    const options = (): AnyOptions => ({
      limits: { handshakeMs: 60_000 },
      upgrade: (request: any) => (request.path === '/bad' ? endless() : {}) as never,
    })
    await withWitness(
      t,
      options,
      () => undefined,
      async (setup) => {
        await refusedWith(setup, 500)
        assert.equal(cancelled, true)
      },
    )
  })
}

test('the errors of an attached server are reported and the HTTP server answers on', async (t) => {
  const errors: string[] = []
  const server = http.createServer((_request, response) => response.end('ok'))
  const attached = attach(server, {
    paths: ['/bad'],
    upgrade: ways['returns a thenable that throws'] as never,
    error: (_error, where) => errors.push(where),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    await attached.close()
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as { port: number }
  const client = await RawClient.to({ port })
  client.write(openingRequest('/bad'))
  assert.equal((await client.response()).status, 500)
  client.destroy()
  assert.deepEqual(errors, ['upgrade'])
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'ok')
})

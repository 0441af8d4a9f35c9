/** Every public call that takes options refuses one that it does not know, and one of a wrong type, and names it. */
import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { attach, connect, createServer, json, OptionError, permessageDeflate, serve, WebSocket } from '../../src/index.ts'
import type { BroadcastOptions, DrainOptions, SendOptions, ServeOptions, Socket } from '../../src/index.ts'
import { bearerName, readBearer } from '../../src/core/subprotocols/index.ts'
import { createPermessageDeflate } from '../../src/core/extensions/index.ts'
import { createDeflateCodec } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { FaultyTransport, memoryServer, pair, transportPair } from '../../src/testing/index.ts'

/** Options as JavaScript gives them, without types. */
type Given = any

interface Call {
  readonly name: string
  readonly run: (options: Given) => unknown
  /** Options that are wrong, and the name in the error. */
  readonly wrong: readonly (readonly [options: unknown, option: string])[]
}

const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const

const serverOptions: Call['wrong'] = [
  [{ mesage() {} }, 'mesage'],
  [{ message: 'a' }, 'message'],
  [{ limits: { mesage: 1 } }, 'limits.mesage'],
  [{ limits: { message: '1' } }, 'limits.message'],
  [{ limits: 5 }, 'limits'],
  [{ keepalive: { interval: 5 } }, 'keepalive.interval'],
  [{ keepalive: true }, 'keepalive'],
  [{ keepalive: { always: 1 } }, 'keepalive.always'],
  [{ observe: { handshakes() {} } }, 'observe.handshakes'],
  [{ observe: () => undefined }, 'observe'],
  [{ noSubprotocol: 'maybe' }, 'noSubprotocol'],
  [{ origins: 'https://app.example' }, 'origins'],
  [{ hosts: 5 }, 'hosts'],
  [{ paths: '/chat' }, 'paths'],
  [{ trustProxy: true }, 'trustProxy'],
  [{ extensions: [{}] }, 'extensions[0]'],
  [{ subprotocols: 'chat' }, 'subprotocols'],
  [{ closeTimeoutMs: '1s' }, 'closeTimeoutMs'],
  [{ invalidMessage: 'close' }, 'invalidMessage'],
  [{ slowConsumer: 'drop' }, 'slowConsumer'],
  [{ limits: { highWaterMark: 10, lowWaterMark: 11 } }, 'limits.lowWaterMark'],
  [{ text: 'buffer' }, 'text'],
]
const deflateOptions: Call['wrong'] = [
  [{ treshold: 5 }, 'treshold'],
  [{ threshold: '5' }, 'threshold'],
  [{ serverMaxWindowBits: 16 }, 'serverMaxWindowBits'],
  [{ alternatives: [{ windowBits: 9 }] }, 'alternatives[0].windowBits'],
  [true, 'options'],
]
const calls: readonly Call[] = [
  {
    name: 'serve',
    run: (options) => serve(options as ServeOptions),
    wrong: [
      ...serverOptions,
      [{ prot: 80 }, 'prot'],
      [{ port: '80' }, 'port'],
      [{ host: 5 }, 'host'],
      [{ tls: 'cert' }, 'tls'],
      [{ http2: { idle: 5 } }, 'http2.idle'],
      [{ http2: 2 }, 'http2'],
      [{ request: {} }, 'request'],
      [null, 'options'],
      [undefined, 'options'],
      [8080, 'options'],
    ],
  },
  { name: 'createServer', run: (options) => createServer(options), wrong: [...serverOptions, [{ port: 80 }, 'port'], [null, 'options']] },
  { name: 'attach', run: (options) => attach(createHttpServer(), options), wrong: [...serverOptions, [null, 'options']] },
  {
    name: 'server.attach',
    run: (options) => createServer().attach(createHttpServer(), options),
    wrong: [
      [{ path: '/chat' }, 'path'],
      [{ paths: '/chat' }, 'paths'],
      [{ paths: [5] }, 'paths'],
      ['/chat', 'options'],
      [null, 'options'],
    ],
  },
  {
    name: 'connect',
    run: (options) => connect('ws://127.0.0.1:1/', options),
    wrong: [
      [{ subprotocol: ['chat'] }, 'subprotocol'],
      [{ subprotocols: 'chat' }, 'subprotocols'],
      [{ headers: 'a: b' }, 'headers'],
      [{ signal: {} }, 'signal'],
      [{ limits: { handshake: 5 } }, 'limits.handshake'],
      [{ limits: { handshakeMs: '5' } }, 'limits.handshakeMs'],
      [{ keepalive: { interval: 5 } }, 'keepalive.interval'],
      [{ proxy: 5 }, 'proxy'],
      [{ redirects: true }, 'redirects'],
      [{ tls: true }, 'tls'],
      [{ http: 2 }, 'http'],
      [{ origin: 'app' }, 'origin'],
      [{ parallel: 1 }, 'parallel'],
      [null, 'options'],
      ['chat', 'options'],
    ],
  },
  {
    name: 'new WebSocket',
    run: (options) => new WebSocket('ws://127.0.0.1:1/', options),
    wrong: [
      [{ protocol: 'chat' }, 'protocol'],
      [{ message() {} }, 'message'],
      [{ headers: 5 }, 'headers'],
      [{ limits: { mesage: 1 } }, 'limits.mesage'],
      [{ limits: 5 }, 'limits'],
      [{ signal: {} }, 'signal'],
    ],
  },
  {
    name: 'permessageDeflate',
    run: (options) => permessageDeflate(options),
    wrong: [...deflateOptions, [{ levl: 5 }, 'levl'], [{ level: 10 }, 'level'], [{ zlib: 'native' }, 'zlib']],
  },
  { name: 'createPermessageDeflate', run: (options) => createPermessageDeflate(options, createDeflateCodec()), wrong: deflateOptions },
  {
    name: 'json',
    run: (options) => json(schema, options),
    wrong: [
      [{ validateOutgoings: true }, 'validateOutgoings'],
      [{ validateOutgoing: 1 }, 'validateOutgoing'],
      [true, 'options'],
    ],
  },
  ...[(options: Given) => bearerName('a', options), (options: Given) => readBearer([], options)].map(
    (run, index): Call => ({
      name: ['bearerName', 'readBearer'][index] ?? '',
      run,
      wrong: [
        [{ encodin: 'plain' }, 'encodin'],
        [{ encoding: 'base64' }, 'encoding'],
        [{ prefix: 5 }, 'prefix'],
      ],
    }),
  ),
  {
    name: 'pair',
    run: (options) => pair(options),
    wrong: [
      [{ subprotocolss: {} }, 'subprotocolss'],
      [{ client: { mesage() {} } }, 'client.mesage'],
      [{ server: { message: 5 } }, 'server.message'],
      [{ server: { limits: { mesage: 1 } } }, 'limits.mesage'],
      [{ server: { faults: { spilt: 1 } } }, 'server.faults.spilt'],
      [{ capacity: '1' }, 'capacity'],
    ],
  },
  {
    name: 'memoryServer',
    run: (options) => memoryServer(options),
    wrong: [
      [{ port: 0 }, 'port'],
      [{ upgrades: () => ({}) }, 'upgrades'],
      [{ limits: { mesage: 1 } }, 'limits.mesage'],
    ],
  },
  {
    name: 'link',
    run: (options) => memoryServer().link(options),
    wrong: [
      [{ secured: true }, 'secured'],
      [{ secure: 'yes' }, 'secure'],
      [{ server: { spilt: 1 } }, 'server.spilt'],
    ],
  },
  { name: 'transportPair', run: (options) => transportPair(options), wrong: [[{ capacty: 1 }, 'capacty']] },
  {
    name: 'FaultyTransport',
    run: (options) => new FaultyTransport(transportPair()[0], options),
    wrong: [
      [{ spilt: 1 }, 'faults.spilt'],
      [{ split: 0 }, 'faults.split'],
      [{ delayMs: '1' }, 'faults.delayMs'],
      [{ delayMs: 1 }, 'faults.clock'],
    ],
  },
]

async function refuses({ name, run, wrong }: Call): Promise<void> {
  for (const [options, option] of wrong) {
    const error = await Promise.resolve()
      .then(() => run(options))
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
    assert.ok(error instanceof OptionError, `${name}(${inspect(options)}): ${String(error)}`)
    assert.equal(error.option, option, `${name}(${inspect(options)})`)
  }
}

for (const call of calls) test(`${call.name} names the option that is wrong`, () => refuses(call))

const messageOptions: Call['wrong'] = [
  [{ compres: true }, 'compres'],
  [{ compress: 'yes' }, 'compress'],
  [{ immutable: 1 }, 'immutable'],
  [true, 'options'],
  [() => undefined, 'options'],
  [null, 'options'],
]

test('the methods of a socket throw at once for an option that is wrong, and the connection stays open', async () => {
  const { client } = pair()
  await refuses({ name: 'send', run: (options: SendOptions) => client.send('a', options), wrong: messageOptions })
  const pieces = (async function* () {
    yield 'a'
  })()
  assert.throws(() => void client.sendStream(pieces, { compres: true } as SendOptions), OptionError)
  await refuses({ name: 'sendStream', run: (options: SendOptions) => client.sendStream(pieces, options), wrong: messageOptions })
  await refuses({
    name: 'close',
    run: (code: number) => client.close(code),
    wrong: [999, 1004, 1005, 1006, 1015, 2000, 5000, 1000.5, Number.NaN, '1000', null].map((code) => [code, 'code']),
  })
  await refuses({
    name: 'close',
    run: (reason: string) => client.close(1000, reason),
    wrong: [
      [5, 'reason'],
      ['é'.repeat(62), 'reason'],
    ],
  })
  for (const method of ['ping', 'pong'] as const) {
    await refuses({
      name: method,
      run: (payload: Uint8Array) => client[method](payload),
      wrong: [
        ['a', 'payload'],
        [new Uint8Array(126), 'payload'],
      ],
    })
  }
  assert.equal(client.readyState, 'OPEN')
})

test('an option is checked also where the connection or the server is closed', async () => {
  const { client } = pair()
  client.terminate()
  assert.throws(() => client.send('a', { compres: true } as SendOptions), OptionError)
  const server = createServer()
  await server.close()
  await assert.rejects(server.drain({ grace: 5 } as DrainOptions), OptionError)
})

test('broadcast and drain name the wrong option, and no connection gets the message', async () => {
  await using server = await serve({ message: (socket, message) => socket.send(message) })
  const socket = await connect(server.url)
  await refuses({
    name: 'broadcast',
    run: (options: BroadcastOptions<any>) => server.broadcast('a', options),
    wrong: [
      ...messageOptions,
      [{ too: [] }, 'too'],
      [{ to: 'a' }, 'to'],
      [{ to: 5 }, 'to'],
      [{ to: [...server.connections, 'a'] }, 'to'],
      [{ except: 'a' }, 'except'],
      [{ filter: 'a' }, 'filter'],
    ],
  })
  await refuses({
    name: 'drain',
    run: (options: DrainOptions) => server.drain(options),
    wrong: [
      [{ grace: 5 }, 'grace'],
      [{ graceMs: '5' }, 'graceMs'],
      [{ spreadMs: -1 }, 'spreadMs'],
      [{ code: 1000 }, 'code'],
      [{ reason: 'a'.repeat(42) }, 'reason'],
      [5, 'options'],
    ],
  })
  socket.send('b')
  assert.equal(await socket.receive(), 'b')
  const everybody: Iterable<Socket> = server.connections
  assert.equal(server.broadcast('c', { to: everybody, except: [] }).sent, 1)
  assert.equal(await socket.receive(), 'c')
})

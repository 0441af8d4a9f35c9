import assert from 'node:assert/strict'
import * as http from 'node:http'
import { test } from 'node:test'
import { attach, connect, json, OptionError, permessageDeflate, serve } from '../../src/index.ts'

const neverRight = [null, true, 1.5, Number.NaN, -1, Symbol('s'), 10n]
const notFunction = [...neverRight, 0, '', 'x', [], {}]
const notWhole = [null, true, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', [], {}, () => 1, 10n, Symbol('s')]
const notObject = [null, true, 0, 'x', [1], new Map(), () => 1, 10n, Symbol('s')]
const notName = [...notObject, {}, 'other', '']

const extension = permessageDeflate()

/** What both ends have. */
const shared: Readonly<Record<string, readonly unknown[]>> = {
  subprotocols: [...notObject, ['a b'], [''], ['a', 'a'], { 'a b': json() }, { chat: {} }, { chat: null }, new Map([['chat', json()]])],
  extensions: [...neverRight, 'x', {}, [1], ['permessage-deflate'], [{}], [null], extension],
  limits: [...notObject, { message: 0 }, { message: '1' }, { messages: 1 }, { handshakeMs: Number.NaN }, { frame: 2 ** 31 }],
  keepalive: [...notObject, { interval: 1 }, { intervalMs: 0 }, { timeoutMs: '1' }],
  closeTimeoutMs: [...notWhole, 0],
  invalidMessage: [...notName, 1002],
  slowConsumer: notName,
  text: notName,
  noSubprotocol: notName,
  error: notFunction,
  open: notFunction,
  message: notFunction,
  invalid: notFunction,
  drained: notFunction,
  close: notFunction,
  mesage: [() => undefined],
}

const ofServer: Readonly<Record<string, readonly unknown[]>> = {
  ...shared,
  origins: [...neverRight, {}, 'all', ['x'], ['http://a/path'], [1]],
  paths: [...neverRight, {}, '/chat', [], ['chat'], ['/a?b'], ['/a#b'], [1]],
  upgrade: notFunction,
  observe: [null, true, 1, 'x', { handshake: 1 }, { connection: true }, { isActive: 1 }],
}

const ofListener: Readonly<Record<string, readonly unknown[]>> = {
  ...ofServer,
  port: [...notWhole, 65_536],
  host: [...neverRight, '', [], {}],
  socketPath: [...neverRight, '', [], {}],
  tls: [null, true, 1, 'x'],
  request: notFunction,
}

const ofClient: Readonly<Record<string, readonly unknown[]>> = {
  ...shared,
  headers: [...neverRight, 'X: y', [1], ['ab'], [['a']], { 'a b': 'c' }, { a: 1 }, { a: 'b\r\nc' }, { Upgrade: 'x' }, { Host: 'x' }],
  origin: [...neverRight, 'x', 'http://a/path', {}],
  authority: [...neverRight, '', 'a b', 'a/b', {}],
  redirects: [...notWhole, 101],
  proxy: [true, 1, 'x', 'ftp://a', [], () => 1],
  parallel: [null, 0, 1, 'true'],
  blockBadPorts: [null, 0, 1, 'true'],
  response: notFunction,
  signal: [...neverRight, {}, 'x', new AbortController()],
  observe: [null, true, 1, 'x', [], { handshake: 1 }, { frames: () => undefined }],
  tls: [null, true, 1, 'x', [], { socket: {} }, { ALPNProtocols: ['h2'] }],
  proxyTls: [null, true, 1, 'x', []],
  socketPath: [...neverRight, '', []],
  localAddress: [...neverRight, '', 'localhost', '1.2.3'],
  localPort: [...notWhole, 65_536],
  family: [...notName.filter((value) => value !== 0), 5],
  lookup: notFunction,
  createConnection: notFunction,
  agent: [...neverRight, {}, 'x', [], { addRequest: 1 }],
}

const show = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

async function checkAll(table: Readonly<Record<string, readonly unknown[]>>, use: (options: object) => unknown): Promise<void> {
  for (const [name, values] of Object.entries(table)) {
    for (const value of values) {
      const outcome = await Promise.resolve()
        .then(() => use({ [name]: value }))
        .then(
          () => 'nothing',
          (error: unknown) => error,
        )
      assert.ok(outcome instanceof OptionError, `${name}: ${show(value)} gave ${String(outcome)}`)
      assert.match(outcome.option, new RegExp(`^${name}\\b`), show(value))
    }
  }
}

test('each wrong option of serve is an OptionError that names it', () => checkAll(ofListener, (options) => serve(options)))

test('each wrong option of attach throws an OptionError that names it, and leaves the HTTP server as it was', async () => {
  const server = http.createServer()
  await checkAll(ofServer, (options) => attach(server, options))
  assert.equal(server.listenerCount('upgrade'), 0)
})

test('each wrong option of connect is an OptionError that names it, before anything is dialled', async () => {
  let dialled = 0
  const server = http.createServer().on('connection', () => dialled++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `ws://127.0.0.1:${(server.address() as { port: number }).port}/`
  await checkAll(ofClient, (options) => connect(url, options))
  server.close()
  assert.equal(dialled, 0)
})

test('a value that is not a URL is an OptionError of connect', async () => {
  for (const url of [null, undefined, 5, {}, [], Symbol('url')]) {
    await assert.rejects(connect(url as never), (error: unknown) => error instanceof OptionError && error.option === 'url')
  }
})

test('createConnection that gives no socket is an OptionError', async () => {
  const createConnection = (() => ({})) as never
  await assert.rejects(
    connect('ws://127.0.0.1:1/', { createConnection }),
    (error: unknown) => error instanceof OptionError && error.option === 'createConnection',
  )
})

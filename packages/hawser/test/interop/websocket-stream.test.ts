import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { WebSocketError, WebSocketStream } from '../../src/index.ts'
import { launchChromium, skipReason } from '../inspect/chromium.ts'
import { closeFrame, handshakenUrl, idle } from '../wpt/stream-server.ts'
import { serveFor } from '../peers/test-server.ts'

/** Chromium's own WebSocketStream as the oracle: each program runs in a page and here, and has to tell the same. */

let browser: Browser | undefined
before(async () => {
  if (skipReason === false) browser = await launchChromium()
})
after(() => browser?.close())

const options = { skip: skipReason, timeout: 20_000 }

async function echo(t: TestContext): Promise<{ url: string; page: Page }> {
  const server = await serveFor(t, {
    port: 0,
    origins: 'any',
    subprotocols: ['chat'],
    request: (_request, response) => void response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>test</title>'),
    message: (socket, message) => void socket.send(message),
  })
  const context = await (browser as Browser).newContext()
  t.after(() => context.close())
  // The compiler of these tests names functions with it.
  await context.addInitScript('globalThis.__name = (value) => value')
  const page = await context.newPage()
  await page.goto(server.url.replace('ws:', 'http:'))
  return { url: server.url, page }
}

/** Runs the program, which may use nothing but its argument and globals, in both. */
async function both(t: TestContext, page: Page, urls: () => string | Promise<string>, program: (url: string) => Promise<unknown>): Promise<unknown> {
  const theirs = await page.evaluate(program, await urls())
  Object.assign(globalThis, { WebSocketStream, WebSocketError })
  t.after(() => ['WebSocketStream', 'WebSocketError'].map((name) => Reflect.deleteProperty(globalThis, name)))
  const ours = await program(await urls())
  assert.deepEqual(ours, theirs)
  return ours
}

test('Chromium’s WebSocketStream converts, sends and receives as hawser’s does', options, async (t) => {
  const { url, page } = await echo(t)
  await both(
    t,
    page,
    () => url,
    async (url) => {
      const stream = new (globalThis as any).WebSocketStream(url, { protocols: ['soap', 'chat'] })
      const { readable, writable, protocol } = await stream.opened
      const writer = writable.getWriter()
      const reader = readable.getReader()
      const seen: unknown[] = [protocol, stream.url === url, writer.desiredSize]
      for (const chunk of [
        'text',
        '',
        'a\ud800b',
        1,
        null,
        undefined,
        new Uint8Array([1, 2, 3]).subarray(1),
        new ArrayBuffer(2),
        new DataView(new ArrayBuffer(1)),
      ]) {
        await writer.write(chunk)
        const { value } = await reader.read()
        seen.push(typeof value === 'string' ? value : [...new Uint8Array(value)])
      }
      stream.close({ closeCode: 3000, reason: 'done' })
      seen.push(await stream.closed, (await reader.read()).done)
      return seen
    },
  )
})

// Chromium clamps `closeCode`, where the standard has [EnforceRange].
test('Chromium’s WebSocketStream refuses the arguments and chunks that hawser’s refuses', options, async (t) => {
  const { url, page } = await echo(t)
  await both(
    t,
    page,
    () => url,
    async (url) => {
      const { WebSocketStream, WebSocketError } = globalThis as any
      const outcome = (call: () => unknown): unknown => {
        try {
          call()
          return 'taken'
        } catch (error) {
          return (error as Error).name
        }
      }
      const stream = new WebSocketStream(url)
      const { writable } = await stream.opened
      const outcomes = [
        () => new WebSocketStream(),
        () => WebSocketStream(url),
        () => new WebSocketStream('invalid:'),
        () => new WebSocketStream(`${url}#x`),
        () => new WebSocketStream(url, true),
        () => new WebSocketStream(url, { protocols: 'x' }),
        () => new WebSocketStream(url, { protocols: ['x', 'x'] }),
        () => new WebSocketStream(url, { protocols: ['x y'] }),
        () => new WebSocketStream(url, { signal: null }),
        () => new WebSocketStream(url, { signal: {} }),
        () => stream.close(1),
        () => stream.close({ closeCode: 1001 }),
        () => stream.close({ closeCode: 1n }),
        () => stream.close({ reason: 'x'.repeat(124) }),
        () => stream.close({ reason: Symbol('x') }),
        () => new WebSocketError(Symbol('x')),
        () => new WebSocketError('', 1),
        () => new WebSocketError('', { closeCode: 2999 }),
        () => new WebSocketError('', { reason: '🔌'.repeat(32) }),
        () => WebSocketStream.prototype.url,
        () => WebSocketStream.prototype.close(),
        () => WebSocketError.prototype.closeCode,
      ].map(outcome)
      const writes = await Promise.all(
        [
          Symbol('x'),
          new Uint8Array(new (globalThis as any).WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).buffer),
          { toString: () => ({}) },
        ].map(async (chunk) => {
          const one = new WebSocketStream(url)
          const { writable } = await one.opened
          return writable
            .getWriter()
            .write(chunk)
            .then(
              () => 'taken',
              (error: Error) => error.name,
            )
        }),
      )
      await writable.abort()
      const promises = [WebSocketStream.prototype.opened, WebSocketStream.prototype.closed].map((promise) =>
        promise.catch((error: Error) => error.name),
      )
      return [outcomes, writes, await Promise.all(promises)]
    },
  )
})

test('Chromium’s interfaces have the shape of hawser’s [Web IDL §3.7]', options, async (t) => {
  const { url, page } = await echo(t)
  await both(
    t,
    page,
    () => url,
    async () => {
      const { WebSocketStream, WebSocketError } = globalThis as any
      const shape = (one: any): unknown => [
        one.name,
        one.length,
        Object.prototype.toString.call(one.prototype),
        Object.getPrototypeOf(one.prototype).constructor.name,
        Object.getOwnPropertyNames(one).sort(),
        Object.entries(Object.getOwnPropertyDescriptors(one.prototype))
          .filter(([name]) => name !== 'constructor')
          .map(([name, { get, set, value, enumerable, configurable, writable }]: any) => [
            name,
            typeof get,
            typeof set,
            typeof value,
            value?.length,
            enumerable,
            configurable,
            writable,
          ])
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ]
      const error = new WebSocketError('m', { reason: 'r' })
      return [shape(WebSocketStream), shape(WebSocketError), error.code, error.name, error.message, error.closeCode, error.reason, `${error}`]
    },
  )
})

test('Chromium’s WebSocketStream tells the ends that hawser’s tells', options, async (t) => {
  const { page } = await echo(t)
  const describe = async (url: string): Promise<unknown> => {
    const { WebSocketStream } = globalThis as any
    const name = (promise: Promise<unknown>): Promise<unknown> =>
      promise.then(
        (value) => value,
        ({ name, closeCode, reason }) => [name, closeCode, reason],
      )
    const stream = new WebSocketStream(url)
    const opened = await stream.opened.catch(({ name, closeCode, reason }: any) => [name, closeCode, reason])
    if (Array.isArray(opened)) return [opened, await name(stream.closed)]
    const { readable, writable } = opened
    const closed = await name(stream.closed)
    const reader = readable.getReader()
    const seen: unknown[] = []
    for (;;) {
      const result: any = await name(reader.read())
      seen.push(result)
      if (result.done !== false) break
    }
    return [closed, seen, await name(writable.getWriter().ready)]
  }
  const refused = await serveFor(t, { port: 0, origins: 'any', upgrade: () => new Response('no', { status: 403 }) })
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x81, value.length]), Buffer.from(value)])
  const servers: [name: string, url: string][] = [
    ['a refused handshake', refused.url],
    ['a Close frame with code and reason', await handshakenUrl(t, ({ socket }) => socket.end(closeFrame(4000, 'robot')))],
    ['an empty Close frame', await handshakenUrl(t, ({ socket }) => socket.end(closeFrame()))],
    ['a message before the Close frame', await handshakenUrl(t, ({ socket }) => socket.end(Buffer.concat([text('a'), closeFrame(1000)])))],
    ['an abrupt end', await handshakenUrl(t, ({ socket }) => socket.end())],
  ]
  for (const [name, url] of servers) await t.test(name, async (t) => void (await both(t, page, () => url, describe)))
})

test('Chromium’s WebSocketStream has backpressure both ways, as hawser’s: the same server stops and goes on', options, async (t) => {
  const count = 200
  const size = 256 * 1024
  for (const where of ['Chromium', 'hawser'] as const) {
    let sent = 0
    const server = await serveFor(t, {
      port: 0,
      origins: 'any',
      async open(socket) {
        for (const message = new Uint8Array(size); sent < count; sent++) {
          if (socket.send(message) === 'closed') return
          await socket.drained
        }
      },
    })
    const { page } = await echo(t)
    const readAll = async ([url, count]: readonly [string, number]): Promise<number> => {
      const stream = new (globalThis as any).WebSocketStream(url)
      const reader = (await stream.opened).readable.getReader()
      ;(globalThis as any).waiting?.()
      await (globalThis as any).go
      let bytes = 0
      for (let read = 0; read < count; read++) bytes += (await reader.read()).value.byteLength
      stream.close()
      await stream.closed
      return bytes
    }
    let go!: () => void
    Object.assign(globalThis, { WebSocketStream, go: new Promise<void>((resolve) => (go = resolve)) })
    t.after(() => ['WebSocketStream', 'go'].map((name) => Reflect.deleteProperty(globalThis, name)))
    await page.evaluate(() => Object.assign(globalThis, { go: new Promise((resolve) => Object.assign(globalThis, { release: resolve })) }))
    const reading = where === 'Chromium' ? page.evaluate(readAll, [server.url, count] as const) : readAll([server.url, count])
    while (sent === 0) await idle(() => sent)
    // A browser reads in another process.
    for (let before = -1; before !== sent; ) {
      before = sent
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)))
    }
    assert.ok(sent < count, `${where} took ${sent} of ${count} messages that nobody read`)
    go()
    await page.evaluate(() => (globalThis as any).release())
    assert.equal(await reading, count * size)
  }
})

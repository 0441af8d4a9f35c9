import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { NoSubprotocol } from '../../src/core/handshake/index.ts'
import { serve } from '../../src/index.ts'
import type { CloseInfo, ListeningServer, ServeOptions } from '../../src/index.ts'
import { launchChromium, skipReason } from '../inspect/chromium.ts'

const large = 16 * 1024 * 1024

interface Bench {
  readonly server: ListeningServer<readonly ['chat', 'soap'], undefined>
  readonly ends: CloseInfo[]
  /** A connection of the server is CLOSED. */
  ended(): Promise<CloseInfo>
  readonly page: Page
}

let browser: Browser | undefined
before(async () => {
  if (skipReason === false) browser = await launchChromium()
})
after(() => browser?.close())

/** A server that also serves the page that connects to it, and the page. */
async function bench(t: TestContext, options: Partial<ServeOptions<readonly ['chat', 'soap'], undefined, NoSubprotocol>> = {}): Promise<Bench> {
  const ends: CloseInfo[] = []
  const waiting: ((info: CloseInfo) => void)[] = []
  const server = await serve<readonly ['chat', 'soap'], undefined, NoSubprotocol>({
    subprotocols: ['chat', 'soap'],
    limits: { message: large, sendBuffer: 4 * large },
    request: (_request, response) => void response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>test</title>'),
    message: (socket, message) => void socket.send(message),
    close(_socket, info) {
      ends.push(info)
      waiting.shift()?.(info)
    },
    ...options,
  } as ServeOptions<readonly ['chat', 'soap']>)
  t.after(() => server.close())
  const context = await (browser as Browser).newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  await page.goto(server.url.replace('ws:', 'http:'))
  const ended = (): Promise<CloseInfo> => {
    const last = ends.shift()
    return last === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(last)
  }
  return { server, ends, ended, page }
}

/** Opens in the page what the argument says, and tells how that went and, after `close`, how it ended. */
function dial(page: Page, url: string, protocols: string[] = [], close?: { code: number; reason: string }): Promise<Record<string, unknown>> {
  return page.evaluate(
    ({ url, protocols, close }) =>
      new Promise((resolve) => {
        const socket = new (globalThis as any).WebSocket(url, protocols)
        const seen: Record<string, unknown> = { opened: false, error: false }
        socket.onopen = () => {
          seen['opened'] = true
          seen['protocol'] = socket.protocol
          if (close === undefined) resolve(seen)
          else if (close.code === 0) socket.close()
          else socket.close(close.code, close.reason)
        }
        socket.onerror = () => {
          seen['error'] = true
        }
        socket.onclose = ({ code, reason, wasClean }: any) => resolve({ ...seen, code, reason, wasClean })
      }),
    { url, protocols, close },
  )
}

const options = { skip: skipReason, timeout: 60_000 }

test('Chromium: the first of its subprotocols that is declared is agreed on [RS9]', options, async (t) => {
  const { server, page } = await bench(t)
  assert.deepEqual(await dial(page, server.url, ['wamp', 'soap', 'chat']), { opened: true, error: false, protocol: 'soap' })
  assert.deepEqual(await dial(page, server.url), { opened: true, error: false, protocol: '' })
})

test(
  'Chromium fails when it offers subprotocols and none comes back [RS9, WHATWG WebSockets, establish a WebSocket connection]',
  options,
  async (t) => {
    const { server, page, ended } = await bench(t)
    const seen = await dial(page, server.url, ['wamp'])
    assert.deepEqual(seen, { opened: false, error: true, code: 1006, reason: '', wasClean: false })
    assert.equal((await ended()).code, 1006)
  },
)

test('with noSubprotocol: refuse, Chromium is refused when none of its subprotocols is declared [S12.23]', options, async (t) => {
  const { server, page, ends } = await bench(t, { noSubprotocol: 'refuse' })
  assert.equal((await dial(page, server.url, ['wamp']))['code'], 1006)
  assert.deepEqual([ends.length, server.connections.size], [0, 0])
})

test('a page of a foreign origin is refused with 403, one of an allowed origin is not [RS6, RFC 6455 §10.2]', options, async (t) => {
  const statuses: (number | undefined)[] = []
  const own = await bench(t)
  const foreign = await bench(t, { observe: { handshake: ({ status }) => void statuses.push(status) } })
  assert.deepEqual(await dial(own.page, foreign.server.url), { opened: false, error: true, code: 1006, reason: '', wasClean: false })
  assert.deepEqual(statuses, [403])
  const open = await bench(t, { origins: [own.server.url.replace('ws:', 'http:').slice(0, -1)] })
  assert.equal((await dial(own.page, open.server.url))['opened'], true)
})

test('Chromium: text and binary in both binary types come back, empty ones too', options, async (t) => {
  const { server, page } = await bench(t)
  const received = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const socket = new (globalThis as any).WebSocket(url)
        const kinds: unknown[] = []
        const todo: (() => void)[] = ['arraybuffer', 'blob'].flatMap((type) =>
          ['grüße 🦊', '', new Uint8Array([0, 128, 255]), new Uint8Array(0), new (globalThis as any).Blob([new Uint8Array([7])])].map(
            (data) => () => {
              socket.binaryType = type
              socket.send(data)
            },
          ),
        )
        socket.onopen = () => todo.shift()?.()
        socket.onmessage = async ({ data }: any) => {
          kinds.push(
            typeof data === 'string'
              ? data
              : [data.constructor.name, ...new Uint8Array(data.arrayBuffer === undefined ? data : await data.arrayBuffer())],
          )
          const next = todo.shift()
          if (next === undefined) resolve(kinds)
          else next()
        }
      }),
    server.url,
  )
  assert.deepEqual(
    received,
    ['ArrayBuffer', 'Blob'].flatMap((name) => ['grüße 🦊', '', [name, 0, 128, 255], [name], [name, 7]]),
  )
})

test('Chromium: 16 MiB go both ways intact, text and binary', options, async (t) => {
  const { server, page } = await bench(t)
  const lengths = await page.evaluate(
    ({ url, size }) =>
      new Promise((resolve, reject) => {
        const socket = new (globalThis as any).WebSocket(url)
        socket.binaryType = 'arraybuffer'
        const bytes = new Uint8Array(size).map((_, index) => index * 31 + (index >> 12))
        const text = 'ä'.repeat(size / 2)
        const seen: unknown[] = []
        socket.onopen = () => {
          socket.send(bytes)
          socket.send(text)
        }
        socket.onclose = ({ code, reason }: any) => reject(new Error(`closed ${code} ${reason}`))
        socket.onmessage = ({ data }: any) => {
          if (typeof data === 'string') seen.push(data === text)
          else seen.push(new Uint8Array(data).every((byte, index) => byte === bytes[index]))
          if (seen.length === 2) resolve(seen)
        }
      }),
    { url: server.url, size: large },
  )
  assert.deepEqual(lengths, [true, true])
})

test('a message above limits.message closes Chromium with 1009, however large it is', options, async (t) => {
  const { server, page, ended } = await bench(t, { limits: { message: 1 << 20 } })
  const seen = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const socket = new (globalThis as any).WebSocket(url)
        socket.onopen = () => socket.send(new Uint8Array(12 << 20))
        socket.onclose = ({ code }: any) => resolve(code)
      }),
    server.url,
  )
  assert.equal(seen, 1009)
  assert.equal((await ended()).error?.closeCode, 1009)
})

test('close codes and reasons of Chromium reach the server [RFC 6455 §7.1.5]', options, async (t) => {
  const { server, page, ended } = await bench(t)
  for (const [code, reason] of [
    [1000, ''],
    [3000, 'grüße'],
    [4999, 'x'.repeat(123)],
  ] as const) {
    const seen = await dial(page, server.url, [], { code, reason })
    assert.deepEqual([seen['code'], seen['wasClean']], [code, true])
    const info = await ended()
    assert.deepEqual([info.code, info.reason, info.wasClean, info.initiator], [code, reason, true, 'remote'])
  }
  assert.equal((await dial(page, server.url, [], { code: 0, reason: '' }))['code'], 1005)
  assert.equal((await ended()).code, 1005)
})

test('close codes and reasons of the server reach Chromium, and a connection that is dropped is 1006 [RFC 6455 §7.1.5]', options, async (t) => {
  const ways: [code: number | undefined, reason: string][] = [
    [1000, ''],
    [1012, 'grüße'],
    [4999, 'x'.repeat(123)],
    [undefined, ''],
  ]
  const expected = ways.map(([code, reason]) => ({ opened: true, code: code ?? 1006, reason, wasClean: code !== undefined }))
  const { server, page } = await bench(t, {
    open(socket) {
      const [code, reason] = ways.shift() as [number | undefined, string]
      if (code === undefined) socket.terminate()
      else void socket.close(code, reason)
    },
  })
  for (const one of expected) {
    const seen = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new (globalThis as any).WebSocket(url)
          let opened = false
          socket.onopen = () => {
            opened = true
          }
          socket.onclose = ({ code, reason, wasClean }: any) => resolve({ opened, code, reason, wasClean })
        }),
      server.url,
    )
    assert.deepEqual(seen, one)
  }
})

test('forty sockets of one page at once', options, async (t) => {
  const { server, page } = await bench(t)
  const echoed = await page.evaluate(
    (url) =>
      Promise.all(
        Array.from(
          { length: 40 },
          (_, index) =>
            new Promise<string>((resolve, reject) => {
              const socket = new (globalThis as any).WebSocket(url)
              socket.onopen = () => socket.send(`${index}`)
              socket.onmessage = ({ data }: any) => resolve(data)
              socket.onerror = () => reject(new Error(`socket ${index}`))
            }),
        ),
      ),
    server.url,
  )
  assert.deepEqual(
    echoed,
    Array.from({ length: 40 }, (_, index) => `${index}`),
  )
  assert.equal(server.connections.size, 40)
})

test('a page that is closed in the middle of a message ends its connection and no other', options, async (t) => {
  const { server, page, ended } = await bench(t)
  const other = await page.context().newPage()
  await other.goto(server.url.replace('ws:', 'http:'))
  assert.equal((await dial(other, server.url))['opened'], true)
  await page.evaluate(
    (url) =>
      new Promise<void>((resolve) => {
        const socket = new (globalThis as any).WebSocket(url)
        socket.onopen = () => {
          for (let index = 0; index < 4; index++) socket.send(new Uint8Array(16 << 20))
          resolve()
        }
      }),
    server.url,
  )
  await page.close()
  const info = await ended()
  assert.ok(info.code === 1001 || info.code === 1006, `${info.code}`)
  assert.equal(server.connections.size, 1)
})

test('a drain closes the sockets of a page cleanly with 1001 [S12.30]', options, async (t) => {
  const { server, page } = await bench(t)
  const closing = page.evaluate(
    (url) =>
      Promise.all(
        Array.from(
          { length: 5 },
          () =>
            new Promise((resolve) => {
              const socket = new (globalThis as any).WebSocket(url)
              socket.onopen = () => socket.send('here')
              socket.onclose = ({ code, reason, wasClean }: any) => resolve([code, reason, wasClean])
            }),
        ),
      ),
    server.url,
  )
  while (server.connections.size < 5) await new Promise((resolve) => void setImmediate(resolve))
  const result = await server.drain({ reason: 'a new version comes' })
  assert.deepEqual(result, { closed: 5, failed: 0, terminated: 0 })
  assert.deepEqual(
    await closing,
    Array.from({ length: 5 }, () => [1001, 'a new version comes', true]),
  )
})

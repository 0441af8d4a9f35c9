/**
 * The abilities of docs/runtimes.md in a page: the library as a bundle of the package's condition `browser`, run in Chromium, in a Chromium whose WebSocketStream
 * was taken away, and in Firefox. `npm run runtimes` makes a column of each suite.
 */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { browsers } from '../contract/abilities.ts'
import { skipReason } from '../inspect/chromium.ts'
import { bundleOfBrowsers, driveChromium, driveFirefox } from './browser-page.ts'
import type { DrivenBrowser, DrivenPage, PlatformClass } from './browser-page.ts'
import { count, PageServers, size } from './browser-servers.ts'
import { noFirefox } from './firefox.ts'

let code = ''
let servers: PageServers

before(async () => {
  if (skipReason !== false && noFirefox !== false) return
  code = await bundleOfBrowsers()
  servers = await PageServers.start()
})
after(() => servers?.close())

const suites: readonly (readonly [over: PlatformClass, skip: string | false, drive: () => Promise<DrivenBrowser>])[] = [
  ['WebSocketStream', skipReason, driveChromium],
  ['WebSocket', skipReason, driveChromium],
  ['WebSocket', noFirefox, driveFirefox],
]

for (const [index, [over, skip, drive]] of suites.entries()) {
  describe(browsers[index] as string, { skip, timeout: 60_000 }, () => {
    let browser: DrivenBrowser
    let one: Awaited<ReturnType<DrivenBrowser['open']>>
    let secure: typeof one
    let page: DrivenPage
    before(async () => {
      browser = await drive()
      // The last one is in front.
      secure = await browser.open(code, `wss://localhost:${servers.encrypted.port}/`, over)
      one = await browser.open(code, servers.plain.url, over)
      ;({ page } = one)
    })
    afterEach(() => {
      servers.reset()
      assert.deepEqual([...one.errors, ...secure.errors], [])
    })
    after(() => browser.close())

    test('messages of every length come back to a page in order, as strings and plain Uint8Arrays', async () => {
      const seen = await page.evaluate(async () => {
        const socket = await (globalThis as any).hawser.connect('/')
        const sent: (string | Uint8Array)[] = []
        for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000]) {
          sent.push('é'.repeat(length >> 1) + 'a'.repeat(length & 1))
          sent.push(Uint8Array.from({ length }, (_, index) => (index * 31) & 255))
        }
        for (const message of sent) socket.send(message)
        const wrong: string[] = []
        for (const [index, message] of sent.entries()) {
          const got = await socket.receive()
          const isBinary = typeof message !== 'string' && got.constructor === Uint8Array && got.length === message.length
          const isSame = isBinary ? message.every((byte, index) => got[index] === byte) : got === message
          if (!isSame) wrong.push(`${index}: ${typeof got} of ${got.length}`)
        }
        await socket.close()
        return wrong
      })
      assert.deepEqual(seen, [])
    })

    test('a client of a page has its connection again, and sends what waited for it; nothing is tried while the page is offline', async () => {
      await one.setOffline(true)
      await page.evaluate(() => {
        const log: unknown[] = ((globalThis as any).log = [])
        const client = (globalThis as any).hawser.reconnecting('/', {
          reconnect: { firstDelayMs: 20, maxDelayMs: 50 },
          queue: {},
          state: ({ state }: { state: string }) => {
            log.push(state)
            if (state === 'WAITING' && client.connectionCount === 1) log.push(client.send('again'))
          },
          message: (_socket: unknown, message: string) => {
            log.push(message)
            if (message === 'again') void client.close(3000, 'done')
          },
        })
        ;(globalThis as any).client = client
      })
      await page.waitForFunction(() => (globalThis as any).log.length > 0)
      assert.deepEqual(await page.evaluate(() => [(globalThis as any).log, (globalThis as any).navigator.onLine]), [['WAITING'], false])
      await one.setOffline(false)
      const seen = await page.evaluate(async () => {
        const { client } = globalThis as any
        await client.opened
        client.send('close')
        const { close } = await client.closed
        return [(globalThis as any).log, close.reason]
      })
      assert.deepEqual(seen, [['WAITING', 'CONNECTING', 'OPEN', 'WAITING', 'queued', 'CONNECTING', 'OPEN', 'again', 'CLOSING', 'CLOSED'], 'done'])
    })

    test('a page and its server learn the close code and the reason of each other', async () => {
      const seen = await page.evaluate(async () => {
        const { connect } = (globalThis as any).hawser
        const [first, second] = await Promise.all([connect('/'), connect('/')])
        second.send('close')
        const ends = [await first.close(4321, 'weil es regnet ☔'), await second.closed]
        return ends.map(({ code, reason, wasClean, initiator }) => [code, reason, wasClean, initiator])
      })
      assert.deepEqual(seen, [
        [4321, 'weil es regnet ☔', true, 'local'],
        [4001, 'enough', true, 'remote'],
      ])
      const [own, other] = [await servers.ended(4001), await servers.ended(4321)]
      assert.deepEqual([own.reason, own.initiator, other.reason, other.initiator], ['enough', 'local', 'weil es regnet ☔', 'remote'])
    })

    test('the first subprotocol of a page that the server declares is chosen, and its codec is used at both ends', async () => {
      const seen = await page.evaluate(async () => {
        const { connect, json, text } = (globalThis as any).hawser
        const socket = await connect('/', { subprotocols: { unknown: text(), 'chat.v2': json() } })
        socket.send({ n: 41 })
        const seen = [socket.subprotocol, await socket.receive()]
        await socket.close()
        return seen
      })
      assert.deepEqual(seen, ['chat.v2', { n: 41 }])
    })

    test('a handler of a page that returns a promise holds the next message, and nothing is lost', async () => {
      const seen = await page.evaluate(async () => {
        const order: string[] = []
        await new Promise<void>((resolve) => {
          ;(globalThis as any).hawser.connect('/', {
            open: (socket: any) => [1, 2, 3].forEach((n) => socket.send(`${n}`)),
            async message(socket: any, data: string) {
              order.push(`begin ${data}`)
              await new Promise((resolve) => setTimeout(resolve, 5))
              order.push(`end ${data}`)
              if (data === '3') socket.close().then(resolve)
            },
          })
        })
        return order
      })
      assert.deepEqual(seen, ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
    })

    test('send of a page tells that the server does not read, and drained when it does', async () => {
      const seen = await page.evaluate(async () => {
        const socket = ((globalThis as any).socket = await (globalThis as any).hawser.connect('/receives', { limits: { sendBuffer: 1 << 28 } }))
        for (let i = 0; i < 100; i++) if (socket.send(new Uint8Array(1_000_000)) === 'buffered') return socket.bufferedAmount > 0
        return undefined
      })
      assert.equal(seen, true)
      servers.resume()
      const left = await page.evaluate(() => (globalThis as any).socket.drained.then(() => (globalThis as any).socket.bufferedAmount))
      assert.equal(left, 0)
    })

    test('ping and sendStream of a page are refused, with the reason', async () => {
      const seen = await page.evaluate(async () => {
        const { connect, OptionError } = (globalThis as any).hawser
        const socket = await connect('/')
        const failures = [socket.ping(), socket.sendStream([])].map((promise) =>
          promise.catch((error: any) => (error instanceof OptionError ? error.message : `${error}`)),
        )
        const seen = await Promise.all(failures)
        await socket.close()
        return [...seen, socket.roundTripMs]
      })
      assert.deepEqual(seen, [
        'ping is not for browsers: a page can neither send nor see Pings',
        'sendStream is not for browsers: a page sends and receives whole messages',
        undefined,
      ])
    })

    test('WebSocket of a page is the browser’s own, and opens, echoes and closes with its events', async () => {
      const seen = await page.evaluate(async () => {
        const { WebSocket, CloseEvent } = (globalThis as any).hawser
        const socket = new WebSocket((globalThis as any).location.href.replace('http', 'ws'), ['chat.v1', 'chat.v2'])
        const events: unknown[] = [WebSocket === (globalThis as any).WebSocket]
        await new Promise((resolve) => {
          socket.onopen = () => socket.send('"text"')
          socket.onmessage = ({ data }: any) => {
            events.push(socket.protocol, data)
            socket.close(3000, 'done')
          }
          socket.onclose = (event: any) => resolve(events.push(event instanceof CloseEvent, event.code, event.wasClean))
        })
        return events
      })
      assert.deepEqual(seen, [true, 'chat.v2', '"text"', true, 3000, true])
    })

    test('WebSocketStream of a page opens, carries text and binary, and closes from either end, with code and reason', async () => {
      const seen = await page.evaluate(async () => {
        const { WebSocketStream } = (globalThis as any).hawser
        const url = (globalThis as any).location.href.replace('http', 'ws')
        const seen: unknown[] = []
        for (const chunks of [['grüße', Uint8Array.of(0, 128, 255)], ['close']]) {
          const stream = new WebSocketStream(url)
          const { readable, writable, protocol } = await stream.opened
          const writer = writable.getWriter()
          const reader = readable.getReader()
          for (const chunk of chunks) {
            await writer.write(chunk)
            if (chunk === 'close') continue
            const { value } = await reader.read()
            seen.push(typeof value === 'string' ? value : [...new Uint8Array(value)])
          }
          if (chunks.length > 1) stream.close({ closeCode: 3000, reason: 'done' })
          const { closeCode, reason } = await stream.closed
          seen.push(stream.url === url, protocol, closeCode, reason, (await reader.read()).done)
        }
        return seen
      })
      assert.deepEqual(seen, ['grüße', [0, 128, 255], true, '', 3000, 'done', true, true, '', 4001, 'enough', true])
    })

    test('WebSocketStream of a page tells every other end with a WebSocketError, and closes with the code and reason of one', async () => {
      const seen = await page.evaluate(async () => {
        const { WebSocketStream, WebSocketError } = (globalThis as any).hawser
        const url = (globalThis as any).location.href.replace('http', 'ws')
        const failure = (promise: Promise<unknown>): Promise<unknown> =>
          promise.then(
            () => 'it resolved',
            (error: any) => [error instanceof WebSocketError, error instanceof DOMException, error.closeCode],
          )
        const refused = new WebSocketStream(`${url}refuses`)
        const seen = await Promise.all([failure(refused.opened), failure(refused.closed)])
        const dropped = new WebSocketStream(url)
        await (await dropped.opened).writable.getWriter().write('terminate')
        seen.push(await failure(dropped.closed))
        const aborted = new WebSocketStream(url)
        await (await aborted.opened).writable.abort(new WebSocketError('why', { closeCode: 4321, reason: 'abort' }))
        const { closeCode, reason } = await aborted.closed
        return [...seen, closeCode, reason]
      })
      assert.deepEqual(seen, [[true, true, null], [true, true, 1006], [true, true, 1006], 4321, 'abort'])
    })

    test('an abort signal ends the opening handshake of a WebSocketStream of a page, and means nothing once it is open', async () => {
      const seen = await page.evaluate(async () => {
        const { WebSocketStream } = (globalThis as any).hawser
        const url = (globalThis as any).location.href.replace('http', 'ws')
        const name = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: any) => error.name)
        const controller = new AbortController()
        const waiting = new WebSocketStream(`${url}waits`, { signal: controller.signal })
        controller.abort()
        const later = new AbortController()
        const stream = new WebSocketStream(url, { signal: later.signal })
        const { readable, writable } = await stream.opened
        later.abort()
        await writable.getWriter().write('a')
        const { value } = await readable.getReader().read()
        stream.close()
        return [await name(waiting.opened), await name(waiting.closed), value]
      })
      assert.deepEqual(seen, ['AbortError', 'AbortError', 'a'])
    })

    test(
      over === 'WebSocketStream'
        ? 'a WebSocketStream of a page that nobody reads makes the server wait, and a server that does not read makes its writer wait'
        : 'a WebSocketStream of a page over its WebSocket cannot make the server wait; a server that does not read makes its writer wait',
      async () => {
        await page.evaluate(
          async ([count, size]) => {
            const { connect, WebSocketStream } = (globalThis as any).hawser
            const url = (globalThis as any).location.href.replace('http', 'ws')
            const [other, reading, writing] = [await connect('/'), new WebSocketStream(`${url}sends`), new WebSocketStream(`${url}receives`)]
            const reader = (await reading.opened).readable.getReader()
            const writer = (await writing.opened).writable.getWriter()
            const test = { other, reading, writing, reader, written: 0, wrote: undefined as unknown }
            const write = async (): Promise<void> => {
              for (const message = new Uint8Array(size); test.written < count; test.written++) await writer.write(message)
            }
            test.wrote = write()
            Object.assign(globalThis, { test })
          },
          [count, size] as const,
        )
        /** Enough turns to transport all of it, if nobody had to wait. */
        const idle = (): Promise<unknown> =>
          page.evaluate(async () => {
            const { other } = (globalThis as any).test
            for (let i = 0; i < 100; i++) {
              other.send('a')
              await other.receive()
            }
          })
        await idle()
        if (over === 'WebSocketStream') assert.ok(servers.sent < count, `all of ${count} messages were sent, and nobody read`)
        else while (servers.sent < count) await idle()
        const written = await page.evaluate(() => (globalThis as any).test.written)
        assert.ok(written < count, `all of ${count} writes ended, and nobody read`)
        servers.resume()
        const bytes = await page.evaluate(async (count) => {
          const { other, reading, writing, reader, wrote } = (globalThis as any).test
          let bytes = 0
          for (let i = 0; i < count; i++) bytes += (await reader.read()).value.byteLength
          await wrote
          reading.close()
          writing.close()
          await Promise.all([reading.closed, writing.closed, other.close()])
          return bytes
        }, count)
        assert.equal(bytes, count * size)
      },
    )

    test('a page over TLS and HTTP/2 agrees on permessage-deflate, and its messages become smaller in both directions', async () => {
      const seen = await secure.page.evaluate(async () => {
        const socket = await (globalThis as any).hawser.connect('/')
        const text = 'the same again, '.repeat(1000)
        socket.send(text)
        const isSame = (await socket.receive()) === text
        return [isSame, socket.transport.secure, socket.extensions.map(({ name }: any) => name)]
      })
      assert.deepEqual(seen, [true, true, ['permessage-deflate']])
      const [socket] = servers.opened
      assert.deepEqual([socket.transport.secure, socket.transport.httpVersion], [true, '2'])
      for (const direction of ['sent', 'received']) {
        const { wireBytes, rawBytes } = socket.extensions[0].statistics[direction]
        assert.ok(wireBytes > 0 && wireBytes < rawBytes / 10, `${direction}: ${wireBytes} of ${rawBytes}`)
      }
    })
  })
}

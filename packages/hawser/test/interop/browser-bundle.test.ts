import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { json, serve } from '../../src/index.ts'
import type { CloseInfo, ListeningServer, Subprotocols } from '../../src/index.ts'
import type { ServeOptions } from '../../src/index.ts'
import { launchChromium, skipReason } from '../inspect/chromium.ts'
import { bundleOfBrowsers, openPage } from './browser-page.ts'
import type { PlatformClass } from './browser-page.ts'

/** The library as a page gets it: a bundle of the package, run in Chromium against a server. */

let browser: Browser | undefined
let code = ''
before(async () => {
  if (skipReason !== false) return
  code = await bundleOfBrowsers()
  browser = await launchChromium()
})
after(() => browser?.close())

const options = { skip: skipReason, timeout: 60_000 }
const classes: readonly PlatformClass[] = ['WebSocketStream', 'WebSocket']

interface Bench {
  readonly page: Page
  readonly server: ListeningServer<any, undefined>
  readonly ended: Promise<CloseInfo>
}

/** A page with the bundle; for `WebSocket`, in a browser that has no WebSocketStream. */
async function bench(t: TestContext, over: PlatformClass, options: Partial<ServeOptions<any>> = {}): Promise<Bench> {
  let end!: (info: CloseInfo) => void
  const ended = new Promise<CloseInfo>((resolve) => {
    end = resolve
  })
  const server = await serve<Subprotocols>({
    port: 0,
    request: (_request, response) => void response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>test</title>'),
    message: (socket: any, message: unknown) => void socket.send(message),
    close: (_socket: unknown, info: CloseInfo) => end(info),
    ...options,
  } as ServeOptions<any>)
  t.after(() => server.close())
  const { page, errors, close } = await openPage(browser as Browser, code, server.url, over)
  t.after(close)
  t.after(() => assert.deepEqual(errors, []))
  return { page, server, ended }
}

for (const over of classes) {
  test(`a page over ${over}: subprotocol, JSON both ways, and both ends of a close`, options, async (t) => {
    const { page, ended } = await bench(t, over, { subprotocols: { sum: json() } })
    const seen = await page.evaluate(async () => {
      const { connect, json } = (globalThis as any).hawser
      const socket = await connect('/chat', { subprotocols: { none: json(), sum: json() } })
      const { subprotocol, readyState, extensions } = socket
      const results = [socket.send({ n: 1 }), socket.send({ n: 2 })]
      const messages = [await socket.receive(), await socket.receive()]
      const { code, reason, wasClean, initiator, sent, received, error } = await socket.close(3000, 'done')
      return { subprotocol, readyState, extensions, results, messages, info: { code, reason, wasClean, initiator, sent, received, error } }
    })
    assert.deepEqual(seen, {
      subprotocol: 'sum',
      readyState: 'OPEN',
      extensions: [],
      results: ['sent', 'sent'],
      messages: [{ n: 1 }, { n: 2 }],
      info: {
        code: 3000,
        reason: 'done',
        wasClean: true,
        initiator: 'local',
        sent: { code: 3000, reason: 'done' },
        received: { code: 3000, reason: 'done' },
        error: undefined,
      },
    })
    const { code, reason, initiator } = await ended
    assert.deepEqual([code, reason, initiator], [3000, 'done', 'remote'])
  })

  test(`a page over ${over}: text and binary in order, and the server’s close after the last message`, options, async (t) => {
    const { page } = await bench(t, over, {
      async open(socket: any) {
        socket.send('text')
        socket.send(Uint8Array.of(0, 128, 255))
        socket.send('')
        void socket.close(4001, 'enough')
      },
    })
    const seen = await page.evaluate(async () => {
      const socket = await (globalThis as any).hawser.connect('/')
      const messages: unknown[] = []
      for await (const message of socket) messages.push(typeof message === 'string' ? message : [message.constructor.name, ...message])
      const { code, reason, wasClean, initiator } = await socket.closed
      return [messages, code, reason, wasClean, initiator, socket.send('late')]
    })
    assert.deepEqual(seen, [['text', ['Uint8Array', 0, 128, 255], ''], 4001, 'enough', true, 'remote', 'closed'])
  })

  test(`a page over ${over}: a refused handshake, a subprotocol that the server does not have, and an option of Node`, options, async (t) => {
    const { page } = await bench(t, over, { upgrade: () => new Response('who are you?', { status: 401 }) })
    const seen = await page.evaluate(async () => {
      const { connect, HandshakeError, OptionError } = (globalThis as any).hawser
      const failure = async (url: string, options?: object): Promise<unknown> => {
        try {
          await connect(url, options)
          return 'connected'
        } catch (error: any) {
          return [error instanceof HandshakeError, error instanceof OptionError, error.code, error.stage ?? error.option]
        }
      }
      return [
        await failure('/'),
        await failure('ftp://h/'),
        await failure('/', { signal: AbortSignal.abort() }),
        await failure('/', { headers: { 'x-token': '1' } }),
      ]
    })
    assert.deepEqual(seen, [
      [true, false, 'HAWSER_HANDSHAKE', 'response'],
      [true, false, 'HAWSER_HANDSHAKE', 'url'],
      [true, false, 'HAWSER_HANDSHAKE', 'aborted'],
      [false, true, 'HAWSER_OPTION', 'headers'],
    ])
    const other = await bench(t, over)
    const refused = await other.page.evaluate(() =>
      (globalThis as any).hawser.connect('/', { subprotocols: ['none'] }).then(
        () => 'connected',
        (error: any) => error.code,
      ),
    )
    assert.equal(refused, 'HAWSER_HANDSHAKE')
  })
}

const count = 200
const size = 256 * 1024

test('a page that takes no messages makes the server wait where the browser has WebSocketStream', options, async (t) => {
  let sent = 0
  const { page } = await bench(t, 'WebSocketStream', {
    async open(socket: any) {
      for (const message = new Uint8Array(size); sent < count; sent++) {
        if (socket.send(message) === 'closed') return
        await socket.drained
      }
    },
  })
  await page.evaluate(async () => Object.assign(globalThis, { socket: await (globalThis as any).hawser.connect('/') }))
  for (let before = -1; before !== sent; ) {
    before = sent
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)))
  }
  assert.ok(sent < count, `the page took ${sent} of ${count} messages that nobody read`)
  const bytes = await page.evaluate(async (count) => {
    let bytes = 0
    for (let read = 0; read < count; read++) bytes += (await (globalThis as any).socket.receive()).byteLength
    await (globalThis as any).socket.close()
    return bytes
  }, count)
  assert.equal(bytes, count * size)
})

test('a page that takes no messages is closed with 4008 where the browser cannot stop reading', options, async (t) => {
  const { page, ended } = await bench(t, 'WebSocket', {
    limits: { sendBuffer: 1 << 30 },
    open(socket: any) {
      for (let sent = 0; sent < count; sent++) socket.send(new Uint8Array(size))
    },
  })
  const seen = await page.evaluate(async () => {
    const socket = await (globalThis as any).hawser.connect('/')
    const { error, wasClean } = await socket.closed
    return [error.limit, error.fault, wasClean]
  })
  assert.deepEqual(seen, ['backlog', 'application', false])
  assert.equal((await ended).code, 4008)
})

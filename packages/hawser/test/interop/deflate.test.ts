import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { WebSocket as UndiciWebSocket } from 'undici'
import { WebSocket as WsClient, WebSocketServer, type PerMessageDeflateOptions } from 'ws'
import type { DeflateSession } from '../../src/core/extensions/permessage-deflate/session.ts'
import type { Extension } from '../../src/core/protocol/extension.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import { permessageDeflate, type PermessageDeflateOptions } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { serve } from '../../src/runtime/node/serve.ts'
import { launchChromium, skipReason } from '../inspect/chromium.ts'

const MESSAGES = [
  'short',
  JSON.stringify(Array.from({ length: 40 }, (_, i) => ({ i, name: `user ${i}`, active: i % 2 === 0 }))),
  'Лиса и 狐狸 und die Füchsin 🦊 '.repeat(60),
  '',
  JSON.stringify(Array.from({ length: 6000 }, (_, i) => ({ i, square: i * i }))),
  'a small one after the large one, a small one after the large one, a small one after the large one',
]

/** An extension that also shows its sessions, so that a test sees whether messages were compressed. */
function watched(options: PermessageDeflateOptions = {}): Extension & { readonly sessions: DeflateSession[] } {
  const extension = permessageDeflate({ maxRatio: Infinity, ...options })
  const sessions: DeflateSession[] = []
  const watch = (decision: ReturnType<Extension['accept']>): ReturnType<Extension['accept']> =>
    decision.accepted
      ? {
          ...decision,
          open: () => {
            const session = decision.open() as DeflateSession
            sessions.push(session)
            return session
          },
        }
      : decision
  return {
    ...extension,
    sessions,
    accept: (offer) => watch(extension.accept(offer)),
    confirm: (response, offers) => watch(extension.confirm(response, offers)),
  }
}

const echoServer = (extension: Extension, close: () => void = () => undefined) =>
  serve({ port: 0, extensions: [extension], origins: 'any', limits: { message: 16 << 20 }, message: (socket, data) => void socket.send(data), close })

async function echoesWithWs(socket: WsClient): Promise<void> {
  const received: string[] = []
  const all = new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', (code, reason) => reject(new Error(`closed ${code} ${reason}`)))
    socket.on('message', (data) => {
      received.push(String(data))
      if (received.length === 2 * MESSAGES.length) resolve()
    })
  })
  await once(socket, 'open')
  for (const message of [...MESSAGES, ...MESSAGES]) socket.send(message)
  await all
  assert.deepEqual(received, [...MESSAGES, ...MESSAGES])
}

const booleans = [false, true]
const PARAMETERS: PerMessageDeflateOptions[] = booleans.flatMap((serverNoContextTakeover) =>
  booleans.flatMap((clientNoContextTakeover) =>
    [undefined, 9, 15].flatMap((serverMaxWindowBits) =>
      [undefined, 9, 15].map((clientMaxWindowBits) => ({
        serverNoContextTakeover,
        clientNoContextTakeover,
        ...(serverMaxWindowBits === undefined ? {} : { serverMaxWindowBits }),
        ...(clientMaxWindowBits === undefined ? {} : { clientMaxWindowBits }),
        threshold: 0,
      })),
    ),
  ),
)

test('a ws client with every parameter set exchanges compressed messages with our server [PD3, PD4, PD5]', async () => {
  const extension = watched()
  await using server = await echoServer(extension)
  for (const perMessageDeflate of PARAMETERS) {
    const socket = new WsClient(server.url, { perMessageDeflate })
    await echoesWithWs(socket)
    assert.match(socket.extensions, /^permessage-deflate/)
    const { statistics } = extension.sessions.at(-1) as DeflateSession
    assert.ok(statistics.sent.ratio > 3 && statistics.received.ratio > 3, JSON.stringify(perMessageDeflate))
    socket.removeAllListeners('close').terminate()
  }
  assert.equal(extension.sessions.length, PARAMETERS.length)
})

test('our client exchanges compressed messages with a ws server with every parameter set [PD3, PD4, PD5]', async () => {
  for (const [index, perMessageDeflate] of PARAMETERS.entries()) {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate })
    wss.on('connection', (socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })))
    await once(wss, 'listening')
    const own: PermessageDeflateOptions = index % 2 === 0 ? {} : { serverNoContextTakeover: true, clientMaxWindowBits: 15, alternatives: [{}] }
    const extension = watched(own)
    const socket = await connect(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}/`, { extensions: [extension], limits: { message: 16 << 20 } })
    assert.equal(socket.extensions[0]?.name, 'permessage-deflate')
    for (const message of [...MESSAGES, ...MESSAGES]) socket.send(message)
    const received: unknown[] = []
    for await (const message of socket) if (received.push(message) === 2 * MESSAGES.length) break
    assert.deepEqual(received, [...MESSAGES, ...MESSAGES])
    assert.ok((socket.extensions[0]?.statistics?.received.ratio ?? 0) > 3, JSON.stringify(perMessageDeflate))
    socket.terminate()
    for (const client of wss.clients) client.terminate()
    await new Promise((resolve) => wss.close(resolve))
  }
})

test('a server that declines every offer answers 101 without the extension, and messages flow [PD7]', async () => {
  const extension = permessageDeflate()
  await using server = await echoServer({ ...extension, accept: () => ({ accepted: false, reason: 'not today' }) })
  const socket = new WsClient(server.url, { perMessageDeflate: true })
  await echoesWithWs(socket)
  assert.equal(socket.extensions, '')
  socket.removeAllListeners('close').terminate()
})

test('both ends hawser: messages of all kinds, streams and control frames between fragments come back', async () => {
  const extension = watched()
  let ended: () => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    ended = resolve
  })
  await using server = await echoServer(extension, () => ended())
  const socket = await connect(server.url, { extensions: [permessageDeflate()], limits: { message: 16 << 20 } })
  const pieces = ['one ', 'two ', 'one two ', 'three '].map((piece) => piece.repeat(30))
  const streamed = socket.sendStream(
    (async function* () {
      for (const piece of pieces) {
        await socket.ping()
        yield piece
      }
    })(),
  )
  for (const message of MESSAGES) socket.send(message)
  socket.send(Buffer.from(MESSAGES[1] ?? ''), { compress: true })
  socket.send(MESSAGES[1] ?? '', { compress: false })
  const expected = [pieces.join(''), ...MESSAGES, Buffer.from(MESSAGES[1] ?? ''), MESSAGES[1]]
  const received: unknown[] = []
  for await (const message of socket) if (received.push(message instanceof Uint8Array ? Buffer.from(message) : message) === expected.length) break
  await streamed
  assert.deepEqual(received, expected)
  const { statistics } = extension.sessions[0] as DeflateSession
  assert.ok(statistics.received.ratio > 3)
  assert.ok(statistics.received.messages > statistics.received.compressedMessages)
  assert.equal((await socket.close(1000)).wasClean, true)
  await closed
  assert.equal(extension.sessions[0]?.heldBytes, 0)
})

test('a frame with RSV1 after the extension was declined fails with 1002 [S12.28]', async () => {
  const closed: number[] = []
  await using server = await serve({ port: 0, message() {}, close: (_, info) => void closed.push(info.sent?.code ?? 0) })
  const socket = new WsClient(server.url, { perMessageDeflate: true })
  await once(socket, 'open')
  assert.equal(socket.extensions, '')
  const raw = Reflect.get(socket, '_socket') as { write(bytes: Uint8Array): void }
  raw.write(Buffer.from([0xc1, 0x81, 0, 0, 0, 0, 0x00]))
  socket.on('error', () => undefined)
  const [code] = (await once(socket, 'close')) as [number]
  assert.equal(code, 1002)
})

test('a decompression bomb closes with 1009, and the server keeps running [CVE-2018-1000518]', async () => {
  await using server = await echoServer(permessageDeflate())
  const socket = new WsClient(server.url, { perMessageDeflate: { threshold: 0 } })
  await once(socket, 'open')
  socket.on('error', () => undefined)
  socket.send(Buffer.alloc(64 << 20))
  const [code] = (await once(socket, 'close')) as [number]
  assert.equal(code, 1009)
  const next = await connect(server.url, { extensions: [permessageDeflate()] })
  next.send('still here')
  for await (const message of next) {
    assert.equal(message, 'still here')
    break
  }
  next.terminate()
})

test('undici receives compressed messages, and hawser reads those that undici sends', async () => {
  const extension = watched()
  await using server = await echoServer(extension)
  const socket = new UndiciWebSocket(server.url)
  const received: unknown[] = []
  const done = new Promise<void>((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('undici failed the connection')))
    socket.addEventListener('message', ({ data }) => {
      received.push(data)
      if (received.length === MESSAGES.length) resolve()
    })
    socket.addEventListener('open', () => {
      for (const message of MESSAGES) socket.send(message)
    })
  })
  await done
  assert.deepEqual(received, MESSAGES)
  assert.match(socket.extensions, /^permessage-deflate/)
  assert.ok((extension.sessions[0]?.statistics.sent.ratio ?? 0) > 3)
  socket.close()
})

test('Chromium exchanges compressed messages with our server, with takeover and without', { skip: skipReason }, async () => {
  const web = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'))
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(web.address() as AddressInfo).port}/`)
    for (const options of [
      {},
      { serverNoContextTakeover: true, clientNoContextTakeover: true },
      { serverMaxWindowBits: 8, clientMaxWindowBits: 9 },
    ]) {
      const extension = watched(options)
      await using server = await echoServer(extension)
      const result = await page.evaluate(
        ([url, messages]) =>
          new Promise<{ extensions: string; received: unknown[] }>((resolve, reject) => {
            const socket = new (globalThis as unknown as { WebSocket: new (url: string) => any }).WebSocket(url)
            const received: unknown[] = []
            socket.addEventListener('close', ({ code }: { code: number }) => reject(new Error(`closed ${code}`)))
            socket.addEventListener('open', () => messages.forEach((message) => socket.send(message)))
            socket.addEventListener('message', ({ data }: { data: unknown }) => {
              if (received.push(data) === messages.length) resolve({ extensions: socket.extensions, received })
            })
          }),
        [server.url, [...MESSAGES, ...MESSAGES]] as const,
      )
      assert.deepEqual(result.received, [...MESSAGES, ...MESSAGES])
      assert.match(result.extensions, /^permessage-deflate/)
      const { statistics } = extension.sessions[0] as DeflateSession
      assert.ok(statistics.received.ratio > 3 && statistics.sent.ratio > 3)
    }
  } finally {
    await browser.close()
    web.close()
  }
})

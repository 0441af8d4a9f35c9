import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket as Peer } from 'ws'
import { ConnectionError, HandshakeError, WebSocket } from '../../../src/index.ts'
import type { CloseEvent, ErrorEvent } from '../../../src/index.ts'
import { fieldOf, frame, switchingProtocols, withServer } from './raw-server.ts'
import type { RawConnection } from './raw-server.ts'

async function withPeer<T>(
  serve: (peer: Peer, request: IncomingMessage) => void,
  use: (url: string) => Promise<T>,
  options: ServerOptions = {},
): Promise<T> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options })
  server.on('connection', serve)
  await once(server, 'listening')
  try {
    return await use(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  } finally {
    for (const peer of server.clients) peer.terminate()
    server.close()
    await once(server, 'close')
  }
}

const next = <E extends Event>(webSocket: WebSocket, type: string): Promise<E> =>
  new Promise((resolve) => webSocket.addEventListener(type, (event) => resolve(event as E), { once: true }))

test('a whole life against another server: subprotocol, text, bytes, a Blob, and a clean close', async () => {
  await withPeer(
    (peer) => peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary })),
    async (url) => {
      const webSocket = new WebSocket(url, ['chat', 'soap'])
      assert.equal(webSocket.readyState, WebSocket.CONNECTING)
      assert.equal(webSocket.url, url)
      await next(webSocket, 'open')
      assert.equal(webSocket.readyState, WebSocket.OPEN)
      assert.equal(webSocket.protocol, 'chat')
      assert.equal(webSocket.extensions, '')
      const seen: unknown[] = []
      const done = new Promise<void>((resolve) => {
        webSocket.onmessage = async (event) => {
          seen.push(event.data)
          if (seen.length === 3) resolve()
        }
      })
      webSocket.send('grüße')
      webSocket.send(new Blob(['blob']))
      webSocket.send(new Uint8Array([1, 2]))
      assert.equal(webSocket.bufferedAmount, 7 + 4 + 2)
      await done
      assert.equal(seen[0], 'grüße')
      assert.equal(await (seen[1] as Blob).text(), 'blob')
      assert.deepEqual(new Uint8Array(await (seen[2] as Blob).arrayBuffer()), new Uint8Array([1, 2]))
      assert.equal(webSocket.bufferedAmount, 0)
      const closed = next<CloseEvent>(webSocket, 'close')
      webSocket.close(3000, 'done')
      assert.equal(webSocket.readyState, WebSocket.CLOSING)
      const event = await closed
      assert.deepEqual([event.code, event.reason, event.wasClean], [3000, 'done', true])
      assert.equal(webSocket.readyState, WebSocket.CLOSED)
    },
  )
})

test('close() without arguments sends a Close frame without code, as browsers do', async () => {
  let code: Promise<unknown[]> | undefined
  await withPeer(
    (peer) => {
      code = once(peer, 'close')
    },
    async (url) => {
      const webSocket = new WebSocket(url)
      await next(webSocket, 'open')
      webSocket.close()
      assert.equal((await next<CloseEvent>(webSocket, 'close')).code, 1005)
      assert.equal((await code)?.[0], 1005)
    },
  )
})

test('an arraybuffer has exactly the bytes of the message', async () => {
  await withPeer(
    (peer) => {
      for (const size of [3, 5000, 70_000]) peer.send(Buffer.alloc(size, 7))
    },
    async (url) => {
      const webSocket = new WebSocket(url)
      webSocket.binaryType = 'arraybuffer'
      const sizes: number[] = []
      await new Promise<void>((resolve) => {
        webSocket.onmessage = ({ data }) => {
          assert.ok(data instanceof ArrayBuffer)
          assert.ok(new Uint8Array(data).every((byte) => byte === 7))
          if (sizes.push(data.byteLength) === 3) resolve()
        }
      })
      assert.deepEqual(sizes, [3, 5000, 70_000])
      webSocket.close()
      await next(webSocket, 'close')
    },
  )
})

test('frames in the segment of the 101 arrive after open, in order', async () => {
  await withServer(
    async ({ head, socket }) =>
      void socket.end(Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(1, 'a'), frame(1, 'b'), frame(8, Buffer.from([3, 232]))])),
    async (server) => {
      const webSocket = new WebSocket(server.url)
      const log: string[] = []
      webSocket.onopen = () => log.push('open')
      webSocket.onmessage = (event) => log.push(event.data as string)
      const { code } = await next<CloseEvent>(webSocket, 'close')
      assert.deepEqual(log, ['open', 'a', 'b'])
      assert.equal(code, 1000)
    },
  )
})

test('a failed handshake is error with the HandshakeError, then close 1006, and never open [RC24]', async () => {
  await withPeer(
    () => {},
    async (url) => {
      const webSocket = new WebSocket(url)
      const log: unknown[] = []
      webSocket.onopen = () => log.push('open')
      webSocket.onerror = (event: ErrorEvent) => log.push(event.error instanceof HandshakeError && event.error.status, event.message)
      const { code, wasClean } = await next<CloseEvent>(webSocket, 'close')
      assert.deepEqual([code, wasClean], [1006, false])
      assert.equal(log[0], 401)
      assert.match(String(log[1]), /401.*credentials/)
      assert.equal(log.length, 2)
    },
    { verifyClient: (_info: unknown, done: (ok: boolean, code: number) => void) => done(false, 401) },
  )
})

test('a wrong Sec-WebSocket-Accept never opens', async () => {
  await withServer(
    async ({ head, socket }) => void socket.write(switchingProtocols(await head(), { 'Sec-WebSocket-Accept': 'x' })),
    async (server) => {
      const webSocket = new WebSocket(server.url)
      let opened = false
      webSocket.onopen = () => {
        opened = true
      }
      const error = await next<ErrorEvent>(webSocket, 'error')
      assert.equal((error.error as HandshakeError).stage, 'accept')
      assert.equal(opened, false)
    },
  )
})

test('the class fails if the server selects none of the offered subprotocols [WebSockets standard]', async () => {
  await withServer(
    async ({ head, socket }) => void socket.write(switchingProtocols(await head())),
    async (server) => {
      const error = await next<ErrorEvent>(new WebSocket(server.url, 'chat'), 'error')
      assert.equal((error.error as HandshakeError).stage, 'subprotocol')
    },
  )
})

test('close() while CONNECTING ends the connection of the network too [C1.21]', async () => {
  await withServer(
    async ({ head }) => {
      await head()
      webSocket?.close()
    },
    async (server) => {
      webSocket = new WebSocket(server.url)
      const log: string[] = []
      for (const type of ['open', 'error', 'close']) webSocket.addEventListener(type, () => log.push(type))
      const { code } = await next<CloseEvent>(webSocket, 'close')
      assert.equal(code, 1006)
      assert.deepEqual(log, ['error', 'close'])
      const { socket } = server.connections[0] as RawConnection
      if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
    },
  )
  var webSocket: WebSocket | undefined
})

test('the signal in the options ends an attempt [C1.22]', async () => {
  const controller = new AbortController()
  await withServer(
    async ({ head }) => {
      await head()
      controller.abort()
    },
    async (server) => {
      const error = await next<ErrorEvent>(new WebSocket(server.url, { signal: controller.signal }), 'error')
      assert.equal((error.error as HandshakeError).stage, 'aborted')
    },
  )
})

test('headers, origin and protocols in the options object go on the wire', async () => {
  await withServer(
    async ({ head, socket }) => void socket.write(switchingProtocols(await head(), { 'Sec-WebSocket-Protocol': 'b' })),
    async (server) => {
      const webSocket = new WebSocket(server.url, { protocols: ['a', 'b'], headers: { Cookie: 'a=b' }, origin: 'https://app.example' })
      await next(webSocket, 'open')
      assert.equal(webSocket.protocol, 'b')
      const head = await (server.connections[0] as RawConnection).head()
      assert.deepEqual(
        [fieldOf(head, 'Cookie'), fieldOf(head, 'Origin'), fieldOf(head, 'Sec-WebSocket-Protocol')],
        [['a=b'], ['https://app.example'], ['a, b']],
      )
      webSocket.close()
    },
  )
})

test('a protocol error of the server fires error with the rule, then close 1006', async () => {
  await withServer(
    async ({ head, socket, afterHead }) => {
      socket.write(Buffer.concat([Buffer.from(switchingProtocols(await head())), Buffer.from([0xc1, 0])]))
      await afterHead(8)
      socket.end()
    },
    async (server) => {
      const webSocket = new WebSocket(server.url)
      const closed = next<CloseEvent>(webSocket, 'close')
      const error = await next<ErrorEvent>(webSocket, 'error')
      assert.ok(error.error instanceof ConnectionError)
      assert.equal(error.error.closeCode, 1002)
      assert.equal((await closed).code, 1006)
    },
  )
})

test('one message of many megabytes arrives whole', async () => {
  await withPeer(
    (peer) => peer.send(Buffer.alloc(5_000_000, 1)),
    async (url) => {
      const webSocket = new WebSocket(url)
      const { data } = await next<MessageEvent>(webSocket, 'message')
      assert.equal((data as Blob).size, 5_000_000)
      webSocket.close()
      await next(webSocket, 'close')
    },
  )
})

test('the class offers permessage-deflate once, as browsers do, uses it, and does not by option [C2.6]', async () => {
  const offers: (string | undefined)[] = []
  const serve = (peer: Peer, request: IncomingMessage): void => {
    offers.push(request.headers['sec-websocket-extensions'])
    peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }))
  }
  await withPeer(
    serve,
    async (url) => {
      const agreed: string[] = []
      for (const options of [undefined, { extensions: [] }]) {
        const webSocket = new WebSocket(url, options)
        await next(webSocket, 'open')
        agreed.push(webSocket.extensions)
        const text = 'compressible '.repeat(1000)
        webSocket.send(text)
        assert.equal((await next<MessageEvent>(webSocket, 'message')).data, text)
        webSocket.close()
        await next(webSocket, 'close')
      }
      assert.deepEqual(offers, ['permessage-deflate; client_max_window_bits', undefined])
      assert.deepEqual(agreed, ['permessage-deflate', ''])
    },
    { perMessageDeflate: { threshold: 0 } },
  )
})

test('a handler added after `await once(socket, "open")` gets the messages that came with the 101', async () => {
  await withServer(
    async ({ head, socket }) =>
      void socket.end(Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(1, 'a'), frame(1, 'b'), frame(8, Buffer.from([3, 232]))])),
    async (server) => {
      const webSocket = new WebSocket(server.url)
      const log: unknown[] = []
      await once(webSocket, 'open')
      const [first] = (await once(webSocket, 'message')) as [MessageEvent]
      log.push(first.data)
      webSocket.onmessage = (event) => log.push(event.data)
      const { code } = await next<CloseEvent>(webSocket, 'close')
      assert.deepEqual([log, code], [['a', 'b'], 1000])
    },
  )
})

test('the close event reaches a handler added after `await once(socket, "error")`', async () => {
  await withServer(
    ({ socket }) => void socket.destroy(),
    async (server) => {
      const webSocket = new WebSocket(server.url)
      await once(webSocket, 'error')
      assert.equal((await next<CloseEvent>(webSocket, 'close')).code, 1006)
    },
  )
})

test('messages before a Blob that cannot be read arrive at the server, with close code 1011 behind them', async () => {
  const seen: unknown[] = []
  await withPeer(
    (peer) => {
      peer.on('message', (data) => seen.push((data as Buffer).length))
      peer.on('close', (code) => seen.push(code))
    },
    async (url) => {
      const webSocket = new WebSocket(url)
      await once(webSocket, 'open')
      const broken = new Blob(['x'])
      broken.arrayBuffer = () => Promise.reject(new Error('the file is gone'))
      // More than the kernel takes at once.
      webSocket.send(new Uint8Array(8_000_000))
      webSocket.send(broken)
      const error = await next<ErrorEvent>(webSocket, 'error')
      assert.match(error.message, /the file is gone/)
      await next<CloseEvent>(webSocket, 'close')
    },
  )
  assert.deepEqual(seen, [8_000_000, 1011])
})

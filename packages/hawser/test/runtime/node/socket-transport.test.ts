import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import * as tls from 'node:tls'
import type { TestContext } from 'node:test'
import type { TransportHandler } from '../../../src/connection/transport.ts'
import { connect } from '../../../src/runtime/node/connect.ts'
import { SocketTransport } from '../../../src/runtime/node/socket-transport.ts'
import { localhost } from '../../certificates/index.ts'
import { serveFor } from '../../peers/test-server.ts'

async function connected(
  t: TestContext,
  isNew: boolean = false,
): Promise<{ transport: SocketTransport; peer: net.Socket; log: string[]; handler: TransportHandler; until(entry: string): Promise<void> }> {
  const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const peer = net.connect({ port: (server.address() as net.AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  peer.on('error', () => undefined)
  const [socket] = (await once(server, 'connection')) as [net.Socket]
  t.after(() => {
    peer.destroy()
    socket.destroy()
    server.close()
  })
  const log: string[] = []
  const waiting: [string, () => void][] = []
  const add = (entry: string): void => {
    log.push(entry)
    for (const [wanted, resolve] of waiting) if (wanted === entry) resolve()
  }
  const handler: TransportHandler = {
    data: (chunk) => add(`data ${Buffer.from(chunk).toString()}`),
    end: () => add('end'),
    drained: () => add('drained'),
    closed: (error) => add(error === undefined ? 'closed' : 'failed'),
  }
  const transport = new SocketTransport(socket, isNew)
  transport.attach(handler)
  const until = (entry: string): Promise<void> =>
    log.includes(entry) ? Promise.resolve() : new Promise((resolve) => void waiting.push([entry, resolve]))
  return { transport, peer, log, handler, until }
}

/** The first socket shows whether this runtime brings the end to `push`; from the second on, new ones do without a listener for it. */
for (const [isNew, which] of [
  [false, ''],
  [true, ' of a new socket'],
  [true, ' of another new socket'],
] as const)
  test(`a transport${which} starts paused; bytes, the end and the close come in order after resume`, async (t) => {
    const { transport, peer, log, until } = await connected(t, isNew)
    peer.end('hello')
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual(log, [])
    transport.resume()
    await until('end')
    assert.equal(transport.write([Buffer.from('still '), Buffer.from('open')]), true)
    transport.end()
    await until('closed')
    assert.deepEqual(log, ['data hello', 'end', 'closed'])
    assert.equal(peer.read()?.toString(), 'still open')
  })

test('an end that was read before the transport had the socket is told once what came before it is used', async (t) => {
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const peer = net.connect({ port: (server.address() as net.AddressInfo).port, host: '127.0.0.1' })
  const [socket] = (await once(server, 'connection')) as [net.Socket]
  t.after(() => {
    peer.destroy()
    socket.destroy()
    server.close()
  })
  peer.end('last')
  // Reads, but takes nothing: the data and the end wait in the socket.
  await once(socket, 'readable')
  const log: string[] = []
  const transport = new SocketTransport(socket)
  const ended = new Promise<void>((resolve) =>
    transport.attach({
      data: (chunk) => void log.push(Buffer.from(chunk).toString()),
      end: resolve,
      drained: () => undefined,
      closed: () => undefined,
    }),
  )
  transport.resume()
  await ended
  assert.deepEqual(log, ['last'])
})

test('a write that the kernel does not take returns false and is followed by one drained', async (t) => {
  const { transport, peer, log, until } = await connected(t)
  peer.pause()
  assert.equal(transport.write([new Uint8Array(20_000_000)]), false)
  assert.equal(transport.write([new Uint8Array(10)]), false)
  assert.ok(transport.bufferedBytes > 0)
  peer.resume()
  await until('drained')
  assert.equal(transport.bufferedBytes, 0)
  assert.deepEqual(log, ['drained'])
})

test('over TLS, where no write leaves at once, each write after the first reports by itself that it has left', async (t) => {
  const server = tls.createServer({ ...localhost, allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const peer = tls.connect({ port: (server.address() as net.AddressInfo).port, host: '127.0.0.1', rejectUnauthorized: false }).resume()
  const [socket] = (await once(server, 'secureConnection')) as [tls.TLSSocket]
  t.after(() => {
    peer.destroy()
    socket.destroy()
    server.close()
  })
  const transport = new SocketTransport(socket)
  let drained = (): void => undefined
  transport.attach({ data: () => undefined, end: () => undefined, drained: () => drained(), closed: () => undefined })
  const write = t.mock.method(socket, 'write')
  const counts: number[] = []
  for (const segments of [1, 1, 2, 1]) {
    const left = new Promise<void>((resolve) => {
      drained = resolve
    })
    const before = write.mock.callCount()
    assert.equal(transport.write(Array.from({ length: segments }, () => new Uint8Array(100))), false)
    assert.equal(transport.bufferedBytes > 0, true)
    await left
    assert.equal(transport.bufferedBytes, 0)
    counts.push(write.mock.callCount() - before)
  }
  assert.deepEqual(counts, [2, 1, 2, 1])
  assert.equal(peer.bytesRead > 0, true)
})

test('a socket that is slow once and then not reports each of its writes once', async (t) => {
  const { transport, peer, log, until } = await connected(t)
  peer.pause()
  assert.equal(transport.write([new Uint8Array(20_000_000)]), false)
  peer.resume()
  await until('drained')
  for (let i = 0; i < 5; i++) {
    assert.equal(transport.write([new Uint8Array(10)]), true)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(log, ['drained'])
})

test('bytes that the kernel had not taken when the socket was destroyed stay counted, and bytes that left do not', async (t) => {
  const blocked = await connected(t)
  blocked.peer.pause()
  blocked.transport.write([new Uint8Array(20_000_000)])
  const { bufferedBytes } = blocked.transport
  blocked.transport.abort()
  await blocked.until('closed')
  assert.deepEqual([bufferedBytes, blocked.transport.bufferedBytes], [20_000_000, 20_000_000])
  const flowing = await connected(t)
  flowing.peer.resume()
  flowing.transport.write([new Uint8Array(20_000_000)])
  await flowing.until('drained')
  flowing.transport.abort()
  await flowing.until('closed')
  assert.equal(flowing.transport.bufferedBytes, 0)
})

test('a reset is an error in closed and never thrown; writing afterwards is harmless', async (t) => {
  const { transport, peer, until } = await connected(t)
  transport.resume()
  peer.resetAndDestroy()
  await until('failed')
  assert.equal(transport.write([new Uint8Array(1)]), true)
  transport.end()
  transport.abort()
})

test('abort closes also a socket that is shutting down', async (t) => {
  const { transport, peer, until } = await connected(t)
  peer.pause()
  transport.write([new Uint8Array(20_000_000)])
  transport.end()
  transport.abort()
  await until('closed')
  assert.equal(transport.socket.destroyed, true)
})

test('info says where the ends are, a later attach hands the stream over, and detach gives the socket back', async (t) => {
  const { transport, peer, log, handler, until } = await connected(t)
  const { info } = transport
  assert.deepEqual([info.httpVersion, info.secure, info.remoteAddress, info.remotePort], ['1.1', false, '127.0.0.1', peer.localPort])
  const second: string[] = []
  transport.attach({
    ...handler,
    data: (chunk) => {
      second.push(Buffer.from(chunk).toString())
      handler.data(chunk)
    },
  })
  transport.resume()
  peer.write('x')
  await until('data x')
  assert.deepEqual(second, ['x'])
  const socket = transport.detach()
  peer.write('y')
  socket.resume()
  assert.equal(String((await once(socket, 'data'))[0]), 'y')
  assert.deepEqual(log, ['data x'])
})

test('pausing while a chunk is used stops after it, and resuming in the same chunk takes that back', async (t) => {
  const { transport, peer, log, handler, until } = await connected(t)
  const data = handler.data
  let used: (() => void) | undefined
  handler.data = (chunk) => {
    transport.pause()
    if (chunk[0] === 0x61) transport.resume()
    data(chunk)
    used?.()
  }
  transport.attach(handler)
  transport.resume()
  peer.write('a')
  await until('data a')
  assert.equal(transport.socket.isPaused(), false)
  const paused = new Promise<void>((resolve) => {
    used = () => queueMicrotask(resolve)
  })
  peer.write('b')
  await paused
  assert.equal(transport.socket.isPaused(), true)
  handler.data = data
  peer.write('c')
  transport.resume()
  await until('data c')
  assert.deepEqual(log, ['data a', 'data b', 'data c'])
})

test('others who listen to the socket, before or after, see every chunk too', async (t) => {
  const { transport, peer, until } = await connected(t)
  const seen: string[] = []
  const listen = (chunk: Buffer): void => void seen.push(chunk.toString())
  transport.resume()
  peer.write('a')
  await until('data a')
  transport.socket.on('data', listen)
  peer.write('b')
  await until('data b')
  transport.socket.off('data', listen)
  peer.write('c')
  await until('data c')
  assert.deepEqual(seen, ['b'])
})

test('a chunk that came while the transport was paused is used before those that come after it', async (t) => {
  const { transport, peer, log, until } = await connected(t)
  transport.resume()
  peer.write('a')
  await until('data a')
  transport.pause()
  peer.write('b')
  while (transport.socket.readableLength === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(log, ['data a'])
  transport.resume()
  await until('data b')
  peer.end('c')
  await until('end')
  assert.deepEqual(log, ['data a', 'data b', 'data c', 'end'])
})

test('a peer that sends on while the transport is paused is stopped by TCP, and loses nothing', async (t) => {
  const { transport, peer } = await connected(t)
  let received = 0
  transport.attach({ data: (chunk) => void (received += chunk.byteLength), end: () => undefined, drained: () => undefined, closed: () => undefined })
  transport.resume()
  peer.write('a')
  while (received === 0) await new Promise((resolve) => setImmediate(resolve))
  transport.pause()
  const total = 32 * 1024 * 1024
  peer.end(Buffer.alloc(total - 1))
  const { socket } = transport
  while (socket.readableLength < socket.readableHighWaterMark) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(socket.readableLength <= 4 * 65_536, `${socket.readableLength} bytes were read ahead`)
  assert.equal(received, 1)
  transport.resume()
  await once(socket, 'end')
  assert.equal(received, total)
})

test('a socket that is handed over reads as if nobody had had it', async (t) => {
  const { transport, peer } = await connected(t)
  transport.resume()
  const socket = transport.detach()
  assert.ok(!Object.hasOwn(socket, 'push'))
  const chunk = once(socket, 'data')
  socket.resume()
  peer.write('mine')
  assert.equal(String((await chunk)[0]), 'mine')
})

test('a socket that is handed over while its chunk is used is paused, and stays as its new owner leaves it', async (t) => {
  const { transport, peer, handler, until } = await connected(t)
  const data = handler.data
  handler.data = (chunk) => {
    const socket = transport.detach()
    assert.equal(socket.isPaused(), true)
    socket.resume()
    data(chunk)
  }
  transport.attach(handler)
  transport.resume()
  peer.write('a')
  await until('data a')
  assert.equal(transport.socket.isPaused(), false)
})

/** A stream of the application around a TCP connection. */
function streamTo(port: number): Duplex {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const stream = new Duplex({
    read() {},
    write: (chunk, _encoding, callback) => void socket.write(chunk, callback),
    final: (callback) => void socket.end(callback),
    destroy(error, callback) {
      socket.destroy()
      callback(error)
    },
  })
  socket.on('error', () => {})
  socket.on('data', (chunk) => stream.push(chunk))
  socket.on('end', () => stream.push(null))
  return stream
}

test('a stream of the application that is destroyed with anything but an error ends its connection, which says with what', async (t) => {
  const server = await serveFor(t, { message() {} })
  for (const [value, message] of [
    ['gone', 'the transport failed: gone'],
    [Object.create(null), 'the transport failed: a value that cannot be shown as text'],
  ] as const) {
    const stream = streamTo(server.port)
    const socket = await connect(server.url, { createConnection: () => stream as net.Socket })
    stream.destroy(value as unknown as Error)
    const { code, error } = await socket.closed
    assert.deepEqual([code, error?.message], [1006, message])
  }
})

test('a stream of the application whose destroy throws ends its connection, and terminate() does not throw', async (t) => {
  const server = await serveFor(t, { message() {} })
  const stream = streamTo(server.port)
  const { destroy } = stream
  t.after(() => destroy.call(stream))
  const socket = await connect(server.url, { createConnection: () => stream as net.Socket, closeTimeoutMs: 50 })
  stream.destroy = () => {
    throw new Error('no')
  }
  socket.terminate()
  assert.equal((await socket.closed).code, 1006)
})

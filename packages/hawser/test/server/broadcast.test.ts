import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { DeflateCodec } from '../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { createPermessageDeflate } from '../../src/core/extensions/permessage-deflate/extension.ts'
import type { DeflateExtensionOptions } from '../../src/core/extensions/permessage-deflate/options.ts'
import type { Socket } from '../../src/connection/socket.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import { createDeflateCodec, permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import type { PermessageDeflateOptions } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { openingRequest } from '../peers/raw-client.ts'
import type { RawClient } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

test('broadcast encodes once for each subprotocol, honours except and filter, and sends nothing if the codec refuses', async (t) => {
  let encoded = 0
  const codec = {
    decode: (data: string | Uint8Array) => String(data),
    encode: (message: string) => {
      encoded++
      if (message === '') throw new Error('empty')
      return `<${message}>`
    },
  }
  const server = await serveFor(t, { subprotocols: { tagged: codec }, upgrade: (request) => ({ context: request.path }), message() {} })
  const clients = []
  for (const path of ['/1', '/2', '/3']) {
    const client = await server.client()
    client.write(openingRequest(path, { 'Sec-WebSocket-Protocol': 'tagged' }))
    await client.response()
    clients.push(client)
  }
  const [first, second, third] = clients as [RawClient, RawClient, RawClient]
  const sockets = [...server.connections]
  assert.deepEqual(server.broadcast('all'), { sent: 3, buffered: 0, replaced: 0, dropped: 0 })
  assert.equal(encoded, 1)
  assert.deepEqual(server.broadcast('some', { except: sockets[0]!, filter: (socket) => socket.context !== '/2' }), {
    sent: 1,
    buffered: 0,
    replaced: 0,
    dropped: 0,
  })
  assert.throws(() => server.broadcast(''), /codec/)
  server.broadcast('end', { except: new Set() })
  for (const client of clients) assert.equal((await client.frame()).payload.toString(), '<all>')
  assert.equal((await third.frame()).payload.toString(), '<some>')
  for (const client of [first, second, third]) assert.equal((await client.frame()).payload.toString(), '<end>')
})

test('broadcast to a given set reaches those of it that are connected here, each once, and looks at no others', async (t) => {
  const server = await serveFor(t, { upgrade: (request) => ({ context: request.path }), message() {} })
  const clients = []
  for (const path of ['/1', '/2', '/3']) {
    const client = await server.client()
    client.write(openingRequest(path))
    await client.response()
    clients.push(client)
  }
  const [first, second, third] = clients as [RawClient, RawClient, RawClient]
  const [one, two, three] = [...server.connections] as [Socket<'', any, any, string>, Socket<'', any, any, string>, Socket<'', any, any, string>]
  const asked: string[] = []
  const filter = (socket: Socket<string, any, any, string>): boolean => asked.push(socket.context) > 0
  assert.deepEqual(server.broadcast('room', { to: [one, two, one], filter }), { sent: 2, buffered: 0, replaced: 0, dropped: 0 })
  assert.deepEqual(asked, ['/1', '/2'])
  const other = await serveFor(t, { upgrade: () => ({ context: '' }), message() {} })
  assert.deepEqual(other.broadcast('elsewhere', { to: [one] }), { sent: 0, buffered: 0, replaced: 0, dropped: 0 })
  assert.deepEqual(server.broadcast('but one', { to: new Set([one, three]), except: one }), { sent: 1, buffered: 0, replaced: 0, dropped: 0 })
  for (const client of [first, second]) assert.equal((await client.frame()).payload.toString(), 'room')
  assert.equal((await third.frame()).payload.toString(), 'but one')
})

/** Notes the size of what each call is to compress. */
function counting(): { readonly codec: DeflateCodec; readonly calls: number[] } {
  const inner = createDeflateCodec()
  const calls: number[] = []
  const deflater: DeflateCodec['deflater'] = (options) => {
    const deflater = inner.deflater(options)
    return {
      deflate: (bytes, end, done) => (calls.push(bytes.length), deflater.deflate(bytes, end, done)),
      forget: () => deflater.forget(),
      dispose: () => deflater.dispose(),
      get heldBytes() {
        return deflater.heldBytes
      },
    }
  }
  return { codec: { minWindowBits: inner.minWindowBits, inflater: inner.inflater, deflater }, calls }
}

async function serveDeflate(t: TestContext, options: DeflateExtensionOptions = {}) {
  const { codec, calls } = counting()
  const server = await serveFor(t, { extensions: [createPermessageDeflate(options, codec)], origins: 'any', message() {} })
  const client = async (own: PermessageDeflateOptions = {}): Promise<Socket> => {
    const socket = await connect(server.url, { extensions: [permessageDeflate(own)] })
    t.after(() => socket.terminate())
    return socket as Socket
  }
  return { server, calls, client }
}

async function take(socket: Socket, count: number): Promise<unknown[]> {
  const messages: unknown[] = []
  for await (const message of socket) if (messages.push(message) === count) break
  return messages
}

const text = (about: string): string => `${about}, and words that are worth to be compressed `.repeat(8)

test('a broadcast to a hundred connections compresses once for each window, with takeover and without, between messages of their own', async (t) => {
  const { server, calls, client } = await serveDeflate(t)
  const offers: PermessageDeflateOptions[] = [{}, { serverNoContextTakeover: true }, { serverMaxWindowBits: 9 }, { serverMaxWindowBits: 15 }]
  const clients = await Promise.all(Array.from({ length: 100 }, (_, i) => client(offers[i % 4])))
  const own = (): void => {
    for (const [i, socket] of [...server.connections].entries()) socket.send(text(`only for ${i}`))
  }
  own()
  assert.equal(calls.length, 100)
  for (const message of [text('for all'), text('for all'), 'short']) assert.equal(server.broadcast(message).sent, 100)
  // 12 bits is the most that this server uses; 15 were asked for.
  assert.equal(calls.length, 104, 'once for 9 and once for 12 bits')
  own()
  assert.equal(calls.length, 204)
  const received = await Promise.all(clients.map((socket) => take(socket, 5)))
  for (const [first, ...rest] of received) assert.deepEqual(rest, [text('for all'), text('for all'), 'short', first])
  for (const [i, socket] of clients.entries()) {
    const traffic = socket.extensions[0]?.statistics?.received
    assert.equal(traffic?.compressedMessages, 4, `client ${i}`)
    assert.ok(traffic.ratio > 3)
  }
  for (const { extensions } of server.connections) assert.equal(extensions[0]?.statistics?.sent.messages, 5)
})

test('a broadcast to one connection keeps the context of that connection', async (t) => {
  const { server, client } = await serveDeflate(t)
  const socket = await client()
  const [connection] = server.connections
  const sizes: number[] = []
  for (let i = 0; i < 2; i++) {
    const before = connection?.extensions[0]?.statistics?.sent.wireBytes ?? 0
    server.broadcast(text('twice'))
    sizes.push((connection?.extensions[0]?.statistics?.sent.wireBytes ?? 0) - before)
  }
  assert.ok((sizes[1] as number) < (sizes[0] as number) / 2)
  assert.deepEqual(await take(socket, 2), [text('twice'), text('twice')])
})

test('compress, the predicate and the threshold hold for a broadcast', async (t) => {
  const { server, calls, client } = await serveDeflate(t, { compress: ({ isText }) => isText })
  const clients = await Promise.all([client(), client(), client()])
  const bytes = new Uint8Array(Buffer.from(text('binary')))
  server.broadcast(text('text'))
  assert.equal(calls.length, 1)
  server.broadcast(bytes)
  server.broadcast(text('text'), { compress: false })
  server.broadcast('short')
  assert.equal(calls.length, 1)
  server.broadcast(bytes, { compress: true })
  server.broadcast('short', { compress: true })
  assert.equal(calls.length, 3)
  for (const socket of clients) assert.deepEqual(await take(socket, 6), [text('text'), bytes, text('text'), 'short', bytes, 'short'])
})

test('a large broadcast is compressed off the event loop, once, and keeps its place among other messages', async (t) => {
  const { server, calls, client } = await serveDeflate(t)
  const clients = await Promise.all([client(), client(), client()])
  const large = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ i })))
  for (const connection of server.connections) connection.send(large)
  assert.equal(calls.length, 3)
  server.broadcast(text('between'))
  server.broadcast(large)
  for (const connection of server.connections) connection.send('after')
  assert.equal(calls.length, 5)
  for (const socket of clients) assert.deepEqual(await take(socket, 4), [large, text('between'), large, 'after'])
})

test('a broadcast waits behind a streamed message of a connection, and reaches the others at once', async (t) => {
  const { server, client } = await serveDeflate(t)
  const clients = await Promise.all([client(), client(), client()])
  const [first] = server.connections
  const streaming = clients.findIndex(({ transport }) => transport.localPort === first?.transport.remotePort)
  let finish: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    finish = resolve
  })
  const streamed = first?.sendStream(
    (async function* () {
      yield 'begun '
      await held
      yield 'ended'
    })(),
  )
  assert.deepEqual(server.broadcast(text('all')), { sent: 2, buffered: 1, replaced: 0, dropped: 0 })
  for (const [i, socket] of clients.entries()) if (i !== streaming) assert.deepEqual(await take(socket, 1), [text('all')])
  finish()
  await streamed
  assert.deepEqual(await take(clients[streaming] as Socket, 2), ['begun ended', text('all')])
})

test('broadcast throws the error of the predicate, and no connection gets the message', async (t) => {
  let willThrow = true
  const { server, client } = await serveDeflate(t, {
    compress: () => {
      if (willThrow) throw new RangeError('of the application')
      return true
    },
  })
  const clients = [await connect(server.url), await client(), await client()]
  t.after(() => clients[0]?.terminate())
  assert.throws(() => server.broadcast(text('lost')), new RangeError('of the application'))
  willThrow = false
  assert.equal(server.broadcast(text('kept')).sent, 3)
  for (const socket of clients) assert.deepEqual(await take(socket as Socket, 1), [text('kept')])
})

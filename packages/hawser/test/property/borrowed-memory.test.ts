/** No byte of one connection ever appears in another, whatever the stream below does with the memory it was given. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { connect } from '../../src/runtime/node/connect.ts'
import { serve } from '../../src/runtime/node/serve.ts'

/** Acknowledges each write at once and passes the bytes on in a later turn, as a PassThrough or a tunnel does; chunks it reads are shared memory. */
class LateDuplex extends Duplex {
  readonly #socket: net.Socket

  constructor(socket: net.Socket, shared: Uint8Array[]) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      shared.push(chunk)
      this.push(chunk)
    })
    socket.on('end', () => this.push(null))
    socket.on('close', () => this.destroy())
    socket.on('error', () => undefined)
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    setImmediate(() => setImmediate(() => this.#socket.write(chunk)))
    callback()
  }

  override _final(callback: () => void): void {
    setImmediate(() => setImmediate(() => setImmediate(() => this.#socket.end(callback))))
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#socket.destroy()
    callback(error)
  }
}

test('over a Duplex that acknowledges before it consumes, messages stay whole and with their own connection', async (t) => {
  const received = new Map<string, string[]>()
  const server = await serve({
    port: 0,
    message(socket, message) {
      const text = String(message)
      const list = received.get(text[0] ?? '') ?? []
      received.set(text[0] ?? '', [...list, text])
      socket.send(text)
    },
  })
  t.after(() => server.close())
  const shared: Uint8Array[] = []
  const createConnection = async ({ host, port }: { host: string; port: number }): Promise<Duplex> => {
    const socket = net.connect({ host, port, allowHalfOpen: true })
    await once(socket, 'connect')
    return new LateDuplex(socket, shared)
  }
  const names = ['a', 'b', 'c', 'd']
  const sockets = await Promise.all(names.map(() => connect(server.url, { createConnection: createConnection as never, parallel: true })))
  const sent = (name: string, round: number): string => name.repeat(1 + ((round * 37) % 3000))
  const before = shared.map((chunk) => Buffer.from(chunk))
  for (let round = 0; round < 50; round++) {
    for (const [i, socket] of sockets.entries()) socket.send(sent(names[i] ?? '', round))
    if (round % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  for (const [i, socket] of sockets.entries()) {
    for (let round = 0; round < 50; round++) assert.equal(await socket.receive(), sent(names[i] ?? '', round))
    await socket.close()
  }
  for (const name of names)
    assert.deepEqual(
      received.get(name),
      Array.from({ length: 50 }, (_, round) => sent(name, round)),
    )
  for (const [i, bytes] of before.entries()) assert.deepEqual(Buffer.from(shared[i] ?? []), bytes, 'chunks that a Duplex hands over are not changed')
})

test('bytes changed after send, broadcast and sendStream never change the message, at any size, role and compression', async (t) => {
  const { permessageDeflate } = await import('../../src/runtime/node/zlib/permessage-deflate.ts')
  for (const extensions of [[], [permessageDeflate({ asyncAbove: 1000 })]]) {
    const server = await serve({ port: 0, extensions, open() {}, limits: { message: 1 << 22, sendBuffer: 1 << 26, receiveBuffer: 1 << 24 } })
    t.after(() => server.close())
    const client = await connect(server.url, { extensions, limits: { message: 1 << 22, receiveBuffer: 1 << 24 } })
    const other = await connect(server.url, { extensions, limits: { message: 1 << 22, receiveBuffer: 1 << 24 } })
    const [socket] = [...server.connections]
    assert.ok(socket !== undefined)
    for (const size of [3, 900, 20_000, 400_000]) {
      const bytes = new Uint8Array(size)
      const check = async (receiver: { receive(): Promise<unknown> }, value: number, what: string): Promise<void> => {
        const message = (await receiver.receive()) as Uint8Array
        assert.ok(message.length === size && message.every((byte) => byte === value), `${what}, ${size} bytes, ${extensions.length} extensions`)
      }
      for (const [value, what, send] of [
        [1, 'send of a server', () => socket.send(bytes)],
        [2, 'broadcast', () => server.broadcast(bytes)],
        [3, 'send of a client', () => client.send(bytes)],
      ] as const) {
        bytes.fill(value)
        send()
        bytes.fill(99)
        if (what === 'broadcast') await check(other, value, what)
        await check(what === 'send of a client' ? socket : client, value, what)
      }
      bytes.fill(4)
      await client.sendStream(
        (async function* () {
          yield bytes
          bytes.fill(99)
        })(),
      )
      await check(socket, 4, 'sendStream')
    }
    await client.close()
    await other.close()
  }
})

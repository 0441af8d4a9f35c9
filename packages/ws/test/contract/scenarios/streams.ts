/** `createWebSocketStream`. */
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { closed, turns } from '../kit.ts'
import type { Scenario } from '../kit.ts'

const body = (code: number): string => String.fromCharCode(code >> 8, code & 0xff)

export const streams: readonly Scenario[] = [
  {
    name: 'data in both directions',
    run: async (kit) => {
      const { socket, peer } = await kit.accepted()
      const stream = kit.ws.createWebSocketStream(socket)
      stream.on('data', (chunk: Buffer) => kit.log('data', chunk))
      stream.write('text')
      stream.write(Buffer.from('bytes'), (error: unknown) => kit.log('written', error))
      peer.send({ opcode: 1, payload: 'a' }, { opcode: 2, payload: 'b' })
      await peer.untilFrames(2)
      kit.log(...peer.frames())
      await turns()
      kit.log(stream.readableObjectMode, stream.writableObjectMode, stream.allowHalfOpen)
    },
  },
  {
    name: 'encoding and readableObjectMode',
    run: async (kit) => {
      for (const options of [{ encoding: 'utf8' }, { readableObjectMode: true }, { objectMode: true, decodeStrings: false }]) {
        const { socket, peer } = await kit.accepted()
        const stream = kit.ws.createWebSocketStream(socket, options)
        stream.on('data', (chunk: unknown) => kit.log('data', typeof chunk, chunk))
        peer.send({ opcode: 1, payload: 'a' }, { opcode: 2, payload: 'b' })
        stream.write('text')
        await peer.untilFrames(1)
        await turns()
        kit.log(...peer.frames())
      }
    },
  },
  {
    name: 'end starts the closing handshake',
    run: async (kit) => {
      const { socket, peer } = await kit.accepted()
      const stream = kit.ws.createWebSocketStream(socket)
      for (const name of ['finish', 'end', 'close', 'error']) stream.on(name, () => kit.log(name))
      stream.resume()
      stream.end('last')
      await peer.untilFrames(2)
      kit.log(...peer.frames())
      peer.send({ opcode: 8 })
      peer.socket.end()
      await closed(stream)
      kit.log(stream.destroyed, socket.readyState)
    },
  },
  {
    name: 'the peer closes',
    run: async (kit) => {
      const { socket, peer } = await kit.accepted()
      const stream = kit.ws.createWebSocketStream(socket)
      for (const name of ['finish', 'end', 'close', 'error']) stream.on(name, () => kit.log(name))
      stream.resume()
      peer.send({ opcode: 1, payload: 'a' }, { opcode: 8, payload: body(1000) })
      await peer.untilFrames(1)
      peer.socket.end()
      await once(stream, 'end')
      await turns()
      kit.log(stream.destroyed)
      stream.end()
      await turns()
      kit.log(stream.destroyed)
    },
  },
  {
    name: 'destroy terminates',
    run: async (kit) => {
      const { socket, peer } = await kit.accepted()
      const stream = kit.ws.createWebSocketStream(socket)
      for (const name of ['finish', 'end', 'close', 'error']) stream.on(name, () => kit.log(name))
      socket.on('close', (code: number) => kit.log('socket', code))
      stream.destroy()
      await closed(stream)
      await peer.untilEnded()
      kit.log(...peer.frames())
    },
  },
  {
    name: 'destroy with an error',
    run: async (kit) => {
      const { socket } = await kit.accepted()
      const stream = kit.ws.createWebSocketStream(socket)
      stream.on('error', (error: Error) => kit.log(error))
      stream.destroy(new Error('mine'))
      await closed(stream)
    },
  },
  {
    name: 'a violation destroys the stream with its error',
    run: async (kit) => {
      const { socket, peer } = await kit.accepted()
      const stream = kit.ws.createWebSocketStream(socket)
      stream.on('error', (error: Error) => kit.log(error))
      peer.send({ opcode: 3 })
      await peer.untilFrames(1)
      peer.socket.end()
      await closed(stream)
      kit.log(peer.frames()[0]?.slice(0, 10) ?? 'nothing')
    },
  },
  {
    name: 'a write before open waits',
    run: async (kit) => {
      const server = await kit.server()
      server.on('connection', (socket: any) => socket.on('message', (data: Buffer) => socket.send(data)))
      const stream = kit.ws.createWebSocketStream(kit.client(`ws://127.0.0.1:${server.address().port}`))
      stream.write('early')
      const [data] = await once(stream, 'data')
      kit.log(data)
    },
  },
  {
    name: 'end before open waits',
    run: async (kit) => {
      const server = await kit.server()
      const stream = kit.ws.createWebSocketStream(kit.client(`ws://127.0.0.1:${server.address().port}`))
      stream.resume()
      stream.end()
      await closed(stream)
      kit.log(stream.destroyed)
    },
  },
  {
    name: 'a failed handshake destroys the stream',
    run: async (kit) => {
      const port = await kit.rawServer((peer) => peer.socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'))
      const stream = kit.ws.createWebSocketStream(kit.client(`ws://127.0.0.1:${port}`))
      stream.on('error', (error: Error) => kit.log(error))
      await closed(stream)
    },
  },
  {
    name: 'backpressure: a stream that is not read pauses the socket',
    run: async (kit) => {
      const { socket, peer } = await kit.accepted()
      const stream = kit.ws.createWebSocketStream(socket, { readableHighWaterMark: 1000 })
      for (let i = 0; i < 20; i++) peer.send({ opcode: 2, payload: 'x'.repeat(500) })
      while (socket.isPaused !== true) await turns(1)
      kit.log('paused')
      let length = 0
      stream.on('data', (chunk: Buffer) => (length += chunk.length))
      while (length < 10_000) await turns(1)
      kit.log(length, socket.isPaused)
    },
  },
  {
    name: 'pipeline to an echo and back',
    run: async (kit) => {
      const server = await kit.server()
      server.on('connection', (socket: any) => {
        const stream = kit.ws.createWebSocketStream(socket)
        stream.pipe(stream)
        stream.on('error', () => undefined)
      })
      const stream = kit.ws.createWebSocketStream(kit.client(`ws://127.0.0.1:${server.address().port}`))
      let length = 0
      stream.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length === 1_000_000) stream.end()
      })
      await pipeline(
        async function* () {
          for (let i = 0; i < 100; i++) yield Buffer.alloc(10_000, i)
        },
        stream,
        { end: false },
      )
      await closed(stream)
      kit.log(length)
    },
  },
]

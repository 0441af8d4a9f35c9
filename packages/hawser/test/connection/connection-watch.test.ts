import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/index.ts'
import type { ConnectionObserver, ObservedFrame, Socket } from '../../src/index.ts'
import { memoryServer } from '../../src/testing/index.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

test('frames that come with the opening handshake are seen, and the end comes after the last frame', async () => {
  const events: string[] = []
  const server = memoryServer({
    observe: {
      connection: ({ role, handshake }) => {
        events.push(`${role} ${handshake.status}`)
        return {
          payloadBytes: 5,
          frame: ({ direction, opcode, payload }) => events.push(`${direction} ${opcode} ${Buffer.from(payload)}`),
          end: ({ code, initiator }) => events.push(`end ${code} ${initiator}`),
        }
      },
    },
  })
  const { client } = server.link()
  client.write([Buffer.concat([Buffer.from(openingRequest()), clientFrame(1, 'early'), clientFrame(8, Buffer.from([3, 232]))])])
  client.attach({ data() {}, end: () => client.end(), drained() {}, closed() {} })
  client.resume()
  await turns()
  assert.deepEqual(events, [
    'server 101',
    'received 1 early',
    'received 8 \x03\xe8'.replace('\xe8', '\ufffd'),
    'sent 8 \x03\ufffd',
    'end 1000 remote',
  ])
})

test('of more frames in one turn than can wait, the rest is counted', async () => {
  const frames: ObservedFrame[] = []
  const server = memoryServer({ observe: { connection: () => ({ frame: (frame) => frames.push(frame) }) } }, { capacity: 1 << 20 })
  const { client } = server.link()
  client.write([Buffer.from(openingRequest())])
  await turns()
  client.write([Buffer.concat(Array.from({ length: 20_000 }, () => clientFrame(2)))])
  await turns()
  assert.deepEqual([frames.length, frames.every(({ skipped }) => skipped === 0)], [16_384, true])
  client.write([clientFrame(2)])
  await turns()
  assert.deepEqual([frames.length, frames.at(-1)?.skipped], [16_385, 20_000 - 16_384])
})

test('an observer may send and close; what it throws is reported, and other observers are told all the same', async () => {
  const seen: string[] = []
  let sent = false
  let socket: Socket | undefined
  const server = memoryServer({
    message: (own, data) => void own.send(data),
    observe: {
      connection(opened) {
        socket = opened.socket
        return {
          frame({ direction, opcode }) {
            seen.push(`${direction} ${opcode}`)
            if (direction === 'sent' && !sent) {
              sent = true
              socket?.send('from the observer')
            }
            throw new Error('of the observer')
          },
        }
      },
    },
  })
  const client = await server.connect('/')
  client.send('x')
  assert.deepEqual([await client.receive(), await client.receive()], ['x', 'from the observer'])
  await client.close()
  assert.deepEqual(seen, ['received 1', 'sent 1', 'sent 1', 'received 8', 'sent 8'])
  assert.deepEqual(
    server.errors.map((error) => (error as Error).message),
    seen.map(() => 'of the observer'),
  )
})

test('a peer that sends no frames has its bytes shown and its connection ended, and no other one', async () => {
  const frames: ObservedFrame[] = []
  const server = memoryServer({
    message: (socket, data) => void socket.send(data),
    observe: { connection: () => ({ frame: (frame) => frames.push(frame) }) },
  })
  const other = await server.connect('/')
  const { client } = server.link()
  client.write([Buffer.from(openingRequest())])
  client.write([Buffer.from('GET / HTTP/1.1\r\n\r\n')])
  await turns()
  assert.deepEqual([frames[0]?.opcode, frames[0]?.rsv1, frames[0]?.direction], [7, true, 'received'])
  assert.deepEqual([frames[1]?.opcode, frames[1]?.direction], [8, 'sent'])
  other.send('still here')
  assert.equal(await other.receive(), 'still here')
})

test('an impossible payloadBytes, and one that cannot be read, is reported and harms neither the connection nor another observer', async (t) => {
  const odd: readonly unknown[] = [-1, 1.5, Number.NaN, '5', null, {}, -Infinity]
  const observers = odd.map((payloadBytes) => ({ frame: () => assert.fail('it observes'), payloadBytes }) as unknown as ConnectionObserver)
  for (const name of ['payloadBytes', 'frame']) {
    const thrower = {
      get [name](): never {
        throw new Error('of a getter')
      },
    }
    observers.push(thrower as unknown as ConnectionObserver)
  }
  for (const observer of observers) {
    const payloads: string[] = []
    const errors: string[] = []
    const server = await serveFor(t, {
      message: (socket, data) => void socket.send(data),
      observe: { connection: () => observer },
      error: (_error, where) => errors.push(where),
    })
    server.observe({ connection: () => ({ payloadBytes: Infinity, frame: ({ payload }) => payloads.push(Buffer.from(payload).toString()) }) })
    const socket = await connect(server.url)
    socket.send('x')
    assert.equal(await socket.receive(), 'x')
    await socket.close()
    assert.deepEqual([payloads.slice(0, 2), errors], [['x', 'x'], ['observe']])
  }
})

test('one observer cannot change what another one sees', async (t) => {
  const seen: string[] = []
  const server = await serveFor(t, {})
  server.observe({ connection: () => ({ payloadBytes: 9, frame: ({ payload, maskingKey }) => void [payload.fill(0), maskingKey?.fill(0)] }) })
  server.observe({
    connection: () => ({ payloadBytes: 4, frame: ({ payload, maskingKey }) => seen.push(`${Buffer.from(payload)} ${maskingKey?.some(Boolean)}`) }),
  })
  const socket = await connect(server.url)
  socket.send('hello')
  await socket.close()
  assert.equal(seen[0], 'hell true')
})

test('an observer without counters of both directions does not observe the connection, and `error` gets an OptionError', async () => {
  const errors: unknown[] = []
  const wrong: unknown[] = [null, 7, {}, { sent: { messages: 0, frames: 0, payloadBytes: 0 } }]
  for (const traffic of wrong) {
    const server = memoryServer({
      observe: { connection: () => ({ traffic }) as unknown as ConnectionObserver },
      error: (error) => void errors.push(error),
      message: (own, data) => void own.send(data),
    })
    const socket = await server.connect('/')
    socket.send('x')
    assert.equal(await socket.receive(), 'x')
  }
  assert.deepEqual(
    errors.map((error) => (error as { option?: unknown }).option),
    ['traffic.sent', 'traffic.sent', 'traffic.sent', 'traffic.received'],
  )
})

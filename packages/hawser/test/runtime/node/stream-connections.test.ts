import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createStreamConnections, OptionError } from 'hawser'
import type { StreamConnectionOptions } from 'hawser'
import { serializeFrame } from 'hawser/protocol'
import type { CloseInfo, MessageSink } from 'hawser/protocol'

interface Received {
  data: string | Uint8Array
  isText: boolean
  fragments: readonly number[] | undefined
}

/** A connection over one end of a TCP connection, and the raw other end. */
async function over(
  t: TestContext,
  options: StreamConnectionOptions,
  before?: (socket: net.Socket, peer: net.Socket) => Promise<void>,
): Promise<{
  peer: net.Socket
  received: Received[]
  pings: Uint8Array[]
  closed: Promise<CloseInfo>
  connection: ReturnType<ReturnType<typeof createStreamConnections>['open']>
}> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const peer = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [net.Socket]
  t.after(() => {
    peer.destroy()
    socket.destroy()
    server.close()
  })
  const received: Received[] = []
  const pings: Uint8Array[] = []
  let end: (info: CloseInfo) => void
  const closed = new Promise<CloseInfo>((resolve) => {
    end = resolve
  })
  const sink: MessageSink = {
    isWorking: false,
    message: (data, isText, fragments) => void received.push({ data, isText, fragments }),
    ping: (payload) => void pings.push(payload),
    pong() {},
    closing() {},
    closed: (info) => end(info),
  }
  await before?.(socket, peer)
  const connection = createStreamConnections(options).open(socket, sink)
  connection.setReading(true)
  return { peer, received, pings, closed, connection }
}

const masked = (opcode: number, text: string, fin: boolean = true): Uint8Array =>
  serializeFrame({ opcode, payload: Buffer.from(text, 'latin1'), maskingKey: 0x01020304, fin })

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

test('messages are delivered as Buffer without a copy, with the places where their frames begin', async (t) => {
  const { peer, received } = await over(t, { role: 'server', text: 'bytes', bytes: 'Buffer', fragmentStarts: true })
  peer.write(Buffer.concat([masked(1, 'text'), masked(2, 'ab', false), masked(0, '', false), masked(0, 'cde'), masked(2, 'f')]))
  await until(() => received.length === 3)
  assert.ok(received.every(({ data }) => Buffer.isBuffer(data)))
  assert.deepEqual(
    received.map(({ data, isText, fragments }) => [String(data), isText, fragments]),
    [
      ['text', true, undefined],
      ['abcde', false, [0, 2, 2]],
      ['f', false, undefined],
    ],
  )
})

test('without options, bytes are of the class Uint8Array and text is a string', async (t) => {
  const { peer, received } = await over(t, { role: 'server' })
  peer.write(Buffer.concat([masked(1, 'text'), masked(2, 'ab')]))
  await until(() => received.length === 2)
  assert.equal(received[0]?.data, 'text')
  assert.equal(Object.getPrototypeOf(received[1]?.data), Uint8Array.prototype)
})

test('the end of a stream counts when it came before the connection was made [RFC 6455 §7.1.5]', async (t) => {
  const early = async (socket: net.Socket, peer: net.Socket): Promise<void> => {
    // Keeps the socket readable between the two waits.
    socket.on('readable', () => undefined)
    peer.write(masked(1, 'early'))
    await once(socket, 'readable')
    peer.end()
    await once(socket, 'readable')
    socket.removeAllListeners('readable')
  }
  // Only after it is known that this runtime brings the end to the socket does a connection go without a listener for it.
  const first = await over(t, { role: 'server' })
  first.peer.end()
  await first.closed
  const { received, closed } = await over(t, { role: 'server' }, early)
  assert.equal((await closed).code, 1006)
  assert.deepEqual(
    received.map(({ data }) => data),
    ['early'],
  )
})

test('disconnectionErrors: false tells of a disconnection without an error', async (t) => {
  for (const disconnectionErrors of [true, false]) {
    const { peer, closed } = await over(t, { role: 'server', disconnectionErrors })
    peer.end()
    const { code, wasClean, error } = await closed
    assert.deepEqual([code, wasClean, error?.fault], [1006, false, disconnectionErrors ? 'network' : undefined])
  }
})

test('disconnectionErrors: false keeps the error of a violation', async (t) => {
  const { peer, closed } = await over(t, { role: 'server', disconnectionErrors: false })
  peer.write(serializeFrame({ opcode: 3, payload: new Uint8Array(0), maskingKey: 1, fin: true }))
  assert.equal((await closed).error?.fault, 'peer')
})

test('autoPong: false leaves the answer to the application [RFC 6455 §5.5.2]', async (t) => {
  for (const autoPong of [true, false]) {
    const { peer, pings } = await over(t, { role: 'server', autoPong })
    const answers: Buffer[] = []
    peer.on('data', (chunk) => answers.push(chunk))
    peer.write(masked(9, 'p'))
    await until(() => pings.length === 1)
    peer.write(masked(8, ''))
    await once(peer, 'end')
    assert.deepEqual([...Buffer.concat(answers)], autoPong ? [0x8a, 1, 0x70, 0x88, 0] : [0x88, 0])
  }
})

test('validateUtf8: false takes any bytes as text [RFC 6455 §8.1]', async (t) => {
  const { peer, received } = await over(t, { role: 'server', text: 'bytes', validateUtf8: false })
  peer.write(Buffer.concat([masked(1, 'a\xff'), masked(1, '\xc0', false), masked(0, 'b\xff')]))
  await until(() => received.length === 2)
  assert.deepEqual(
    received.map(({ data }) => Buffer.from(data as Uint8Array).toString('latin1')),
    ['a\xff', '\xc0b\xff'],
  )
  const strict = await over(t, { role: 'server', text: 'bytes' })
  strict.peer.write(masked(1, 'a\xff'))
  strict.peer.once('data', () => strict.peer.end())
  assert.equal((await strict.closed).error?.closeCode, 1007)
})

test('maskingKey gives the keys of a client [RFC 6455 §5.3]', async (t) => {
  const { peer, connection } = await over(t, { role: 'client', maskingKey: () => 0x61626364 })
  connection.sendText('\0\0\0\0')
  const [chunk] = (await once(peer, 'data')) as [Buffer]
  assert.equal(chunk.toString('latin1'), '\x81\x84abcdabcd')
})

test('an error for too many frames, or too long a message, names the limit', async (t) => {
  for (const [limits, frames, limit] of [
    [{ fragments: 2 }, [masked(1, 'a', false), masked(0, 'b', false), masked(0, 'c')], 'fragments'],
    [{ message: 3 }, [masked(1, 'ab', false), masked(0, 'cd')], 'message'],
    [{ message: 1000 }, [serializeFrame({ opcode: 1, maskingKey: 1, payload: new Uint8Array(1001) })], 'frame'],
  ] as const) {
    const { peer, closed } = await over(t, { role: 'server', limits })
    peer.write(Buffer.concat(frames))
    peer.once('data', () => peer.end())
    assert.equal((await closed).error?.limit, limit)
  }
})

test('a Duplex of the application is taken, and anything else is refused', () => {
  const connections = createStreamConnections({ role: 'server' })
  const sink = { isWorking: false, message() {}, ping() {}, pong() {}, closing() {}, closed() {} }
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, callback) => callback() })
  assert.equal(connections.open(stream, sink).readyState, 'OPEN')
  assert.throws(() => connections.open({} as never, sink), OptionError)
})

test('a wrong option is named', () => {
  for (const [options, name] of [
    [{}, 'role'],
    [{ role: 'peer' }, 'role'],
    [{ role: 'client', bytes: 'string' }, 'bytes'],
    [{ role: 'client', autoPong: 1 }, 'autoPong'],
    [{ role: 'client', disconnectionErrors: 'no' }, 'disconnectionErrors'],
    [{ role: 'client', maskingKey: 7 }, 'maskingKey'],
    [{ role: 'client', slowConsumer: 'drop' }, 'slowConsumer'],
    [{ role: 'client', limits: { message: 0 } }, 'limits.message'],
  ] as const) {
    assert.throws(
      () => createStreamConnections(options as never),
      (error) => error instanceof OptionError && error.option === name,
    )
  }
})

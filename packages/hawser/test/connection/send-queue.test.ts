import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SendQueue } from '../../src/connection/send-queue.ts'
import { readSocketSettings } from '../../src/connection/socket-settings.ts'
import { pair, settle } from '../../src/testing/index.ts'

test('sendStream sends one fragmented message; other messages wait and keep their order, a Ping does not [RFC 6455 §5.4]', async () => {
  const seen: unknown[] = []
  const { client } = pair({ server: { message: (_socket, message) => void seen.push(message) } })
  let release: (() => void) | undefined
  async function* pieces(): AsyncGenerator<string> {
    yield 'one '
    await new Promise<void>((resolve) => void (release = resolve))
    yield 'two'
  }
  const streamed = client.sendStream(pieces())
  await settle()
  assert.equal(client.send('after'), 'buffered')
  const roundTrip = client.ping()
  await settle()
  assert.deepEqual(seen, [])
  assert.equal(await roundTrip, 0)
  const second = client.sendStream(
    (async function* () {
      yield new Uint8Array([1])
      yield new Uint8Array([2])
    })(),
  )
  release?.()
  assert.equal(await streamed, 'sent')
  assert.equal(await second, 'sent')
  const info = await client.close()
  assert.deepEqual(seen, ['one two', 'after', new Uint8Array([1, 2])])
  assert.equal(info.wasClean, true)
})

test('close waits for a streamed message, and nothing is sent after it was called', async () => {
  const seen: unknown[] = []
  const { client } = pair({ server: { message: (_socket, message) => void seen.push(message) } })
  let release: (() => void) | undefined
  const streamed = client.sendStream(
    (async function* () {
      yield 'a'
      await new Promise<void>((resolve) => void (release = resolve))
      yield 'b'
    })(),
  )
  await settle()
  const closed = client.close(1000, 'bye')
  assert.equal(client.readyState, 'CLOSING')
  assert.equal(client.send('late'), 'closed')
  await settle()
  release?.()
  await streamed
  assert.equal((await closed).code, 1000)
  assert.deepEqual(seen, ['ab'])
})

test('sendStream whose pieces fail midway rejects and closes with 1011; before the first piece nothing happened', async () => {
  const { client, server } = pair({ server: { message() {} } })
  await assert.rejects(
    client.sendStream(
      (async function* (): AsyncGenerator<string> {
        throw new Error('at once')
      })(),
    ),
    /at once/,
  )
  assert.equal(client.readyState, 'OPEN')
  await assert.rejects(
    client.sendStream(
      (async function* () {
        yield 'a'
        throw new Error('midway')
      })(),
    ),
    /midway/,
  )
  assert.equal((await server.closed).code, 1011)
})

test('an iterator that gives no object ends sendStream as an exception does, and leaves no message half sent', async () => {
  for (const nothing of [undefined, null, 5]) {
    const { client, server } = pair()
    let calls = 0
    const next = (): Promise<unknown> => Promise.resolve(calls++ === 0 ? { done: false, value: 'a' } : nothing)
    await assert.rejects(client.sendStream({ [Symbol.asyncIterator]: () => ({ next }) } as AsyncIterable<string>), TypeError)
    assert.equal(client.send('b'), 'closed')
    assert.equal((await server.closed).code, 1011)
  }
})

test('sendStream whose next piece never comes ends with the connection', async () => {
  const { client, server } = pair({ server: { message() {} } })
  const streamed = client.sendStream(
    (async function* () {
      yield 'a'
      await new Promise(() => undefined)
    })(),
  )
  await settle()
  server.terminate()
  assert.equal(await streamed, 'closed')
})

test('return is called on an iterator whose connection has ended', async () => {
  const { client, server } = pair({ server: { message() {} } })
  let returned = false
  const streamed = client.sendStream({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        await settle()
        return { done: false, value: 'piece' }
      },
      return: async () => {
        returned = true
        return { done: true, value: undefined }
      },
    }),
  })
  await settle()
  server.terminate()
  assert.equal(await streamed, 'closed')
  assert.equal(returned, true)
})

test('close waits for a streamed message for closeTimeoutMs, no longer', async () => {
  const { client, server, clock } = pair({ server: { message() {} }, client: { closeTimeoutMs: 700 } })
  const streamed = client.sendStream(
    (async function* () {
      yield 'a'
      await new Promise(() => undefined)
    })(),
  )
  await settle()
  const closed = client.close()
  await clock.advance(2_000)
  const info = await closed
  assert.deepEqual([info.wasClean, info.error?.fault, info.sent?.code], [false, 'application', 1011])
  assert.equal((await server.closed).code, 1011)
  assert.equal(await streamed, 'closed')
})

for (const what of [5, null, undefined, {}, 'text', new Uint8Array(2)]) {
  test(`sendStream of ${what === null ? 'null' : typeof what} rejects, and the connection stays open`, async () => {
    const received: unknown[] = []
    const { client } = pair({ server: { message: (_socket, message) => void received.push(message) } })
    await assert.rejects(client.sendStream(what as never), TypeError)
    client.send('next')
    await settle()
    assert.deepEqual(received, ['next'])
  })
}

test('a fragment that was buffered asks for no further piece before the connection has drained', async () => {
  const log: string[] = []
  let drained: (() => void) | undefined
  const queue = new SendQueue({
    isOpen: true,
    drained: new Promise<void>((resolve) => void (drained = resolve)),
    hasRoom: true,
    write: (data) => (log.push(`message ${String(data)}`), 'sent'),
    drop: () => assert.fail('nothing is dropped'),
    sendFragmentNow: (piece, first, fin) => (log.push(`${first ? 'first' : fin ? 'last' : 'next'} ${String(piece)}`), fin ? 'sent' : 'buffered'),
    messageFailed: () => assert.fail('it does not fail'),
  })
  const pieces = async function* (): AsyncGenerator<string> {
    yield 'one'
    log.push('asked')
    yield 'two'
  }
  const streamed = queue.stream(pieces(), undefined)
  assert.equal(queue.add('behind', 6, undefined, readSocketSettings({}), 0), 'buffered')
  await settle()
  assert.deepEqual(log, ['first one'])
  drained?.()
  assert.equal(await streamed, 'sent')
  assert.deepEqual(log, ['first one', 'asked', 'next two', 'last ', 'message behind'])
})

test('a first piece that cannot be read rejects sendStream and leaves the connection as it was', async () => {
  const seen: unknown[] = []
  const { server } = pair({ client: { message: (_socket, message) => void seen.push(message) } })
  const detached = new Uint8Array(4)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  const streamed = server.sendStream(
    (async function* () {
      yield detached
    })(),
  )
  assert.equal(server.send('behind it'), 'buffered')
  await assert.rejects(streamed, TypeError)
  assert.equal(server.send('after it'), 'sent')
  await server.close()
  assert.deepEqual(seen, ['behind it', 'after it'])
})

test('a message behind a streamed one whose immutable bytes were transferred closes with 1011, and close() does not wait', async () => {
  const { server } = pair()
  let release: (() => void) | undefined
  const streamed = server.sendStream(
    (async function* () {
      yield 'piece'
      await new Promise<void>((resolve) => void (release = resolve))
    })(),
  )
  await settle()
  const bytes = new Uint8Array(4)
  assert.equal(server.send(bytes, { immutable: true }), 'buffered')
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  release?.()
  assert.equal(await streamed, 'sent')
  const { error } = await server.closed
  assert.deepEqual([error?.message, error?.closeCode, error?.fault], ['a message that had to wait could not be sent', 1011, 'application'])
})

test('sendStream whose turn never came resolves when the connection ends', async () => {
  const { client, server } = pair({ capacity: 1000, client: { slowConsumer: 'drop-oldest', limits: { highWaterMark: 0 } }, server: {} })
  server.pause()
  for (let i = 0; i < 100; i++) client.send('x'.repeat(10_000))
  const streamed = client.sendStream(
    (async function* () {
      yield 'late'
    })(),
  )
  await settle()
  assert.ok(client.bufferedAmount > 800_000)
  server.terminate()
  assert.equal(await streamed, 'closed')
  assert.ok(client.bufferedAmount > 800_000, 'messages that never left stay counted')
})

test('a surrogate pair that two pieces share arrives as one character; half of one at the end becomes U+FFFD', async () => {
  const { client, server } = pair()
  for (const [pieces, expected] of [
    [['a\ud83e', '\udd8a', 'b'], 'a🦊b'],
    [['\ud83e', '', '\udd8a'], '🦊'],
    [['a\ud83e', 'b\ud83e'], 'a\ufffdb\ufffd'],
  ] as const) {
    await client.sendStream(
      (async function* () {
        yield* pieces
      })(),
    )
    assert.equal(await server.receive(), expected)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { pair, settle } from '../../src/testing/index.ts'
import { json } from '../../src/core/subprotocols/index.ts'

test('pair gives two connected sockets: messages go both ways, text as string and binary as bytes', async () => {
  const seen: unknown[] = []
  const { client, server, errors } = pair({
    server: { message: (socket, message) => void socket.send(message) },
    client: { message: (_, message) => void seen.push(message) },
  })
  assert.equal(client.send('grüße 👋'), 'sent')
  assert.equal(client.send(new Uint8Array([1, 2, 3])), 'sent')
  await settle()
  assert.deepEqual(seen, ['grüße 👋', new Uint8Array([1, 2, 3])])
  const info = await client.close(3000, 'done')
  assert.deepEqual([info.code, info.wasClean, info.initiator], [3000, true, 'local'])
  assert.deepEqual(await server.closed.then(({ code, reason, initiator }) => [code, reason, initiator]), [3000, 'done', 'remote'])
  assert.deepEqual(errors, [])
})

test('pair with subprotocols agrees on the first and uses its codec', async () => {
  const { client, server } = pair({ subprotocols: { 'chat.v2': json() } })
  assert.equal(client.subprotocol, 'chat.v2')
  server.send({ hello: ['world'] } as never)
  for await (const message of client) {
    assert.deepEqual(message, { hello: ['world'] })
    break
  }
})

test('pair with faults that split every chunk into single bytes delivers the same messages', async () => {
  const seen: unknown[] = []
  const { client } = pair({ server: { message: (_, message) => void seen.push(message), faults: { split: 1 } } })
  client.send('one')
  client.send('x'.repeat(70_000))
  await settle()
  assert.deepEqual(seen, ['one', 'x'.repeat(70_000)])
})

test('pair with a delayed end receives only when its clock has moved on', async () => {
  const seen: unknown[] = []
  const clock = new (await import('../../src/testing/index.ts')).ManualClock()
  const { client } = pair({ clock, server: { message: (_, message) => void seen.push(message), faults: { delayMs: 50, clock } } })
  client.send('late')
  await clock.advance(49)
  assert.deepEqual(seen, [])
  await clock.advance(1)
  assert.deepEqual(seen, ['late'])
})

test('pair with a reset ends both sides with 1006 and the fault network', async () => {
  const { client, server } = pair({ server: { message() {}, faults: { resetAfter: 10 } } })
  client.send('more than ten bytes')
  const info = await server.closed
  assert.equal(info.code, 1006)
  assert.equal(info.error?.fault, 'network')
  assert.equal((await client.closed).code, 1006)
})

test('pair with a cut cable is ended by keepalive in manual time', async () => {
  const { client, clock } = pair({
    server: { message() {}, faults: { dropAfter: 0 } },
    client: { message() {}, keepalive: { intervalMs: 1000, timeoutMs: 500 } },
  })
  const closed = client.closed
  await clock.advance(1000)
  assert.equal(client.readyState, 'OPEN')
  await clock.advance(15_000)
  const info = await closed
  assert.equal(info.code, 1006)
  assert.equal(info.error?.fault, 'timeout')
})

test('pair refuses an option of a wrong type by its name', () => {
  const wrong: readonly [options: object, option: string][] = [
    [{ subprotocols: null }, 'subprotocols'],
    [{ subprotocols: 'chat' }, 'subprotocols'],
    [{ subprotocols: { chat: {} } }, "subprotocols['chat']"],
    [{ extensions: {} }, 'extensions'],
    [{ extensions: [{}] }, 'extensions[0]'],
    [{ clock: {} }, 'clock'],
    [{ clock: 0 }, 'clock'],
    [{ seed: 1n }, 'seed'],
    [{ seed: 0.5 }, 'seed'],
    [{ capacity: -1 }, 'capacity'],
  ]
  for (const [options, option] of wrong) {
    assert.throws(
      () => pair(options),
      (error: unknown) => error instanceof OptionError && error.option === option,
      option,
    )
  }
})

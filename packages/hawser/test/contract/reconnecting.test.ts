/** A client that connects again, on each runtime. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reconnecting, serve } from '../../src/index.ts'
import { Arrivals } from '../peers/arrivals.ts'

/** So that a runtime which hangs fails its test. */
const timeout = 20_000

test('a client has its connection again after the server restarts, and sends what waited for it [R01, R07]', { timeout }, async () => {
  const arrivals = new Arrivals()
  const first = await serve({ port: 0, message: arrivals.message })
  const states: string[] = []
  const client = reconnecting(first.url, {
    reconnect: { firstDelayMs: 10, maxDelayMs: 100 },
    queue: {},
    state: ({ state }) => void states.push(state),
  })
  await client.opened
  client.send('one')
  await first.drain()
  client.send('two')
  const second = await serve({ port: first.port, message: arrivals.message })
  await arrivals.reach(2)
  assert.deepEqual([arrivals.messages, client.connectionCount], [['one', 'two'], 2])
  const end = await client.close(1000, 'done')
  assert.deepEqual([end.failure, end.close?.reason], [undefined, 'done'])
  assert.deepEqual([states[0], states.at(-1)], ['CONNECTING', 'CLOSED'])
  await second.close()
})

test('a refusal that would be the same again ends a client for good, and says why [R04]', { timeout }, async () => {
  const server = await serve({ port: 0, upgrade: () => new Response('no such room', { status: 404 }) })
  const client = reconnecting(server.url, { state() {} })
  const { failure } = await client.closed
  assert.equal((failure?.error as { status?: number }).status, 404)
  await assert.rejects(client.opened)
  await server.close()
})

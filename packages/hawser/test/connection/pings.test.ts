import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../src/core/errors.ts'
import { Pings } from '../../src/connection/pings.ts'

test('a Pong answers its Ping and those before it; an unsolicited Pong answers none [RFC 6455 §5.5.3]', async () => {
  const pings = new Pings()
  const [first, second, third] = [1, 2, 3].map((byte) => pings.add(new Uint8Array([byte]), byte))
  pings.pongReceived(new Uint8Array([9]), 100)
  pings.pongReceived(new Uint8Array([2]), 100)
  assert.deepEqual(await Promise.all([first, second]), [99, 98])
  pings.reject(new ConnectionError('gone', { fault: 'network', closeCode: 1006 }))
  await assert.rejects(third as Promise<number>, /gone/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClientSuite } from '../src/index.ts'
import { runDoubleClient } from './doubles/client.ts'

test('C1.11 a client that never connects passes the cases that want no connection', async () => {
  const { results } = await runClientSuite((url, signal) => runDoubleClient(url, {}, signal), {
    only: ['url/fragment', 'url/fragment-empty', 'url/path'],
  })
  assert.deepEqual(Object.fromEntries(results.map(({ id, verdict }) => [id, verdict])), {
    'url/fragment': 'pass',
    // WHATWG alone asks for it, so it is information for other clients.
    'url/fragment-empty': 'info',
    'url/path': 'pass',
  })
})

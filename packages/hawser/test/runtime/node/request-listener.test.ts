import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import { test } from 'node:test'
import { guardRequestListener } from '../../../src/runtime/node/request-listener.ts'

test('a listener that fails gets 500 answered, is reported, and never ends a response that was answered', async (t) => {
  const errors: unknown[] = []
  const listener = guardRequestListener(
    async (request, response) => {
      if (request.url === '/answered') response.end('done')
      throw request.url
    },
    (error) => errors.push(error),
  )
  const server = http.createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  assert.equal((await fetch(`${base}/failed`)).status, 500)
  assert.equal(await (await fetch(`${base}/answered`)).text(), 'done')
  assert.deepEqual(errors, ['/failed', '/answered'])
})

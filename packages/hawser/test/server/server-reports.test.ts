import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RefusedHandshake } from '../../src/server/options.ts'
import { openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

test('the refused handler gets reason, client and path once for each opening handshake that was not accepted', async (t) => {
  const refused: RefusedHandshake[] = []
  const server = await serveFor(t, {
    paths: ['/chat', '/hook'],
    trustProxy: ['127.0.0.1'],
    refused: (one) => refused.push(one),
    upgrade: ({ path }) => (path === '/hook' ? new Response('no', { status: 401 }) : {}),
  })
  const requests: [string, number][] = [
    [openingRequest('/nowhere?token=secret'), 404],
    [openingRequest('/chat', { Origin: 'https://evil.example', 'X-Forwarded-For': '192.0.2.1' }), 403],
    [openingRequest('/hook'), 401],
    [openingRequest('/chat', { Upgrade: undefined, Connection: undefined }), 426],
    ['GET /\r\n\r\n', 400],
    ['GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
    [openingRequest('/chat'), 101],
  ]
  for (const [request, status] of requests) {
    const client = await server.client()
    client.write(request)
    assert.equal((await client.response()).status, status)
  }
  assert.deepEqual(
    refused.map(({ status, path, origin, remoteAddress, rule }) => [status, path, origin, remoteAddress, rule?.id]),
    [
      [404, '/nowhere', undefined, '127.0.0.1', 'RS8'],
      [403, '/chat', 'https://evil.example', '192.0.2.1', 'RS6'],
      [401, '/hook', undefined, '127.0.0.1', undefined],
      [426, '/chat', undefined, '127.0.0.1', 'RS2'],
      [400, undefined, undefined, '127.0.0.1', undefined],
    ],
  )
  assert.match(refused[1]?.reason ?? '', /evil\.example/)
})

test('a promise from the origins function is reported and refuses with 500', async (t) => {
  const errors: string[] = []
  const server = await serveFor(t, { origins: (() => Promise.resolve(true)) as never, error: (_error, where) => errors.push(where) })
  const client = await server.client()
  client.write(openingRequest('/', { Origin: 'https://app.example' }))
  assert.equal((await client.response()).status, 500)
  assert.deepEqual(errors, ['origins'])
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import { test } from 'node:test'
import { guardRequestListener } from '../../../src/runtime/node/request-listener.ts'
import { http2Session } from '../../peers/http2-client.ts'
import { serveFor } from '../../peers/test-server.ts'

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

test('the 500 has none of the fields of the response that failed', async (t) => {
  const server = await serveFor(t, {
    error: () => {},
    request(_request, response) {
      response.setHeader('Content-Length', 5).setHeader('Cache-Control', 'public').setHeader('ETag', '"1"')
      throw new Error('no')
    },
  })
  const { status, headers } = await fetch(`http://127.0.0.1:${server.port}/`)
  assert.deepEqual([status, headers.get('content-length'), headers.get('cache-control'), headers.get('etag')], [500, '0', null, null])
})

test('an error event of a response or a request that nobody listens to is reported and does not end the process', async (t) => {
  const errors: string[] = []
  let reported: (() => void) | undefined
  const server = await serveFor(t, {
    http2: true,
    error: (error, where) => {
      errors.push(`${where}: ${(error as Error).message}`)
      reported?.()
    },
    request(request, response) {
      if (request.url === '/destroyed') request.destroy(new Error('destroyed'))
      else response.end()
      if (request.url === '/heard') response.on('error', () => {})
      if (request.url !== '/destroyed') response.write('more')
    },
  })
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/heard`)).status, 200)
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/`)).status, 200)
  assert.deepEqual(errors, ['request: write after end'])
  const session = await http2Session(t, `http://127.0.0.1:${server.port}/`)
  const both = new Promise<void>((resolve) => (reported = resolve))
  session.request({ ':path': '/destroyed' }).on('error', () => {})
  await both
  assert.equal(errors[1], 'request: destroyed')
})

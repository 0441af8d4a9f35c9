import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as tls from 'node:tls'
import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import { OptionError } from '../../../src/core/errors.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { authority, localhost } from '../../certificates/index.ts'
import { clientFrame, openingRequest, RawClient } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

const echo = { message: (socket: { send(message: string | Uint8Array): unknown }, message: string | Uint8Array) => void socket.send(message) }

test('serve listens on loopback and a free port, and its url connects', async (t) => {
  const server = await serveFor(t, echo)
  assert.equal(server.url, `ws://127.0.0.1:${server.port}/`)
  const client = new WebSocket(server.url)
  await once(client, 'open')
  client.send('text')
  assert.equal(String((await once(client, 'message'))[0]), 'text')
  client.send(Buffer.alloc(300_000, 7))
  assert.equal((await once(client, 'message'))[0].length, 300_000)
  client.close(4000, 'own code')
  assert.deepEqual((await once(client, 'close')).map(String), ['4000', 'own code'])
})

test('serve with tls speaks wss, and a broken TLS handshake affects no other connection', async (t) => {
  const server = await serveFor(t, { ...echo, tls: localhost })
  assert.match(server.url, /^wss:/)
  const broken = await server.client()
  broken.write('this is no TLS record')
  await broken.end()
  const client = new WebSocket(server.url, { ca: authority, servername: 'localhost' } as ClientOptions)
  await once(client, 'open')
  client.send('secret')
  assert.equal(String((await once(client, 'message'))[0]), 'secret')
  client.close()
  await once(client, 'close')
  const raw = tls.connect({ port: server.port, host: '127.0.0.1', ca: authority, servername: 'localhost', ALPNProtocols: ['http/1.1'] })
  await once(raw, 'secureConnect')
  assert.equal(raw.alpnProtocol, 'http/1.1')
  const half = new RawClient(raw)
  half.write(openingRequest('/', { Origin: 'https://localhost' }), clientFrame(8))
  assert.equal((await half.response()).status, 101)
  assert.equal((await half.closeFrame()).code, 1005)
  await half.end()
  half.destroy()
})

test('serve on a Unix domain socket', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'ws.sock')
  const server = await serveFor(t, { ...echo, socketPath: path })
  assert.equal(server.url, `ws+unix:${path}`)
  assert.equal(server.port, 0)
  const client = await RawClient.to({ path })
  client.write(openingRequest(), clientFrame(1, 'hello'))
  assert.equal((await client.response()).status, 101)
  assert.equal((await client.frame()).payload.toString(), 'hello')
  client.destroy()
})

test('a port that is taken rejects with the error of the system', async (t) => {
  const server = await serveFor(t, {})
  await assert.rejects(serve({ port: server.port }), { code: 'EADDRINUSE' })
})

const wrong: readonly (readonly [option: string, options: object])[] = [
  ['prot', { prot: 80 }],
  ['port', { port: '80' }],
  ['port', { port: 70_000 }],
  ['host', { host: 5 }],
  ['socketPath', { socketPath: '/x', port: 1 }],
  ['reusePort', { reusePort: 'yes' }],
  ['reusePort', { reusePort: true, socketPath: '/x' }],
  ['request', { request: 'page' }],
  ['tls', { tls: true }],
  ['paths', { paths: [] }],
  ['paths[0]', { paths: ['ws'] }],
  ['origins[0]', { origins: ['https://a.example/path'] }],
  ['upgrade', { upgrade: {} }],
  ['message', { message: 'echo' }],
  ['subprotocols[0]', { subprotocols: ['a b'] }],
  ["subprotocols['a']", { subprotocols: { a: {} } }],
  ['extensions[0]', { extensions: ['deflate'] }],
  ['noSubprotocol', { noSubprotocol: 'fail' }],
  ['limits.connections', { limits: { connections: 0 } }],
]

for (const [option, options] of wrong) {
  test(`serve refuses a wrong ${option} at once: ${JSON.stringify(options)}`, async () => {
    await assert.rejects(
      async () => serve(options),
      (error: OptionError) => error instanceof OptionError && error.option === option,
    )
  })
}

test('a request handler answers ordinary requests while WebSocket works beside it', async (t) => {
  const server = await serveFor(t, { ...echo, request: (request, response) => void response.end(`page ${request.url}`) })
  const response = await fetch(`http://127.0.0.1:${server.port}/here`, { method: 'POST', body: 'content' })
  assert.equal(await response.text(), 'page /here')
  const client = await server.client()
  client.write(openingRequest())
  assert.equal((await client.response()).status, 101)
})

test('close drops connections at once and ends the port; a second call and asyncDispose are harmless', async () => {
  const server = await serve({ ...echo })
  const client = await RawClient.to({ port: server.port })
  client.write(openingRequest())
  await client.response()
  await server.close()
  await server.close()
  await server[Symbol.asyncDispose]()
  await client.gone()
  await assert.rejects(RawClient.to({ port: server.port }))
})

test('an observer sees the bytes of each handshake as they were on the wire', async (t) => {
  const seen: { request: string; response: string; status: number | undefined; rule: string | undefined }[] = []
  const server = await serveFor(t, {
    ...echo,
    observe: {
      handshake: ({ request, response, status, rule }) =>
        void seen.push({
          request: Buffer.from(request).toString('latin1'),
          response: Buffer.from(response).toString('latin1'),
          status,
          rule: rule?.id,
        }),
    },
  })
  const accepted = await server.client()
  accepted.write(openingRequest('/a', { 'X-Odd': 'é' }))
  const response = await accepted.response()
  assert.deepEqual(seen, [{ request: openingRequest('/a', { 'X-Odd': 'é' }), response: response.head, status: 101, rule: undefined }])
  const refused = await server.client()
  refused.write(openingRequest('/b', { 'Sec-WebSocket-Version': '7' }))
  const { head, body } = await refused.response()
  assert.deepEqual([seen[1]?.response, seen[1]?.rule], [head + body, 'RS7'])
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { parseAddress } from '../../../src/client/address.ts'
import { buildConnectRequest, proxyRefused } from '../../../src/client/http1/tunnel.ts'
import { chooseProxy } from '../../../src/client/proxy.ts'
import { connect, HandshakeError } from '../../../src/index.ts'
import { serveFor } from '../../peers/test-server.ts'
import { rawServer } from '../../runtime/node/raw-server.ts'

const wss = parseAddress('wss://host.example/chat')

test('CONNECT names host and port, with credentials when the proxy’s URL has them [RFC 9110 §9.3.6, C2.11]', async () => {
  const proxy = await chooseProxy('http://u:p@proxy:3128', wss, {})
  assert.ok(proxy?.kind === 'http')
  assert.equal(
    buildConnectRequest(wss, proxy),
    `CONNECT host.example:443 HTTP/1.1\r\nHost: host.example:443\r\nProxy-Authorization: Basic ${btoa('u:p')}\r\n\r\n`,
  )
  assert.match(buildConnectRequest(parseAddress('ws://[::1]:81/'), proxy), /^CONNECT \[::1\]:81 HTTP\/1\.1\r\nHost: \[::1\]:81\r\n/)
})

test('a refusal of the proxy shows its status and what may be done [C2.12]', async () => {
  const proxy = await chooseProxy('http://proxy:3128', wss, {})
  assert.ok(proxy?.kind === 'http')
  const response = (status: number) => ({ httpVersion: '1.1', status, statusText: '', fields: [], body: new Uint8Array(), bodyTruncated: false })
  const error = proxyRefused(proxy, wss, response(407))
  assert.equal(error.stage, 'proxy')
  assert.equal(error.status, 407)
  assert.equal(error.rule?.id, 'RC5')
  assert.match(error.hint ?? '', /credentials/)
  assert.match(proxyRefused(proxy, wss, response(502)).hint ?? '', /could not reach host.example:443/)
})

const established = Buffer.from('HTTP/1.1 200 Connection established\r\nVia: 1.1 p\r\n\r\n')
test('a response to CONNECT that is split at any byte leads into the tunnel, and the bytes of the server arrive [RFC 9110 §9.3.6]', async (t) => {
  const server = await serveFor(t, { open: (socket) => void socket.send('first'), message() {} })
  let at = 0
  const proxy = await rawServer(async ({ head, socket }) => {
    await head()
    const upstream = net.connect(server.port, '127.0.0.1')
    upstream.on('error', () => socket.destroy())
    await once(upstream, 'connect')
    socket.removeAllListeners('data')
    socket.setNoDelay(true)
    await new Promise((resolve) => socket.write(established.subarray(0, at), resolve))
    await new Promise((resolve) => setImmediate(resolve))
    socket.write(established.subarray(at))
    socket.pipe(upstream).pipe(socket)
  })
  t.after(() => proxy.close())
  for (at = 1; at < established.length; at++) {
    const socket = await connect(server.url, { proxy: `http://127.0.0.1:${proxy.port}` })
    assert.equal(await socket.receive(), 'first')
    await socket.close()
  }
})

test('credentials appear in no error, not even where the proxy repeats the request in its refusal', async (t) => {
  const proxy = await rawServer(async ({ head, socket }) => {
    const request = await head()
    const repeated = /Basic \S+/.exec(request)?.[0] ?? ''
    assert.notEqual(repeated, '')
    socket.end(`HTTP/1.1 407 ${repeated}\r\nX-Request: ${repeated}\r\nContent-Length: ${request.length}\r\n\r\n${request}`)
  })
  t.after(() => proxy.close())
  const error = await connect('ws://h.example/', { proxy: `http://user:s%C3%A9cret@127.0.0.1:${proxy.port}` }).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof HandshakeError)
  assert.equal(error.status, 407)
  const shown = `${inspect(error, { depth: null, showHidden: true })} ${Buffer.from(error.response?.body ?? []).toString()}`
  assert.match(shown, /CONNECT h\.example:80/)
  assert.doesNotMatch(shown, new RegExp(`cret|${Buffer.from('user:sécret').toString('base64')}`))
})

import assert from 'node:assert/strict'
import { constants } from 'node:http2'
import { test } from 'node:test'
import { localhost } from '../../certificates/index.ts'
import { http2Session, openStream, StreamPeer } from '../../peers/http2-client.ts'
import { clientFrame } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

const post = { ':method': 'POST', ':path': '/', ':authority': 'localhost' }

test('limits.requestMs: a request whose content never arrives is answered 408, and its session continues [RFC 9110 §15.5.9]', async (t) => {
  const server = await serveFor(t, {
    tls: localhost,
    limits: { requestMs: 100 },
    request: () => undefined,
    message: (socket, message) => void socket.send(message),
  })
  const session = await http2Session(t, server.url)
  const webSocket = openStream(session)
  assert.equal(await webSocket.status(), 200)
  const peer = new StreamPeer(session.request(post, { endStream: false }))
  peer.stream.write('part')
  assert.equal(await peer.status(), 408)
  assert.equal(await peer.gone(), constants.NGHTTP2_NO_ERROR)
  webSocket.stream.write(clientFrame(1, 'on'))
  assert.equal((await webSocket.frame()).payload.toString(), 'on')
})

test('limits.requestMs: a request whose content never arrives is reset if its response has begun', async (t) => {
  const server = await serveFor(t, { tls: localhost, limits: { requestMs: 100 }, request: (_request, response) => void response.write('begun') })
  const peer = new StreamPeer((await http2Session(t, server.url)).request(post, { endStream: false }))
  assert.equal(await peer.status(), 200)
  assert.equal(await peer.gone(), constants.NGHTTP2_CANCEL)
})

test('limits.requestMs: a listener may answer after the deadline without effect', async (t) => {
  let answer = (): void => undefined
  const server = await serveFor(t, {
    tls: localhost,
    limits: { requestMs: 100 },
    request: (_request, response) => {
      answer = () => {
        response.writeHead(200)
        response.end('late')
      }
    },
  })
  const session = await http2Session(t, server.url)
  const peer = new StreamPeer(session.request(post, { endStream: false }))
  assert.equal(await peer.status(), 408)
  await peer.gone()
  answer()
  assert.equal(await openStream(session).status(), 200)
})

test('limits.requestMs: a response that takes longer than its request is not cut off', async (t) => {
  const server = await serveFor(t, {
    tls: localhost,
    limits: { requestMs: 50 },
    request: (request, response) => {
      request.resume()
      setTimeout(() => response.end('late'), 300)
    },
  })
  const peer = new StreamPeer((await http2Session(t, server.url)).request(post, { endStream: false }))
  peer.stream.end('all')
  assert.equal(await peer.body(), 'late')
})

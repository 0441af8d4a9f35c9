import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldOf, switchingProtocols } from '../runtime/node/raw-server.ts'
import { echoUrl, next, openFor, rawUrl } from './echo-server.ts'

test('an open socket has the selected subprotocol and no extension that was not offered [WPT Create-valid-url-protocol, Create-extensions-empty]', async (t) => {
  const socket = openFor(t, await echoUrl(t), { protocols: ['unknown', 'chat'], extensions: [] })
  const event = await next(socket, 'open')
  assert.deepEqual([event.type, socket.readyState, socket.protocol, socket.extensions], ['open', 1, 'chat', ''])
})

test('a wrong Sec-WebSocket-Accept is error and an unclean close, never open [WPT opening-handshake/001]', async (t) => {
  const url = await rawUrl(t, async ({ head, socket }) => void socket.write(switchingProtocols(await head(), { 'Sec-WebSocket-Accept': 'x' })))
  const socket = openFor(t, url)
  socket.onopen = () => assert.fail('open')
  await next(socket, 'error')
  const { code, wasClean } = await next(socket, 'close')
  assert.deepEqual([code, wasClean, socket.readyState], [1006, false, 3])
})

for (const [answer, what] of [
  ['unknown', 'a subprotocol that was not offered'],
  ['foo, bar', 'two subprotocols'],
  ['Echo', 'an offered subprotocol in other case'],
]) {
  test(`a server that selects ${what} does not get a connection [WPT opening-handshake/005]`, async (t) => {
    const url = await rawUrl(t, async ({ head, socket }) => void socket.write(switchingProtocols(await head(), { 'Sec-WebSocket-Protocol': answer })))
    const socket = openFor(t, url, ['echo', 'foo'])
    socket.onopen = () => assert.fail('open')
    assert.equal((await next(socket, 'close')).code, 1006)
    assert.equal(socket.protocol, '')
  })
}

test('the request has no Referer, no Origin outside a document, and one Sec-WebSocket-Protocol [WPT referrer, opening-handshake/003]', async (t) => {
  let head = ''
  const url = await rawUrl(t, async (connection) => {
    head = await connection.head()
    connection.socket.write(switchingProtocols(head, { 'Sec-WebSocket-Protocol': 'a' }))
  })
  await next(openFor(t, url, ['a', 'b']), 'open')
  assert.deepEqual(
    ['Referer', 'Origin', 'Sec-WebSocket-Protocol'].map((name) => fieldOf(head, name)),
    [[], [], ['a, b']],
  )
})

test('userinfo of the URL is sent as basic authentication [WPT basic-auth]', async (t) => {
  let sent: string[] = []
  const url = await rawUrl(t, async ({ head, socket }) => {
    const request = await head()
    sent = fieldOf(request, 'Authorization')
    socket.write(switchingProtocols(request))
  })
  await next(openFor(t, url.replace('ws://', 'ws://foo:bar@')), 'open')
  assert.deepEqual(sent, [`Basic ${btoa('foo:bar')}`])
})

test('a redirect is not followed [Fetch standard, redirect mode `error`]', async (t) => {
  const target = await echoUrl(t)
  const url = await rawUrl(t, async ({ head, socket }) => {
    await head()
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${target}\r\nContent-Length: 0\r\n\r\n`)
  })
  const socket = openFor(t, url)
  socket.onopen = () => assert.fail('open')
  assert.equal((await next(socket, 'close')).code, 1006)
})

for (const port of [1, 7, 22, 25, 80, 443, 587, 2049, 4190, 6000, 6566, 6667, 6679, 10080]) {
  const isBlocked = port !== 80 && port !== 443
  test(`port ${port} is ${isBlocked ? 'blocked as a network error, without a connection' : 'allowed'} [WPT Create-blocked-port]`, async (t) => {
    let dials = 0
    const socket = openFor(t, `ws://127.0.0.1:${port}/`, {
      createConnection: () => {
        dials++
        throw new Error('no network in this test')
      },
    })
    await next(socket, 'error')
    assert.deepEqual([(await next(socket, 'close')).code, dials], [1006, isBlocked ? 0 : 1])
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../src/client/address.ts'
import { followRedirect, isRedirect } from '../../src/client/redirect.ts'
import { bearerName } from '../../src/core/subprotocols/index.ts'
import { connect } from '../../src/index.ts'
import { fieldOf, rawServer, switchingProtocols, withServer } from '../runtime/node/raw-server.ts'
import type { RawServer } from '../runtime/node/raw-server.ts'

const redirect = (location: string, status = 302) => `HTTP/1.1 ${status} Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`
const secrets = { headers: { authorization: 'Bearer t', cookie: 'a=b', 'x-own': '1' }, origin: 'https://app.example', authority: 'virtual.example' }

/** Answers /1 with a redirect to /2 of `to`, and opens everything else. */
function redirecting(to: (server: RawServer) => string): Promise<RawServer> {
  const made = rawServer(async ({ head, socket }) => {
    const request = await head()
    socket.write(
      request.startsWith('GET /1 ')
        ? redirect(to(await made))
        : switchingProtocols(request, fieldOf(request, 'Sec-WebSocket-Protocol').length > 0 ? { 'Sec-WebSocket-Protocol': 'chat' } : {}),
    )
  })
  return made
}

test('a redirect is an error unless asked for, and says so [C2.14]', async () => {
  const server = await redirecting(() => '/2')
  try {
    await assert.rejects(connect(`${server.url}1`), { name: 'HandshakeError', stage: 'response', status: 302, hint: /redirect/ })
    assert.equal(server.connections.length, 1)
  } finally {
    await server.close()
  }
})

test("within one origin a redirect keeps the caller's fields, with a new key [C2.14]", async () => {
  const server = await redirecting(() => '2?x')
  try {
    const socket = await connect(server.url.replace('://', '://user:pass@') + '1', { redirects: 1, ...secrets, headers: { cookie: 'a=b' } })
    socket.terminate()
    const [first, second] = await Promise.all(server.connections.map((connection) => connection.head()))
    assert.match(second ?? '', /^GET \/2\?x HTTP/)
    for (const name of ['Authorization', 'Cookie', 'Origin', 'Host']) assert.deepEqual(fieldOf(second ?? '', name), fieldOf(first ?? '', name), name)
    assert.deepEqual(fieldOf(second ?? '', 'Authorization'), [`Basic ${btoa('user:pass')}`])
    assert.notDeepEqual(fieldOf(second ?? '', 'Sec-WebSocket-Key'), fieldOf(first ?? '', 'Sec-WebSocket-Key'))
  } finally {
    await server.close()
  }
})

test('to another origin nothing that the caller added goes along [C2.14]', async () => {
  await withServer(
    async ({ head, socket }) => void socket.write(switchingProtocols(await head(), { 'Sec-WebSocket-Protocol': 'chat' })),
    async (other) => {
      const server = await redirecting(() => other.url)
      try {
        const socket = await connect(server.url.replace('://', '://user:pass@') + '1', {
          redirects: 1,
          ...secrets,
          subprotocols: ['chat', bearerName('secret')],
        })
        socket.terminate()
        const head = await (other.connections[0] as NonNullable<(typeof other.connections)[0]>).head()
        const names = head
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(':')[0])
          .filter(Boolean)
        assert.deepEqual(names, ['Host', 'Upgrade', 'Connection', 'Sec-WebSocket-Key', 'Sec-WebSocket-Version', 'Sec-WebSocket-Protocol'])
        assert.deepEqual(fieldOf(head, 'Host'), [`127.0.0.1:${other.port}`])
        assert.deepEqual(fieldOf(head, 'Sec-WebSocket-Protocol'), ['chat'])
      } finally {
        await server.close()
      }
    },
  )
})

test('the number of redirects is bounded [C2.14]', async () => {
  const server = await redirecting(() => '/1')
  try {
    await assert.rejects(connect(`${server.url}1`, { redirects: 3 }), { stage: 'redirect', message: /more redirects than .* 3/ })
    assert.equal(server.connections.length, 4)
  } finally {
    await server.close()
  }
})

test('a redirect from wss to ws is refused [C2.14]', () => {
  const from = parseAddress('wss://h/a')
  const response = (location?: string) => ({
    httpVersion: '1.1',
    status: 301,
    statusText: '',
    fields: location === undefined ? [] : [['Location', location] as const],
    body: new Uint8Array(),
    bodyTruncated: false,
  })
  for (const location of ['ws://h/a', 'http://h/a'])
    assert.throws(() => followRedirect(from, response(location)), { stage: 'redirect', message: /no TLS.*\(RFC 9110 section 15\.4\)$/ })
  assert.equal(followRedirect(from, response('https://h:443/b')).crossOrigin, false)
  assert.equal(followRedirect(from, response('//other/b')).crossOrigin, true)
  assert.equal(followRedirect(from, response('wss://h:8443/b')).crossOrigin, true)
  assert.equal(followRedirect(parseAddress('ws://h/'), response('wss://h/')).crossOrigin, true)
  assert.equal(followRedirect(from, response('wss://user:pass@h/b')).address.credentials, undefined)
  for (const location of [undefined, 'ftp://h/', '/a#fragment', 'http://'])
    assert.throws(() => followRedirect(from, response(location)), { stage: 'redirect', message: /\(RFC 9110 section 10\.2\.2\)$/ })
})

test('300, 304, 305 and 306 are not followed', () => {
  assert.deepEqual([300, 301, 302, 303, 304, 305, 306, 307, 308].filter(isRedirect), [301, 302, 303, 307, 308])
})

test('the response option gets each redirect that is followed and the 101, and its error fails the attempt', async () => {
  const server = await redirecting(() => '/2')
  try {
    const seen: [number, string][] = []
    const socket = await connect(`${server.url}1`, { redirects: 1, response: ({ status }, url) => void seen.push([status, url]) })
    socket.terminate()
    assert.deepEqual(seen, [
      [302, `${server.url}1`],
      [101, `${server.url}2`],
    ])
    const cause = new Error('no cookie')
    const response = ({ fields }: { fields: readonly (readonly [string, string])[] }): void => {
      if (!fields.some(([name]) => name === 'Set-Cookie')) throw cause
    }
    await assert.rejects(connect(`${server.url}2`, { response }), { name: 'HandshakeError', stage: 'response', fault: 'application', cause })
  } finally {
    await server.close()
  }
})

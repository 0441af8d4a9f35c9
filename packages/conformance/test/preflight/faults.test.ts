import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { test } from 'node:test'
import { checkServer, PreflightError } from '../../src/index.ts'
import { untrustedCertificate } from '../../src/untrusted-certificate.ts'
import { ScriptedServer } from '../doubles/scripted.ts'

async function faultOf(url: string, answerMs = 2000): Promise<string> {
  try {
    await checkServer(url, { answerMs })
  } catch (error) {
    assert.ok(error instanceof PreflightError, String(error))
    assert.doesNotMatch(error.message, /\n/)
    return error.message
  }
  throw new Error('the preflight found nothing wrong')
}

test('names a server that is not there and a name without an address', async () => {
  assert.match(await faultOf('ws://127.0.0.1:1/'), /^nothing listens at 127\.0\.0\.1:1 \(ECONNREFUSED\); --wait 30s waits/)
  assert.match(await faultOf('ws://no-such-host.invalid/'), /^the name no-such-host\.invalid has no address \(E[A-Z_]+\); --wait/)
})

for (const [answer, message] of [
  [
    'HTTP/1.1 400 Bad Request\r\n\r\nno subprotocol',
    /^your server answered 400 Bad Request: no subprotocol; does it want a field line, for example --header/,
  ],
  ['HTTP/1.1 403 Forbidden\r\n\r\n', /^your server answered 403 Forbidden; it wants credentials or another origin: --header/],
  ['HTTP/1.1 403 Forbidden\r\n\r\nmissing Origin.\n', /^your server answered 403 Forbidden: missing Origin; it wants/],
  ['HTTP/1.1 404 Not Found\r\n\r\n<!doctype html>', /^your server answered 404 Not Found; is \/ the path of the echo endpoint\?$/],
  ['HTTP/1.1 301 Moved\r\nLocation: /ws\r\n\r\n', /^your server answered 301 Moved; it redirects to \/ws: test that URL$/],
  ['HTTP/1.1 200 OK\r\n\r\n', /^your server answered 200 OK; \/ is an ordinary HTTP resource, or a proxy/],
  ['HTTP/1.1 500 Oops\r\n\r\n', /^your server answered 500 Oops; its log says why$/],
  ['HTTP/2 101 No\r\n\r\n', /^your server answered the opening handshake with "HTTP\/2 101 No", not in HTTP\/1\.1$/],
  ['SSH-2.0-OpenSSH\r\n', /^your server answered the opening handshake with "SSH-2\.0-OpenSSH\\r\\n", which is no HTTP response$/],
  ['', /^your server ended the connection without an answer to the opening handshake; --wait 30s/],
] as const) {
  test(`explains the answer ${JSON.stringify(answer)}`, async () => {
    await using server = await ScriptedServer.answering(answer)
    assert.match(await faultOf(server.url), message)
  })
}

test('names a server that does not answer in time', async () => {
  await using server = await ScriptedServer.listen(() => {})
  assert.match(await faultOf(server.url, 60), /^your server did not answer the opening handshake within 60 ms; --timeout waits longer$/)
})

test('tells a certificate that is not trusted, ws: for wss: and wss: for ws: apart', async () => {
  const secure = createTlsServer({ cert: untrustedCertificate.cert, key: untrustedCertificate.key }, (socket) => socket.on('error', () => {}))
  secure.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
  const { port } = secure.address() as AddressInfo
  try {
    assert.match(
      await faultOf(`wss://localhost:${port}/`),
      /^the certificate of localhost:\d+ is not trusted: self-signed certificate \(DEPTH_ZERO_SELF_SIGNED_CERT\); --insecure takes any/,
    )
    assert.match(await faultOf(`ws://localhost:${port}/a`), /^localhost:\d+ speaks TLS; did you mean wss:\/\/localhost:\d+\/a\?$/)
  } finally {
    secure.close()
  }
  await using plain = await ScriptedServer.answering('HTTP/1.1 400 Bad Request\r\n\r\n')
  assert.match(await faultOf(plain.url.replace('ws:', 'wss:')), /^127\.0\.0\.1:\d+ does not speak TLS; did you mean ws:\/\//)
})

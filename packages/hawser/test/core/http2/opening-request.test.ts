import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOriginPolicy, Fields } from '../../../src/core/handshake/index.ts'
import { isConnectToWebSocket, readConnectRequest, refuseOrdinary, refuseProtocol, refuseTunnel } from '../../../src/core/http2/index.ts'
import type { FieldLine } from '../../../src/core/handshake/index.ts'
import type { ConnectRequestHead } from '../../../src/core/http2/index.ts'

const policy = { origins: createOriginPolicy(undefined), secure: true }

function head(changes: Partial<ConnectRequestHead> = {}, lines: readonly FieldLine[] = [['sec-websocket-version', '13']]): ConnectRequestHead {
  return {
    method: 'CONNECT',
    protocol: 'websocket',
    scheme: 'https',
    authority: 'server.example.com',
    path: '/chat?x=1',
    fields: new Fields(lines),
    endStream: false,
    ...changes,
  }
}

function refusal(request: ConnectRequestHead): { status: number; message: string; section: string | undefined; fields: readonly FieldLine[] } {
  const outcome = readConnectRequest(request, policy)
  if (outcome.ok) assert.fail('the request was accepted')
  const { status, message, rule, fields } = outcome.refusal
  return { status, message, section: rule?.section, fields }
}

test('the example of RFC 8441 section 5.1 is an opening request [H2.3]', () => {
  const outcome = readConnectRequest(
    head({ path: '/chat' }, [
      ['sec-websocket-protocol', 'chat, superchat'],
      ['sec-websocket-extensions', 'permessage-deflate'],
      ['sec-websocket-version', '13'],
      ['origin', 'https://server.example.com'],
    ]),
    policy,
  )
  assert.ok(outcome.ok)
  assert.equal(outcome.value.httpVersion, '2')
  assert.equal(outcome.value.method, 'CONNECT')
  assert.deepEqual(outcome.value.subprotocols, ['chat', 'superchat'])
  assert.equal(outcome.value.target.path, '/chat')
  assert.equal(outcome.value.origin, 'https://server.example.com')
})

for (const name of ['connection', 'upgrade', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'http2-settings']) {
  test(`the connection-specific field ${name} is refused [H2.5, RFC 9113 §8.2.2]`, () => {
    const { status, section, message } = refusal(
      head({}, [
        ['sec-websocket-version', '13'],
        [name, 'x'],
      ]),
    )
    assert.equal(status, 400)
    assert.equal(section, '8.2.2')
    assert.match(message, new RegExp(name))
  })
}

test('Sec-WebSocket-Key is not processed, whatever its value [H2.6, RFC 8441 §5]', () => {
  const outcome = readConnectRequest(
    head({}, [
      ['sec-websocket-version', '13'],
      ['sec-websocket-key', 'not a key'],
    ]),
    policy,
  )
  assert.ok(outcome.ok)
  assert.equal(outcome.value.key, undefined)
})

for (const [id, lines] of [
  ['H2.7', []],
  ['H2.8', [['sec-websocket-version', '12']]],
] as const) {
  test(`${id} a version that is ${lines.length === 0 ? 'missing' : '12'} is 400 with sec-websocket-version: 13, as 426 would need Upgrade`, () => {
    const { status, fields } = refusal(head({}, lines))
    assert.equal(status, 400)
    assert.deepEqual(fields, [['sec-websocket-version', '13']])
  })
}

test(':scheme and :path are required and checked [H2.9, RFC 8441 §4]', () => {
  assert.match(refusal(head({ scheme: undefined })).message, /:scheme is missing/)
  assert.match(refusal(head({ scheme: 'wss' })).message, /:scheme is "wss"/)
  assert.match(refusal(head({ path: undefined })).message, /:path is missing/)
  assert.match(refusal(head({ path: '' })).message, /:path/)
  assert.match(refusal(head({ path: 'https://h/x' })).message, /does not begin with/)
  assert.equal(refusal(head({ path: '/a#b' })).status, 400)
})

test('another :protocol is answered 501 [H2.10]', () => {
  assert.ok(isConnectToWebSocket(head()))
  assert.ok(isConnectToWebSocket(head({ protocol: 'WebSocket' })))
  assert.ok(!isConnectToWebSocket(head({ protocol: 'connect-udp' })))
  assert.equal(refuseProtocol('connect-udp').status, 501)
  assert.match(refuseProtocol('connect-udp').message, /connect-udp/)
})

test(':protocol on another method is not an opening handshake [H2.11]', () => {
  assert.ok(!isConnectToWebSocket(head({ method: 'GET' })))
})

test('CONNECT without :protocol is neither a WebSocket nor a tunnel [H2.12]', () => {
  assert.ok(!isConnectToWebSocket(head({ protocol: undefined })))
  assert.equal(refuseTunnel().status, 501)
})

test('the authority is read once and may not contradict Host [H2.13, RFC 9113 §8.3.1]', () => {
  const version: FieldLine = ['sec-websocket-version', '13']
  assert.match(refusal(head({ authority: undefined })).message, /:authority is missing/)
  assert.match(refusal(head({ authority: 'a b' })).message, /host\[:port\]/)
  assert.match(refusal(head({ authority: 'user@server.example.com' })).message, /host\[:port\]/)
  assert.match(refusal(head({}, [version, ['host', 'other.example.com']])).message, /contradicts/)
  assert.ok(readConnectRequest(head({}, [version, ['host', 'Server.example.com']]), policy).ok)
  const fromHost = readConnectRequest(head({ authority: undefined }, [version, ['host', 'server.example.com']]), policy)
  assert.ok(fromHost.ok && fromHost.value.authority === 'server.example.com')
})

test('a request that ends its stream is refused [H2.14]', () => {
  assert.match(refusal(head({ endStream: true })).message, /ends its stream/)
})

test('an Extended CONNECT with content is refused [H12]', () => {
  assert.match(
    refusal(
      head({}, [
        ['sec-websocket-version', '13'],
        ['content-length', '5'],
      ]),
    ).message,
    /content/,
  )
})

test('a foreign origin is refused with 403 [H2.17]', () => {
  const { status } = refusal(
    head({}, [
      ['sec-websocket-version', '13'],
      ['origin', 'https://evil.example'],
    ]),
  )
  assert.equal(status, 403)
})

test('a request that is not a CONNECT is answered 405 with Allow, since 426 would need Upgrade', () => {
  const { status, fields, message } = refuseOrdinary('GET')
  assert.equal(status, 405)
  assert.deepEqual(fields, [['allow', 'CONNECT']])
  assert.match(message, /GET/)
})

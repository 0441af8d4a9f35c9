import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../../src/client/address.ts'
import { buildConnectRequest, proxyRefused } from '../../../src/client/http1/tunnel.ts'
import { chooseProxy } from '../../../src/client/proxy.ts'

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

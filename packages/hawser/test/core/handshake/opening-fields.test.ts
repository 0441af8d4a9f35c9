import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { buildOpeningFields } from '../../../src/core/handshake/opening-fields.ts'
import { buildConnectRequest } from '../../../src/core/http2/index.ts'
import { buildUpgradeRequest } from '../../../src/core/http1/index.ts'

const options = {
  target: '/chat?x=1',
  authority: 'h:8080',
  subprotocols: ['b', 'a'],
  extensions: [{ name: 'x', parameters: [['p', true] as const] }],
  origin: 'https://app.example',
  headers: { Cookie: 'a=b' },
}

test('both HTTP versions carry the same opening fields in the same order [RFC 8441 §5]', () => {
  const fields = buildOpeningFields(options)
  assert.deepEqual(fields, [
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Protocol', 'b, a'],
    ['Sec-WebSocket-Extensions', 'x; p'],
    ['Origin', 'https://app.example'],
    ['Cookie', 'a=b'],
  ])
  const upgrade = buildUpgradeRequest({ ...options, key: 'dGhlIHNhbXBsZSBub25jZQ==' })
  assert.ok(upgrade.endsWith(`${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`))
  const connect = buildConnectRequest({ ...options, scheme: 'https' })
  assert.deepEqual(
    connect.filter(([name]) => !name.startsWith(':')),
    fields.map(([name, value]) => [name.toLowerCase(), value]),
  )
})

test('both HTTP versions refuse the same options', () => {
  const wrong: [string, object][] = [
    ['target', { target: '/a#b' }],
    ['target', { target: 'a' }],
    ['authority', { authority: '' }],
    ['authority', { authority: 'a\r\nb' }],
    ['subprotocols[1]', { subprotocols: ['a', 'a'] }],
    ['origin', { origin: 'https://app.example/path' }],
    ["headers['Upgrade']", { headers: { Upgrade: 'x' } }],
  ]
  for (const [option, change] of wrong) {
    const named = (error: unknown): boolean => error instanceof OptionError && error.option === option
    assert.throws(() => buildUpgradeRequest({ ...options, key: 'dGhlIHNhbXBsZSBub25jZQ==', ...change }), named, option)
    assert.throws(() => buildConnectRequest({ ...options, scheme: 'https', ...change }), named, option)
  }
})

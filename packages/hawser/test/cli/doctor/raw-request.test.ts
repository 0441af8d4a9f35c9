import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildRawRequest } from '../../../src/cli/doctor/raw-request.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'

const target = readTarget('ws://app.example:8080/chat?x=1')
const key = 'AQIDBAUGBwgJCgsMDQ4PEA=='

test('an ordinary request asks for no upgrade', () => {
  const request = buildRawRequest('ordinary', target, [['Cookie', 'a=b']], key)
  assert.match(request, /^GET \/chat\?x=1 HTTP\/1\.1\r\nHost: app\.example:8080\r\nConnection: close\r\n[^]*\r\nCookie: a=b\r\n\r\n$/)
  assert.doesNotMatch(request, /upgrade|websocket/i)
})

test('the Connection field of Firefox has two options', () => {
  const request = buildRawRequest('connection-list', target, [], key)
  assert.match(request, /\r\nConnection: keep-alive, Upgrade\r\n/)
  assert.match(request, /\r\nOrigin: http:\/\/app\.example:8080\r\n/)
  assert.equal(request.match(/^Connection:/gim)?.length, 1)
})

test('a field that HTTP does not allow is an OptionError', () => {
  assert.throws(() => buildRawRequest('connection-list', target, [['A', 'b\r\nc: d']], key), { name: 'OptionError' })
  assert.throws(() => buildRawRequest('ordinary', target, [['A', 'b\r\nc: d']], key), { name: 'OptionError' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../../../src/core/handshake/fields.ts'
import { createOriginPolicy } from '../../../src/core/handshake/origin.ts'
import { parseRequestTarget } from '../../../src/core/handshake/request-target.ts'
import { readOpening } from '../../../src/core/handshake/server-handshake.ts'
import type { FieldLine } from '../../../src/core/handshake/fields.ts'
import type { OpeningRequest, Outcome } from '../../../src/core/handshake/server-handshake.ts'

function read(lines: FieldLine[], httpVersion: '1.1' | '2' = '2', secure = true, trusts?: () => boolean): Outcome<OpeningRequest> {
  const target = parseRequestTarget('/chat')
  assert.ok(target.ok)
  const key = httpVersion === '1.1' ? 'dGhlIHNhbXBsZSBub25jZQ==' : undefined
  const bootstrap = {
    method: httpVersion === '1.1' ? 'GET' : 'CONNECT',
    httpVersion,
    target: target.value,
    authority: 'h',
    key,
    fields: new Fields(lines),
  } as const
  return readOpening(bootstrap, { origins: createOriginPolicy(undefined), secure, ...(trusts === undefined ? {} : { trusts }) })
}

const version: FieldLine = ['sec-websocket-version', '13']

test('the parts that no HTTP version changes are read without key, Upgrade and Connection [RS2]', () => {
  const outcome = read([version, ['origin', 'https://h'], ['sec-websocket-protocol', 'a, b'], ['sec-websocket-extensions', 'c; d']])
  assert.ok(outcome.ok)
  const { key, origin, subprotocols, extensions, httpVersion } = outcome.value
  assert.deepEqual(
    { key, origin, subprotocols, extensions, httpVersion },
    {
      key: undefined,
      origin: 'https://h',
      subprotocols: ['a', 'b'],
      extensions: [{ name: 'c', parameters: [['d', true]] }],
      httpVersion: '2',
    },
  )
})

test('a missing or unknown version is 426 in HTTP/1.1, 400 with the version in HTTP/2 [RS7]', () => {
  for (const lines of [[], [['sec-websocket-version', '12']]] as FieldLine[][]) {
    const [one, two] = [read(lines, '1.1'), read(lines, '2')]
    assert.ok(!one.ok && !two.ok)
    assert.deepEqual([one.refusal.status, two.refusal.status, two.refusal.fields], [426, 400, [['sec-websocket-version', '13']]])
  }
})

test('the scheme of the transport counts for the same origin [RS6]', () => {
  assert.equal(read([version, ['origin', 'https://h']], '2', true).ok, true)
  assert.equal(read([version, ['origin', 'https://h']], '2', false).ok, false)
})

test('the checks run in one order: version, key, origin, subprotocols, extensions [RS1]', () => {
  const broken: FieldLine[] = [
    ['sec-websocket-version', '12'],
    ['origin', 'https://evil'],
    ['sec-websocket-protocol', 'a b'],
    ['sec-websocket-extensions', ';'],
  ]
  const messages: string[] = []
  for (const fixed of [[], [0], [0, 1], [0, 1, 2]]) {
    const outcome = read(broken.map((line, index) => (fixed.includes(index) ? ([line[0], ['13', 'https://h', 'a'][index]!] as const) : line)))
    messages.push(outcome.ok ? 'accepted' : outcome.refusal.message.split(' ', 2).join(' '))
  }
  assert.deepEqual(messages, ['Sec-WebSocket-Version "12"', 'the origin', 'Sec-WebSocket-Protocol: expected', 'Sec-WebSocket-Extensions: expected'])
})

test('behind a trusted proxy the port of the same-origin check is that of X-Forwarded-Host, not X-Forwarded-Port, and a refusal says so [RS6]', () => {
  const lines = (host: string): FieldLine[] => [
    version,
    ['origin', 'https://app.example:8443'],
    ['x-forwarded-host', host],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-port', '8443'],
  ]
  const named = read(lines('app.example:8443'), '2', false, () => true)
  assert.ok(named.ok && named.value.authority === 'app.example:8443')
  const unnamed = read(lines('app.example'), '2', false, () => true)
  assert.ok(!unnamed.ok)
  assert.equal(unnamed.refusal.status, 403)
  assert.match(unnamed.refusal.message, /listens on that port, let it pass on the port in Host, or in X-Forwarded-Host$/)
  const other = read([version, ['origin', 'https://evil.example']], '2')
  assert.ok(!other.ok && !/port/.test(other.refusal.message))
})

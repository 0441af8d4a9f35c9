import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDoctorSettings } from '../../src/cli/doctor-options.ts'

test('has defaults that take an idle minute', () => {
  const { tls, ...settings } = readDoctorSettings(['app.example/chat'])
  assert.deepEqual(settings, {
    url: 'ws://app.example/chat',
    origin: undefined,
    subprotocols: [],
    headers: [],
    direct: undefined,
    proxy: undefined,
    unix: undefined,
    idleMs: 65_000,
    text: 'hawser doctor',
    largeBytes: 1_048_576,
    timeoutMs: 5000,
    all: false,
    json: false,
  })
  assert.deepEqual(tls, {})
})

test('reads its options', () => {
  const settings = readDoctorSettings([
    ...['-o', 'https://a.example', '-s', 'a', '-s', 'b', '-H', 'Cookie: c=d', '--direct', ':8080', '--idle', '5m', '-m', 'hi', '--large', '2m'],
    ...['--timeout', '2', '--all', '--json', 'wss://app.example/'],
  ])
  assert.deepEqual([settings.origin, settings.subprotocols, settings.headers], ['https://a.example', ['a', 'b'], [['Cookie', 'c=d']]])
  assert.deepEqual([settings.direct, settings.idleMs, settings.text, settings.largeBytes], ['ws://localhost:8080', 300_000, 'hi', 2_097_152])
  assert.deepEqual([settings.timeoutMs, settings.all, settings.json], [2000, true, true])
  const without = readDoctorSettings(['--no-idle', '--no-messages', 'ws://a/'])
  assert.deepEqual([without.idleMs, without.text], [undefined, undefined])
})

test('takes credentials as hawser connect does', () => {
  assert.deepEqual(readDoctorSettings(['-u', 'me:secret', 'ws://a/']).headers, [['Authorization', 'Basic bWU6c2VjcmV0']])
  assert.deepEqual(readDoctorSettings(['--bearer', 'abc', '-H', 'X: 1', 'ws://a/']).headers, [
    ['X', '1'],
    ['Authorization', 'Bearer abc'],
  ])
})

test('refuses what makes no sense', () => {
  for (const args of [
    ['--no-idle', '--idle', '5'],
    ['--no-messages', '--message', 'a'],
    ['--proxy', 'env', '--unix', '/a'],
    ['--no-messages', '--large', '5'],
    ['--message', ''],
    ['--idle', '2h'],
    ['--idle', '0'],
    ['--timeout', '0'],
    ['--large', '1g'],
    ['--cert', 'a'],
    ['--passphrase', 'a'],
    ['--user', 'a:b', '--bearer', 'c'],
    ['--bearer', 'c', '-H', 'Authorization: Basic x'],
  ]) {
    assert.throws(() => readDoctorSettings([...args, 'ws://a/']), { name: 'UsageError' }, args.join(' '))
  }
  assert.throws(() => readDoctorSettings([]), /doctor needs URL/)
})

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { UsageError } from '../../src/cli/command.ts'
import { localhost } from '../certificates/index.ts'
import { readServeSettings } from '../../src/cli/serve-options.ts'

function fails(args: readonly string[], message: RegExp): void {
  assert.throws(
    () => readServeSettings(args),
    (error) => error instanceof UsageError && message.test(`${error.message} ${error.suggestion ?? ''}`),
    args.join(' '),
  )
}

test('without options, is an echo server on loopback that allows the same origin', () => {
  const settings = readServeSettings([])
  assert.equal(settings.host, '127.0.0.1')
  assert.equal(settings.port, 8080)
  assert.equal(settings.mode, 'echo')
  assert.equal(settings.inspect, false)
  assert.equal(settings.deflate, true)
  assert.deepEqual(settings.origins, [])
  assert.deepEqual(settings.paths, [])
})

test('reads every option', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-cli-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  writeFileSync(cert, localhost.cert)
  writeFileSync(key, localhost.key)
  const words =
    '--host ::1 --port 0 --path /a --path /b --subprotocol x -s y --origin https://a.example --max-message 64k --no-deflate --ping-interval 20s'
  const settings = readServeSettings([
    ...words.split(' '),
    '--tls-cert',
    cert,
    '--tls-key',
    key,
    '--broadcast',
    '--inspect',
    '--inspect-credentials',
    '--grace',
    '1',
    '--json',
    '--verbose',
  ])
  assert.deepEqual(settings, {
    host: '::1',
    port: 0,
    unix: undefined,
    paths: ['/a', '/b'],
    subprotocols: ['x', 'y'],
    requireSubprotocol: false,
    hosts: undefined,
    origins: ['https://a.example'],
    tls: { cert: Buffer.from(localhost.cert), key: Buffer.from(localhost.key) },
    maxMessage: 65_536,
    http2: true,
    deflate: false,
    pingIntervalMs: 20_000,
    mode: 'broadcast',
    exec: undefined,
    target: undefined,
    maxConnections: undefined,
    metrics: undefined,
    inspect: true,
    inspectCredentials: true,
    graceMs: 1000,
    verbose: true,
    json: true,
    quiet: false,
  })
  const { mode, exec, maxConnections } = readServeSettings(['--exec', 'cat', '--binary'])
  assert.deepEqual([mode, exec, maxConnections], ['exec', { command: 'cat', form: 'bytes' }, 100])
  const bridge = readServeSettings(['--to', 'tcp:localhost:22', '--max-connections', '3'])
  assert.deepEqual([bridge.mode, bridge.target, bridge.maxConnections], ['to', { host: 'localhost', port: 22 }, 3])
  assert.equal(readServeSettings(['--any-origin']).origins, 'any')
  assert.equal(readServeSettings(['--metrics']).metrics, '/metrics')
  assert.equal(readServeSettings(['--metrics=/internal/counters']).metrics, '/internal/counters')
  assert.deepEqual(readServeSettings(['--allow-host', 'app.example', '--allow-host', 'b:1']).hosts, ['app.example', 'b:1'])
  assert.equal(readServeSettings(['--require-subprotocol']).requireSubprotocol, true)
})

test('declares chat and superchat by default with --inspect', () => {
  assert.deepEqual(readServeSettings([]).subprotocols, [])
  assert.deepEqual(readServeSettings(['--inspect']).subprotocols, ['chat', 'superchat'])
  assert.deepEqual(readServeSettings(['--inspect', '-s', 'x']).subprotocols, ['x'])
})

test('refuses options that cannot be combined', () => {
  fails(['--echo', '--broadcast'], /--echo cannot be combined with --broadcast/)
  fails(['--echo', '--exec', 'cat'], /--echo cannot be combined with --exec/)
  fails(['--exec', 'cat', '--to', 'tcp:h:1'], /--exec cannot be combined with --to/)
  fails(['--binary'], /--binary needs --exec/)
  fails(['--any-origin', '--origin', 'https://a.example'], /--any-origin cannot be combined with --origin/)
  fails(['--quiet', '--verbose'], /--quiet cannot be combined with --verbose/)
  fails(['--tls-cert', 'x'], /--tls-cert needs --tls-key/)
  fails(['--tls-key', 'x'], /--tls-key needs --tls-cert/)
  fails(['--unix', '/s', '--port', '1'], /--unix cannot be combined with --port/)
  fails(['--unix', '/s', '--inspect'], /--inspect cannot be combined with --unix/)
  fails(['--metrics=/', '--inspect'], /--metrics=\/ cannot be combined with --inspect/)
  assert.equal(readServeSettings(['--unix', '/s']).unix, '/s')
  fails(['--inspect-remote'], /--inspect-remote needs --inspect/)
  fails(['--inspect-credentials'], /--inspect-credentials needs --inspect/)
})

test('refuses wrong values, naming the option and what it expects', () => {
  fails(['--port', 'http'], /--port: expected a whole number from 0 to 65535, received "http"/)
  fails(['--to', 'localhost:22'], /--to: expected tcp:HOST:PORT or unix:PATH/)
  fails(['--max-connections', '0'], /--max-connections: expected a whole number from 1/)
  fails(['--path', 'chat'], /--path: expected a path such as \/chat/)
  fails(['--path', '/chat?x'], /--path/)
  for (const path of ['', 'metrics', '/metrics?x', '/metrics#x', '/a b', '/zähler', '/a/../b']) {
    fails([`--metrics=${path}`], /--metrics: expected a path such as \/metrics without a query/)
  }
  // A value that is separate would be an argument, which this command does not take
  fails(['--metrics', '/counters'], /unexpected argument "\/counters"/)
  fails(['--max-message', 'big'], /--max-message: expected a number of bytes/)
  fails(['--ping-interval', 'often'], /--ping-interval: expected a time/)
  fails(['--grace', ''], /--grace: expected a time/)
  fails(['--tls-cert', '/no/such/file', '--tls-key', '/no/such/file'], /--tls-cert: ENOENT.*\/no\/such\/file/)
  fails(['ws://x'], /unexpected argument "ws:\/\/x"/)
})

test('--inspect beyond loopback needs --inspect-remote', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com']) {
    fails(['--inspect', '--host', host], /other machines can reach .*--inspect-remote/)
    assert.equal(readServeSettings(['--inspect', '--inspect-remote', '--host', host]).inspect, true)
  }
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'LOCALHOST'])
    assert.equal(readServeSettings(['--inspect', '--host', host]).inspect, true)
})

test('--self-signed makes a certificate that covers the host too, and cannot be combined with --tls-cert', () => {
  const { tls, http2 } = readServeSettings(['--self-signed', '--host', '192.0.2.1'])
  const certificate = new X509Certificate(tls?.cert ?? '')
  for (const address of ['127.0.0.1', '::1', '192.0.2.1']) assert.equal(certificate.checkIP(address), address)
  assert.equal(certificate.checkHost('localhost'), 'localhost')
  assert.equal(http2, true)
  fails(['--self-signed', '--tls-cert', 'a', '--tls-key', 'b'], /cannot be combined/)
})

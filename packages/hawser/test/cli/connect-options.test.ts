import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../src/cli/command.ts'
import { readConnectSettings } from '../../src/cli/connect-options.ts'

function fails(args: readonly string[], message: RegExp): void {
  assert.throws(
    () => readConnectSettings(args),
    (error) => error instanceof UsageError && message.test(error.message),
    args.join(' '),
  )
}

test('a URL alone is enough', () => {
  const settings = readConnectSettings(['ws://h/'])
  assert.equal(settings.url, 'ws://h/')
  assert.equal(settings.form, 'text')
  assert.equal(settings.redirects, 0)
  assert.equal(settings.http, '1.1')
  assert.equal(settings.deflate, true)
  assert.equal(settings.timeoutMs, undefined)
})

test('a URL may omit its scheme and its host', () => {
  assert.equal(readConnectSettings(['localhost:8080/chat']).url, 'ws://localhost:8080/chat')
  assert.equal(readConnectSettings([':8080']).url, 'ws://localhost:8080')
  assert.equal(readConnectSettings(['ws+unix:/run/app.sock:/chat']).url, 'ws+unix:/run/app.sock:/chat')
  assert.equal(readConnectSettings(['wss://h']).url, 'wss://h')
  assert.equal(readConnectSettings(['ftp://h']).url, 'ftp://h')
})

test('reads every option', () => {
  const words =
    '--subprotocol a -s b --any-subprotocol -o https://a.example -m one --message two --hex --whole --one --wait 2 --timeout 500ms --ping-interval 0 --max-message 1m --redirects 3 --http 2 --proxy env --unix /run/x.sock --no-deflate --insecure --inspect --json --quiet ws://h/'
  const settings = readConnectSettings([...words.split(' '), '-H', 'X-A: 1', '--header', 'host: b.example'])
  assert.deepEqual(settings, {
    url: 'ws://h/',
    subprotocols: ['a', 'b'],
    anySubprotocol: true,
    headers: [['X-A', '1']],
    host: 'b.example',
    http: '2',
    origin: 'https://a.example',
    messages: ['one', 'two'],
    form: 'hex',
    whole: true,
    one: true,
    waitMs: 2000,
    stay: false,
    timeoutMs: 500,
    pingIntervalMs: 0,
    maxMessage: 1_048_576,
    redirects: 3,
    proxy: 'env',
    deflate: false,
    insecure: true,
    ca: undefined,
    cert: undefined,
    key: undefined,
    passphrase: undefined,
    unix: '/run/x.sock',
    commands: false,
    record: undefined,
    listen: undefined,
    maxConnections: 100,
    inspect: true,
    verbose: false,
    json: true,
    quiet: true,
  })
  assert.equal(readConnectSettings(['--binary', 'u']).form, 'binary')
  assert.equal(readConnectSettings(['--base64', '--stay', 'u']).form, 'base64')
  assert.equal(readConnectSettings(['--commands', 'u']).commands, true)
  assert.equal(readConnectSettings(['--record', 'f', 'u']).record, 'f')
  const { listen, maxConnections } = readConnectSettings(['--listen', '2222', '--max-connections', '3', 'u'])
  assert.deepEqual([listen, maxConnections], [{ host: '127.0.0.1', port: 2222 }, 3])
})

test('refuses wrong arguments', () => {
  fails([], /connect needs URL/)
  fails(['a', 'b'], /unexpected argument "b"/)
  fails(['--hex', '--base64', 'u'], /--hex cannot be combined with --base64/)
  fails(['--stay', '--wait', '1', 'u'], /--stay cannot be combined with --wait/)
  fails(['--whole', '--commands', 'u'], /--whole cannot be combined with --commands/)
  fails(['--verbose', '--quiet', 'u'], /--verbose cannot be combined with --quiet/)
  fails(['--listen', 'x', 'u'], /--listen: expected PORT or HOST:PORT/)
  fails(['--listen', '1', '--one', 'u'], /--listen cannot be combined with --one/)
  fails(['--listen', '1', '-m', 'a', 'u'], /--listen cannot be combined with --message/)
  fails(['--max-connections', '1', 'u'], /--max-connections needs --listen/)
  fails(['--insecure', '--ca', 'f', 'u'], /--insecure cannot be combined with --ca/)
  fails(['--cert', 'f', 'u'], /--cert needs --key/)
  fails(['--header', 'nothing', 'u'], /--header: expected 'Name: value'/)
  fails(['--timeout', 'soon', 'u'], /--timeout: expected a time/)
  fails(['--http', '3', 'u'], /--http: expected 1.1, 2 or auto/)
  fails(['--redirects', '-1', 'u'], /--redirects needs a value/)
  fails(['--redirects=21', 'u'], /--redirects: expected a whole number from 0 to 20/)
  fails(['--ca', '/no/such/file', 'u'], /--ca: ENOENT/)
})

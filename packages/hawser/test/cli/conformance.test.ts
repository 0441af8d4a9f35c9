import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, test } from 'node:test'
import { conformance } from '../../src/cli/conformance.ts'
import { UsageError } from '../../src/cli/command.ts'
import type { CliIo } from '../../src/cli/io.ts'
import type { SuiteReport } from '../../src/conformance/index.ts'
import { DoubleServer } from '../conformance/doubles/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
after(() => rmSync(folder, { recursive: true }))

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io: CliIo = { stdin: new PassThrough(), stdout, stderr, env: {}, onInterrupt: () => () => {} }
  const code = await conformance(argv, io)
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

async function withServer<T>(mutants: readonly string[], use: (url: string) => Promise<T>): Promise<T> {
  const server = new DoubleServer({ mutants })
  try {
    return await use(await server.listen())
  } finally {
    await server.close()
  }
}

test('a conforming server ends with 0 and one quiet line', async () => {
  const { code, stdout, stderr } = await withServer([], (url) => run('server', url, '--only', 'handshake/version'))
  assert.equal(code, 0)
  assert.match(stdout, /^ws:.*: \d+ cases in [\d.]+ s: \d+ pass, \d+ info\n$/)
  assert.equal(stderr, '')
})

test('a failed case ends with 1 and is named with its rule', async () => {
  const { code, stdout } = await withServer(['version-lenient-number'], (url) => run('server', url, '--only', 'handshake/version/version-0xD'))
  assert.equal(code, 1)
  assert.match(stdout, /^fail {2}handshake\/version\/version-0xD: answered with 101 \(RFC 6455 section 4\.2\.2, RS7, RS1\)$/m)
})

test('nothing that answers ends with 3', async () => {
  const { code } = await run('server', 'ws://127.0.0.1:1/', '--only', 'framing/length/text-1')
  assert.equal(code, 3)
})

test('expectations that are written are met, and a change ends with 1', async () => {
  const file = join(folder, 'expect.json')
  await withServer(['version-lenient-number'], async (url) => {
    assert.equal((await run('server', url, '--only', 'handshake/version', '--write-expect', file)).code, 1)
    assert.equal((await run('server', url, '--only', 'handshake/version', '--expect', file)).code, 0)
  })
  const { code, stdout } = await withServer([], (url) => run('server', url, '--only', 'handshake/version', '--expect', file))
  assert.equal(code, 1)
  assert.match(stdout, /^changed {2}handshake\/version\/version-0xD: expected fail: answered with 101, seen pass: as expected$/m)
})

test('the reports are written where they are asked for', async () => {
  const names = ['json', 'junit', 'html'] as const
  const files = names.flatMap((name) => [`--${name}`, join(folder, name)])
  await withServer([], (url) => run('server', url, '--only', 'handshake/host', ...files))
  const report = JSON.parse(readFileSync(join(folder, 'json'), 'utf8')) as SuiteReport
  assert.equal(report.format, 'hawser-conformance-1')
  assert.match(readFileSync(join(folder, 'junit'), 'utf8'), /^<\?xml/)
  assert.match(readFileSync(join(folder, 'html'), 'utf8'), /^<!doctype html>/)
})

test('--list lists the cases of a server and of a client, as JSON too', async () => {
  assert.match(
    (await run('server', '--list', '--only', 'handshake/key')).stdout,
    /^handshake\/key\/key-missing {2}\[must, RFC 6455 section 4\.2\.1, RS2, RS1\]/m,
  )
  const rows = JSON.parse((await run('client', '--list', '--json', '-', '--only', 'url')).stdout) as { id: string }[]
  assert.ok(rows.some(({ id }) => id === 'url/fragment'))
})

test('a client is started once for each case, with the URL filled in', async () => {
  const script = `const s = new (require('ws').WebSocket)(process.argv[1]); s.on('message', (d, b) => s.send(d, { binary: b })); s.on('error', () => {})`
  const { code, stdout } = await run(
    'client',
    '--each',
    `'${process.execPath}' -e "${script}" {url}`,
    '--only',
    'framing/length/text-1',
    '--only',
    'url/query',
    '--agent',
    'ws',
  )
  assert.equal(code, 0, stdout)
  assert.match(stdout, /^ws: 2 cases in [\d.]+ s: 2 pass$/m)
})

test('a client over HTTP/2, in cleartext and over TLS, is tried on those cases alone', async () => {
  const certificates = new URL('../certificates/', import.meta.url).pathname
  const each = (more: string): string => `'${process.execPath}' --import tsx test/conformance/peers/http2-echo.ts {url} ${more}`
  const only = ['--http2', '--only', 'http2/open', '--only', 'http2/framing/length/text-1', '--only', 'url/path']
  const plain = await run('client', '--each', each(''), ...only, '--agent', 'plain')
  assert.match(plain.stdout, /^plain: 2 cases in [\d.]+ s: 2 pass$/m)
  const tls = ['--tls-cert', `${certificates}localhost.crt`, '--tls-key', `${certificates}localhost.key`]
  const secure = await run('client', '--each', each(`${certificates}authority.crt`), ...only, ...tls, '--agent', 'secure')
  assert.match(secure.stdout, /^secure: 2 cases in [\d.]+ s: 2 pass$/m)
})

test('wrong arguments are told, and what was expected', async () => {
  await assert.rejects(run(), UsageError)
  await assert.rejects(run('proxy'), /expected server or client/)
  await assert.rejects(run('server', 'http://localhost/'), /expected a ws: or wss: URL/)
  await assert.rejects(run('server', 'ws://localhost/', '--only', 'no/such'), /no case matches "no\/such"/)
  await assert.rejects(run('client', '--each', 'node echo.js'), /needs \{url\}/)
  await assert.rejects(run('client', '--each', 'node {url}', '--port', '1'), /exclude each other/)
  await assert.rejects(run('client', '--http2'), /--http2 needs --each/)
  await assert.rejects(run('client', '--each', 'node {url}', '--tls-cert', 'x'), /--tls-key/)
  await assert.rejects(run('server', 'ws://localhost/', '--jobs', '0'), /--jobs: expected a whole number/)
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { test } from 'node:test'
import type { SuiteReport } from '../../src/index.ts'
import { untrustedCertificate } from '../../src/untrusted-certificate.ts'
import { DoubleH2Server } from '../doubles/h2-server.ts'
import { DoubleServer } from '../doubles/server.ts'
import { CommandProcess, runCommand } from './command-process.ts'
import { json, only, place, withServer } from './fixtures.ts'

test('a conforming server ends with 0 and two lines: what it is able to do, and the totals', async () => {
  const { code, stdout, stderr } = await withServer([], (url) => runCommand('server', url, '--only', 'handshake/version'))
  assert.match(stdout, /^preflight: ws:.* echoes text and binary; .*\nws:.*: \d+ cases in [\d.]+ s: \d+ pass, \d+ info\n$/)
  assert.deepEqual([code, stderr], [0, ''])
})

test('a failed case ends with 1 and is named with its rule', async () => {
  const only = ['--only', 'handshake/version/version-0xD']
  const { code, stdout } = await withServer(['version-lenient-number'], (url) => runCommand('server', url, ...only))
  assert.match(stdout, /^fail {2}handshake\/version\/version-0xD: answered with 101 \(RFC 6455 section 4\.2\.2, RS7, RS1\)$/m)
  assert.equal(code, 1)
})

test('a server that nobody reaches ends with 3', async () => {
  assert.equal((await runCommand('server', 'ws://127.0.0.1:1/', '--only', 'framing/length/text-1')).code, 3)
  assert.equal((await runCommand('server', 'ws://127.0.0.1:1/', '--quiet')).code, 3)
})

test('cases that are all unsupported end with 1: nothing was judged', async () => {
  const { code, stdout } = await withServer([], (url) => runCommand('server', url, '--only', 'handshake/origin/refused'))
  assert.match(stdout, /: 1 unsupported$/m)
  assert.equal(code, 1)
})

test('--quiet prints the last line alone, --verbose one line for each case', async () => {
  await withServer(['version-lenient-number'], async (url) => {
    const quiet = await runCommand('server', url, '--only', 'handshake/version', '-q')
    assert.equal(quiet.stdout.split('\n').length, 2)
    const verbose = await runCommand('server', url, '--only', 'handshake/version', '--verbose')
    const cases = Number(/: (\d+) cases/.exec(quiet.stdout)?.[1])
    assert.equal(verbose.stdout.split('\n').length, cases + 3)
  })
})

test('--tier volume runs the volume cases, with figures, and no other tier', async () => {
  await withServer([], async (url) => {
    const { code, stdout } = await runCommand('server', url, '--tier', 'volume', '--only', 'volume/messages/5000-of-16')
    assert.match(stdout, /^figures {2}volume\/messages\/5000-of-16: 5000 in \d+ ms, \d+ a second, [\d.]+ MB\/s each way$/m)
    assert.match(stdout, /: 1 cases in [\d.]+ s: 1 pass$/m)
    assert.equal(code, 0)
    const wrong = await runCommand('server', url, '--tier', 'loud')
    assert.match(wrong.stderr, /option --tier: unknown tier "loud" \(known: standard, volume, all\)/)
    assert.equal(wrong.code, 2)
  })
  assert.match((await runCommand('server', '--list', '--tier', 'volume')).stdout, /^volume\/control\/pings-1000 {2}/m)
  assert.match((await runCommand('client', '--list', '--tier', 'all')).stdout, /^volume\/control\/pings-1000 {2}/m)
})

test('--subprotocols, --origin-refused, --path-unknown and --max-message make their cases supported', async () => {
  const server = new DoubleServer({
    mutants: [],
    subprotocols: ['chat', 'soap'],
    refusedOrigin: 'http://evil.example',
    unknownPath: '/unknown',
    maxMessage: 1 << 20,
  })
  try {
    const about = ['--subprotocols', 'chat,soap', '--origin-refused', 'http://evil.example', '--path-unknown', '/unknown', '--max-message', '1m']
    const selected = only('handshake/origin/refused', 'handshake/subprotocol', 'handshake/refusal', 'limits/over/text-over')
    const { code, stdout } = await runCommand('server', await server.listen(), ...about, ...selected, '--jobs', '4')
    assert.doesNotMatch(stdout, /unsupported/)
    assert.equal(code, 0, stdout)
  } finally {
    await server.close()
  }
})

test('--header, --seed and --timeout reach the wire and the report, --json - is standard output', async () => {
  await withServer([], async (url) => {
    const only = ['--only', 'masking/keys/size-7']
    const { code, stdout, stderr } = await runCommand('server', url, ...only, '-H', 'Cookie: a=b', '--seed', '7', '--timeout', '2s', '--json', '-')
    const report = json<SuiteReport>(stdout)
    const sent = report.results[0]?.exchange.find(({ from, kind }) => from === 'suite' && kind === 'bytes')
    assert.match(Buffer.from(sent?.bytes ?? '', 'base64').toString(), /\r\nCookie: a=b\r\n/)
    assert.equal(report.seed, 7)
    assert.match(stderr, /: 1 cases in .*: 1 pass$/m)
    assert.equal(code, 0)
  })
})

test('--timeout bounds the wait for an answer', async () => {
  const { stdout } = await withServer(['ping-ignored'], (url) =>
    runCommand('server', url, '--only', 'control/ping-pong/ping-text', '--timeout', '800ms'),
  )
  assert.match(stdout, /ping-text: nothing instead of a Pong/)
})

test('--no-timeouts leaves out the cases about time limits, --patience bounds the others', async () => {
  const server = new DoubleServer({ mutants: [], handshakeMs: 200 })
  try {
    const url = await server.listen()
    const without = await runCommand('server', url, '--only', 'timeouts', '--no-timeouts')
    assert.match(without.stdout, /: 4 cases in [\d.]+ s: 4 unsupported$/m)
    const impatient = await runCommand('server', url, '--only', 'timeouts/*', '--patience', '40ms', '--verbose')
    assert.match(impatient.stdout, /stays open/)
  } finally {
    await server.close()
  }
})

test('--no-deflate expects every offer to be declined', async () => {
  const only = ['--only', 'deflate/negotiation/refused-when-off']
  const server = new DoubleServer({ mutants: [], deflate: false })
  try {
    assert.equal((await runCommand('server', await server.listen(), ...only, '--no-deflate')).code, 0)
  } finally {
    await server.close()
  }
  assert.equal((await withServer([], (url) => runCommand('server', url, ...only, '--no-deflate'))).code, 1)
})

test('--http2 runs the cases over HTTP/2 too', async () => {
  const server = new DoubleH2Server({ mutants: [] })
  try {
    const { code, stdout } = await runCommand('server', await server.listen(), '--http2', '--only', 'http2/framing/length/text-1')
    assert.match(stdout, /: 1 pass$/m)
    assert.equal(code, 0)
  } finally {
    await server.close()
  }
})

test('an interrupt ends the run, writes the reports, judges nothing that had no verdict, and pins nothing', async () => {
  const server = new DoubleServer({ mutants: ['handshake-timeout-off'] })
  try {
    const cases = only('framing/length/text-1', 'timeouts')
    const files = ['--json', place('cut.json'), '--junit', place('cut.xml'), '--write-expect', place('cut-expect.json')]
    const command = new CommandProcess(['server', await server.listen(), ...cases, ...files, '--verbose'])
    // The cases about time limits take 20 seconds.
    while (!(await command.line()).startsWith('pass  framing/length/text-1'));
    command.child.kill('SIGINT')
    const { code, stdout } = await command.ended
    assert.match(stdout, /^interrupted {2}4 cases were not run$/m)
    const report = json<SuiteReport>(readFileSync(place('cut.json'), 'utf8'))
    assert.deepEqual([report.interrupted, report.counts.pass, report.counts['not-run']], [true, 1, 4])
    assert.match(readFileSync(place('cut.xml'), 'utf8'), /errors="4".*<error message="the run was interrupted"\/>/s)
    assert.match(stdout, /^--write-expect: .*cut-expect\.json is not written, because cases were not run$/m)
    assert.equal(existsSync(place('cut-expect.json')), false)
    assert.equal(code, 1)
  } finally {
    await server.close()
  }
})

test('a certificate is verified unless --insecure', async () => {
  await withServer([], async (url) => {
    const proxy = createTlsServer(untrustedCertificate, (socket) => {
      const inner = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
      socket.on('error', () => inner.destroy()).pipe(inner)
      inner.on('error', () => socket.destroy()).pipe(socket)
    })
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    const secure = `wss://localhost:${(proxy.address() as AddressInfo).port}/`
    const verified = await runCommand('server', secure, '--only', 'framing/length/text-1')
    assert.match(verified.stderr, /^preflight: the certificate of localhost:\d+ is not trusted: self-signed certificate/)
    assert.equal(verified.code, 3)
    assert.equal((await runCommand('server', secure, '--only', 'framing/length/text-1', '-k')).code, 0)
    proxy.close()
  })
})

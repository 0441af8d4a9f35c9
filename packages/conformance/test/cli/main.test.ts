import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { clientMode, serverMode } from '../../src/cli/modes.ts'
import type { Pins, SuiteReport } from '../../src/index.ts'
import { untrustedCertificate } from '../../src/untrusted-certificate.ts'
import { runDoubleClient } from '../doubles/client.ts'
import { DoubleH2Server } from '../doubles/h2-server.ts'
import { DoubleServer } from '../doubles/server.ts'
import { runCommand, serveCases, tried } from './command-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
after(() => rmSync(folder, { recursive: true }))
const place = (name: string): string => join(folder, name)
const json = <T>(text: string): T => JSON.parse(text) as T

async function withServer<T>(mutants: readonly string[], use: (url: string) => Promise<T>): Promise<T> {
  const server = new DoubleServer({ mutants })
  try {
    return await use(await server.listen())
  } finally {
    await server.close()
  }
}

describe('server', () => {
  test('a conforming server ends with 0 and one line', async () => {
    const { code, stdout, stderr } = await withServer([], (url) => runCommand('server', url, '--only', 'handshake/version'))
    assert.match(stdout, /^ws:.*: \d+ cases in [\d.]+ s: \d+ pass, \d+ info\n$/)
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

  test('many cases with one root cause are said to be one defect', async () => {
    const { stdout } = await withServer(['utf8-unchecked'], (url) => runCommand('server', url, '--only', 'utf8/bad', '--json', '-'))
    const { defects, counts, tiers } = JSON.parse(stdout) as SuiteReport
    assert.deepEqual([defects.map(({ id, cases }) => [id, cases.length]), tiers], [[['utf8/text/not-refused', counts.fail]], { http1: counts }])
    const text = await withServer(['utf8-unchecked'], (url) => runCommand('server', url, '--only', 'utf8/bad'))
    assert.match(text.stdout, /^fail {2}\d+ cases have one cause: the validation of text as UTF-8: .* \(RFC 6455 section 8\.1\)$/m)
    assert.match(text.stdout, /: \d+ fail; 1 defect in \d+ cases$/m)
  })

  test('cases over HTTP/2 are counted apart', async () => {
    const { stdout } = await withServer([], (url) => runCommand('server', url, '--only', '*/text-1'))
    assert.match(stdout, /: 1 cases in [\d.]+ s: 1 pass; HTTP\/2 not tried$/m)
  })

  test('--quiet prints the last line alone, --verbose one line for each case', async () => {
    await withServer(['version-lenient-number'], async (url) => {
      const quiet = await runCommand('server', url, '--only', 'handshake/version', '-q')
      assert.equal(quiet.stdout.split('\n').length, 2)
      const verbose = await runCommand('server', url, '--only', 'handshake/version', '--verbose')
      const cases = Number(/: (\d+) cases/.exec(quiet.stdout)?.[1])
      assert.equal(verbose.stdout.split('\n').length, cases + 2)
    })
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
      const only = ['handshake/origin/refused', 'handshake/subprotocol', 'handshake/refusal', 'limits/over/text-over'].flatMap((id) => ['--only', id])
      const { code, stdout } = await runCommand('server', await server.listen(), ...about, ...only, '--jobs', '4')
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
      assert.match(verified.stdout, /no connection to localhost:\d+: self-signed certificate/)
      assert.equal(verified.code, 3)
      assert.equal((await runCommand('server', secure, '--only', 'framing/length/text-1', '-k')).code, 0)
      proxy.close()
    })
  })

  test('the reports are written where they are asked for', async () => {
    const names = ['json', 'junit', 'html'] as const
    const files = names.flatMap((name) => [`--${name}`, place(name)])
    await withServer([], (url) => runCommand('server', url, '--only', 'handshake/host', ...files))
    assert.equal(json<SuiteReport>(readFileSync(place('json'), 'utf8')).format, 'hawser-conformance-1')
    assert.match(readFileSync(place('junit'), 'utf8'), /^<\?xml/)
    assert.match(readFileSync(place('html'), 'utf8'), /^<!doctype html>.*<style>.*<script type="module">\n/s)
    const unwritable = await withServer([], (url) => runCommand('server', url, '--only', 'handshake/host', '--html', join(folder, 'no/such/file')))
    assert.match(unwritable.stderr, /option --html: cannot write/)
    assert.equal(unwritable.code, 2)
  })

  test('expectations that were written are met, and a change ends with 1', async () => {
    const file = place('expect.json')
    const only = ['--only', 'handshake/version']
    await withServer(['version-lenient-number'], async (url) => {
      assert.equal((await runCommand('server', url, ...only, '--write-expect', file)).code, 1)
      const pins = json<Pins>(readFileSync(file, 'utf8'))
      assert.equal(pins.results?.['handshake/version/version-0xD'], 'fail')
      const met = await runCommand('server', url, ...only, '--expect', file)
      assert.match(met.stdout, /; as expected$/m)
      assert.equal(met.code, 0)
    })
    const { code, stdout } = await withServer([], (url) => runCommand('server', url, ...only, '--expect', file))
    assert.match(stdout, /^changed {2}handshake\/version\/version-0xD: expected fail, seen pass: as expected$/m)
    assert.equal(code, 1)
    writeFileSync(place('nonsense.json'), '{}')
    const nonsense = await runCommand('server', 'ws://127.0.0.1:1/', '--expect', place('nonsense.json'))
    assert.match(nonsense.stderr, /option --expect: .*nonsense\.json: an expectations file has/)
    assert.equal(nonsense.code, 2)
  })

  test('a reader that goes away changes no exit code, and nothing is printed about it', async () => {
    await withServer(['version-lenient-number'], async (url) => {
      const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
      const child = spawn(process.execPath, [main, 'server', url, '--only', 'handshake/version', '-v'], { stdio: ['ignore', 'pipe', 'pipe'] })
      child.stdout.destroy()
      const errors: string[] = []
      child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
      assert.deepEqual(await once(child, 'close'), [1, null])
      assert.deepEqual(errors, [])
    })
  })
})

describe('--list', () => {
  test('lists the cases for a server and for a client, as JSON too', async () => {
    const { code, stdout } = await runCommand('server', '--list', '--only', 'handshake/key')
    assert.match(stdout, /^handshake\/key\/key-missing {2}\[must, RFC 6455 section 4\.2\.1, RS2, RS1\]/m)
    assert.equal(code, 0)
    const rows = json<{ id: string }[]>((await runCommand('client', '--list', '--json', '-', '--only', 'url')).stdout)
    assert.ok(rows.some(({ id }) => id === 'url/fragment'))
  })
})

describe('client --each', () => {
  const script = `const s = new (require('ws').WebSocket)(process.argv[1]); s.on('message', (d, b) => s.send(d, { binary: b })); s.on('error', () => {})`
  const only = (...ids: string[]): string[] => ids.flatMap((id) => ['--only', id])

  test('starts the client once for each case, with the URL filled in', async () => {
    const each = `'${process.execPath}' -e "${script}" {url}`
    const { code, stdout } = await runCommand('client', '--each', each, ...only('framing/length/text-1', 'url/query'), '--agent', 'ws', '-j', '2')
    assert.match(stdout, /^ws: 2 cases in [\d.]+ s: 2 pass$/m)
    assert.equal(code, 0)
  })

  test('a command that cannot be started ends with 3', async () => {
    const { code, stdout } = await runCommand('client', '--each', './no/such/client {url}', ...only('framing/length/text-1'))
    assert.match(stdout, /no connection came/)
    assert.equal(code, 3)
  })

  test('--http2, in cleartext and with --tls-cert and --tls-key, runs those cases alone', async () => {
    const certificates = fileURLToPath(new URL('../../../hawser/test/certificates/', import.meta.url))
    const client = fileURLToPath(new URL('../peers/http2-echo.ts', import.meta.url))
    const each = (more: string): string => `'${process.execPath}' --import tsx ${client} {url} ${more}`
    const cases = ['--http2', '--start-timeout', '60s', ...only('http2/open', 'http2/framing/length/text-1', 'url/path')]
    const plain = await runCommand('client', '--each', each(''), ...cases, '--agent', 'plain')
    assert.match(plain.stdout, /^plain: 2 cases in [\d.]+ s: 2 pass$/m)
    const tls = ['--tls-cert', `${certificates}localhost.crt`, '--tls-key', `${certificates}localhost.key`]
    const secure = await runCommand('client', '--each', each(`${certificates}authority.crt`), ...cases, ...tls, '--agent', 'secure')
    assert.match(secure.stdout, /^secure: 2 cases in [\d.]+ s: 2 pass$/m)
  })
})

describe('client --port', () => {
  const cases = ['framing/length/text-1', 'utf8/bad/bad-byte-ff'].flatMap((id) => ['--only', id])
  const runAll = async (base: string, agent: string, mutants: readonly string[] = []): Promise<void> => {
    for (const number of [1, 2]) await runDoubleClient(`${base}/runCase?case=${number}&agent=${agent}`, { mutants })
  }
  const askForReport = (base: string, agent: string): Promise<void> => runDoubleClient(`${base}/updateReports?agent=${agent}`)

  test('--once ends with 0 when the only client has its report', async () => {
    const { process: command, base } = await serveCases('--once', '--host', 'localhost', ...cases)
    await runAll(base, 'good')
    await askForReport(base, 'good')
    const { code, stdout } = await command.ended
    assert.match(stdout, /^good: 2 cases in [\d.]+ s: 2 pass$/m)
    assert.equal(code, 0)
  })

  test('a case that the client never ran ends with 1', async () => {
    const { process: command, base } = await serveCases('--once', ...cases, '--junit', place('lost.xml'))
    await runDoubleClient(`${base}/runCase?case=1&agent=hasty`)
    await askForReport(base, 'hasty')
    const { code, stdout } = await command.ended
    assert.match(stdout, /^hasty: 2 cases in [\d.]+ s: 1 pass, 1 not-run$/m)
    assert.match(readFileSync(place('lost.xml'), 'utf8'), /errors="1".*<error message="not run"\/>/s)
    assert.equal(code, 1)
  })

  test('with two clients --once waits for both, both count, and both are in every file', async () => {
    const files = ['json', 'junit', 'html', 'write-expect'].flatMap((name) => [`--${name}`, place(`two.${name}`)])
    const { process: command, base } = await serveCases('--once', ...cases, ...files)
    await Promise.all([runAll(base, 'wrong', ['utf8-unchecked']), runAll(base, 'right')])
    await askForReport(base, 'wrong')
    await askForReport(base, 'right')
    const { code, stdout } = await command.ended
    assert.match(stdout, /^wrong: 2 cases in [\d.]+ s: 1 pass, 1 fail; 1 defect in 1 case$/m)
    assert.match(stdout, /^right: 2 cases in [\d.]+ s: 2 pass$/m)
    assert.equal(code, 1)
    const written = json<{ reports: SuiteReport[] }>(readFileSync(place('two.json'), 'utf8'))
    assert.deepEqual(
      written.reports.map(({ subject, counts }) => [subject, counts.pass]),
      [
        ['wrong', 1],
        ['right', 2],
      ],
    )
    assert.match(readFileSync(place('two.junit'), 'utf8'), /name="wrong: utf8\/bad".*name="right: utf8\/bad"/s)
    assert.match(readFileSync(place('two.html'), 'utf8'), /"subject":"wrong".*"subject":"right"/s)
    const pins = json<Pins>(readFileSync(place('two.write-expect'), 'utf8'))
    assert.deepEqual(pins.agents, { wrong: { 'utf8/bad/bad-byte-ff': 'fail' }, right: {} })
  })

  test('an interrupt judges the clients that have not asked for their report', async () => {
    const { process: command, base } = await serveCases(...cases)
    await runAll(base, 'silent', ['utf8-unchecked'])
    command.child.kill('SIGINT')
    const { code, stdout } = await command.ended
    assert.match(stdout, /^silent: 2 cases in [\d.]+ s: 1 pass, 1 fail; 1 defect in 1 case$/m)
    assert.equal(code, 1)
  })

  test('an interrupt before any client came ends with 3', async () => {
    const { process: command } = await serveCases(...cases)
    command.child.kill('SIGTERM')
    const { code, stderr } = await command.ended
    assert.deepEqual([code, stderr], [3, 'no client ran a case\n'])
  })

  test('a port that is taken ends with 3', async () => {
    const { process: command, base } = await serveCases(...cases)
    const second = await runCommand('client', '-p', new URL(base).port)
    assert.match(second.stderr, /^cannot listen on 127\.0\.0\.1 port \d+: .*EADDRINUSE/)
    assert.equal(second.code, 3)
    command.child.kill('SIGTERM')
    await command.ended
  })
})

describe('wrong arguments', () => {
  for (const [args, message] of [
    [['proxy'], /unknown mode "proxy"; known: server, client/],
    [['sever'], /unknown mode "sever"; known: server, client \(did you mean server\?\)/],
    [['ws://localhost/'], /a URL is not a mode \(did you mean server ws:\/\/localhost\/\?\)/],
    [['server'], /server needs a URL: server URL \[options\]/],
    [['server', 'http://localhost/'], /expected a ws: or wss: URL, received "http:\/\/localhost\/"/],
    [['server', 'ws://localhost/', '--only', 'no/such'], /option --only: no case matches "no\/such" \(try --list\)/],
    [['server', 'ws://localhost/', '--jobs', '0'], /option --jobs: expected a whole number from 1 to 256/],
    [['server', 'ws://localhost/', '--ony', 'x'], /unknown option --ony \(did you mean --only\?\)/],
    [['server', 'ws://localhost/', '-v', '-q'], /--verbose and --quiet exclude each other/],
    [['server', 'ws://localhost/', '--json', '-', '--junit', '-'], /only one of --json and --junit/],
    [['client', '--each', 'node echo.js'], /the command needs \{url\}/],
    [['client', '--each', 'node {url}', '--port', '1'], /--each and --port exclude each other/],
    [['client', '--each', 'node {url}', '--once'], /--each and --once exclude each other/],
    [['client', '--each', 'node {url}', '--tls-cert', 'x'], /--tls-cert needs --tls-key as well/],
    [['client', '--http2'], /--http2 needs --each/],
    [['client', '--agent', 'x'], /--agent needs --each/],
  ] as const) {
    test(`${args.join(' ')} ends with 2 and says what is wrong`, async () => {
      const { code, stdout, stderr } = await runCommand(...args)
      assert.match(stderr, message)
      assert.match(stderr, /^see hawser-conformance(?: server| client)? --help$/m)
      assert.deepEqual([code, stdout], [2, ''])
    })
  }
})

test('every mode shows its help, and the help names every option', async () => {
  const general = await runCommand('--help')
  assert.match(general.stdout, /^ {2}server +Test a server/m)
  for (const mode of [serverMode, clientMode]) {
    const { code, stdout } = await runCommand(mode.name, '--help')
    for (const { name } of mode.options) assert.match(stdout, new RegExp(`--${name}\\b`))
    assert.match(stdout, /^ {2}1 +a case failed or was not run/m)
    assert.equal(code, 0)
    assert.equal((await runCommand('help', mode.name)).stdout, stdout)
  }
  assert.equal((await runCommand('-V')).stdout, (await runCommand('--version')).stdout)
})

test('every option of every mode ran as a process in this file', () => {
  for (const mode of [serverMode, clientMode]) {
    const used = new Set(tried.filter(([name]) => name === mode.name).flat())
    const inBoth = mode === clientMode ? serverMode.options.map(({ name }) => name) : []
    const missing = mode.options.filter(({ name, short }) => !inBoth.includes(name) && !used.has(`--${name}`) && !used.has(`-${short}`))
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
      mode.name,
    )
  }
})

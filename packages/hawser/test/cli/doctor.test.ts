import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectNet, createServer as createNetServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { RSV1 } from '../../src/core/protocol/extension.ts'
import type { Extension, ExtensionSession } from '../../src/core/protocol/extension.ts'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { serve } from '../../src/runtime/node/serve.ts'
import { authority, localhost } from '../certificates/index.ts'
import { connect, HandshakeError } from '../../src/index.ts'
import { CliProcess, runCli } from './cli-process.ts'
import { MemoryCli, runHere } from './memory-io.ts'
import { conditionalServer, rawServer, switching } from './raw-server.ts'

const authorityFile = fileURLToPath(new URL('../certificates/authority.crt', import.meta.url))

const clientFile = (kind: 'crt' | 'key'): string => fileURLToPath(new URL(`../certificates/client.${kind}`, import.meta.url))

/** The doctor's first finding about a server, and its exit code. */
async function examine(url: string, ...args: readonly string[]): Promise<readonly [id: string | undefined, code: number]> {
  const { code, stdout } = await runHere([
    'doctor',
    '--json',
    '--no-idle',
    ...(args.includes('--timeout') ? [] : ['--timeout', '500ms']),
    '--large',
    '70000',
    ...args,
    url,
  ])
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly id: string; readonly severity: string }[] }
  return [findings.find(({ severity }) => severity !== 'note')?.id, code]
}

/** A proxy with CONNECT, whatever it is asked for. */
async function tunnelProxy() {
  const asked: string[] = []
  const server = createNetServer((inner) => {
    inner.on('error', () => {})
    inner.once('data', (data) => {
      const line = data.toString('latin1').split('\r\n', 1)[0] ?? ''
      asked.push(line)
      const outer = connectNet(Number(/:(\d+) /.exec(line)?.[1]), '127.0.0.1', () => {
        inner.write('HTTP/1.1 200 OK\r\n\r\n')
        inner.pipe(outer).pipe(inner)
      })
      outer.on('error', () => inner.destroy())
      inner.on('close', () => outer.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}

const echo = (socket: { send(data: unknown): unknown }, message: unknown): void => void socket.send(message)

describe('hawser doctor', { concurrency: 4 }, () => {
  test('as a process: says that a server works, and exits with 0', async () => {
    await using server = await serve({ message: echo })
    const { code, stdout, stderr } = await runCli(['doctor', '--no-idle', server.url])
    assert.equal(code, exitCodes.clean, stdout)
    assert.equal(stderr, '')
    assert.match(stdout, /^ws:\/\/127\.0\.0\.1:\d+\/: it works\n/)
    assert.match(stdout, /✓ messages .*5 echoed up to 1048576 bytes/)
  })

  test('as a process: names what is wrong, and exits with the code of the finding', async () => {
    await using server = await rawServer('HTTP/1.1 301 Moved Permanently\r\nLocation: https://app.example/\r\nContent-Length: 0\r\n\r\n')
    const { code, stdout } = await runCli(['doctor', '--no-idle', server.url])
    assert.equal(code, exitCodes.refused)
    assert.match(stdout, /^problem: The server redirects to https[^]*\[redirect-to-https\]$/m)
    assert.match(stdout, /change +Write wss instead of ws: wss:\/\/app\.example\//)
  })

  test('--proxy tries everything through the proxy, and --direct beside it; --proxy env takes it from the environment', async () => {
    await using server = await serve({ message: echo, hosts: ['app.invalid', '127.0.0.1'] })
    await using proxy = await tunnelProxy()
    // Only the proxy knows this name
    const url = `ws://app.invalid:${new URL(server.url).port}/`
    const { code, stdout } = await runHere(['doctor', '--no-idle', '--large', '70000', '--proxy', proxy.url, '--direct', server.url, url])
    assert.equal(code, exitCodes.clean, stdout)
    assert.match(stdout, new RegExp(`✓ the connection +through ${proxy.url}$`, 'm'))
    assert.match(stdout, /✓ directly/)
    assert.match(stdout, /✓ with the Connection field of Firefox/)
    assert.match(stdout, /✓ messages .*5 echoed/)
    const tunnelled = proxy.asked.length
    assert.deepEqual(new Set(proxy.asked), new Set([`CONNECT ${new URL(url).host} HTTP/1.1`]))
    const env = { http_proxy: proxy.url, https_proxy: '', no_proxy: '' }
    const short = ['doctor', '--no-idle', '--no-messages', '--proxy', 'env']
    assert.equal((await runCli([...short, server.url], '', env)).code, exitCodes.clean)
    assert.ok(proxy.asked.length > tunnelled)
    const before = proxy.asked.length
    assert.equal((await runCli([...short, server.url], '', { ...env, no_proxy: '127.0.0.1' })).code, exitCodes.clean)
    assert.equal(proxy.asked.length, before)
  })

  test('names the proxy that fails, with its status, and tries nothing without it', async () => {
    await using server = await rawServer(switching)
    for (const [answer, id, exit] of [
      ['HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', 'proxy-refused', exitCodes.network],
      ['HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n', 'proxy-refused', exitCodes.network],
      ['SSH-2.0-OpenSSH_9.2\r\n', 'proxy-failed', exitCodes.network],
      ['', 'proxy-no-answer', exitCodes.timeout],
    ] as const) {
      await using proxy = await rawServer(answer)
      const url = `http://me:secret@127.0.0.1:${proxy.port}`
      const { code, stdout } = await runHere(['doctor', '--no-idle', '--timeout', answer === '' ? '300ms' : '20s', '--proxy', url, server.url])
      assert.equal(code, exit, stdout)
      assert.match(stdout, new RegExp(`^problem: The proxy http://127\\.0\\.0\\.1:${proxy.port} [^]*\\[${id}\\]$`, 'm'))
      assert.match(stdout, new RegExp(`to blame +a box in between: the proxy http://127\\.0\\.0\\.1:${proxy.port}$`, 'm'))
      const status = /^HTTP\/1\.1 (\d+ [\w ]+)/.exec(answer)?.[1]
      if (status !== undefined) assert.match(stdout, new RegExp(`seen +the proxy .* answered CONNECT with ${status}`))
      assert.doesNotMatch(stdout, /secret/)
    }
    assert.deepEqual(await examine(server.url, '--timeout', '20s', '--proxy', 'socks5h://127.0.0.1:1'), ['proxy-unreachable', exitCodes.network])
    assert.deepEqual(server.heads, [])
  })

  test('--unix and a ws+unix: URL examine a server on a Unix domain socket, and say where none listens', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-doctor-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const socketPath = join(folder, 'server.sock')
    await using server = await serve({ socketPath, message: echo })
    const { code, stdout } = await runHere(['doctor', '--no-idle', '--large', '70000', server.url])
    assert.equal(code, exitCodes.clean, stdout)
    assert.match(stdout, new RegExp(`✓ the connection +${socketPath}$`, 'm'))
    assert.match(stdout, /✓ messages .*5 echoed/)
    assert.deepEqual(await examine('ws://localhost/', '--timeout', '20s', '--unix', socketPath), [undefined, exitCodes.clean])
    assert.deepEqual(await examine('ws://localhost/', '--unix', join(folder, 'none.sock')), ['unix-socket', exitCodes.network])
  })

  test('as a process: SIGINT during the idle minute reports what was seen, and exits with 130', async () => {
    let talked = (): void => {}
    const conversation = new Promise<void>((resolve) => (talked = resolve))
    await using server = await serve({ message: echo, close: (_socket, info) => info.wasClean && talked() })
    await using cli = new CliProcess(['doctor', '--idle', '10m', server.url])
    await conversation
    cli.child.kill('SIGINT')
    const { code, stdout } = await cli.ended
    assert.equal(code, exitCodes.interrupted)
    assert.match(stdout, /: interrupted: /)
    assert.match(stdout, /✓ as a browser/)
  })

  test('as a process: SIGINT between two Pings, when nothing else is open, exits with 130', async () => {
    let pings = 0
    let pinged = (): void => {}
    const ping = new Promise<void>((resolve) => (pinged = resolve))
    const frame = ({ opcode }: { opcode: number }): void => void (opcode === 9 && ++pings === 2 && pinged())
    await using server = await serve({ message: echo, observe: { connection: () => ({ frame }) } })
    await using cli = new CliProcess(['doctor', '--idle', '10m', server.url])
    await ping
    cli.child.kill('SIGINT')
    const { code, stdout } = await cli.ended
    assert.equal(code, exitCodes.interrupted)
    assert.match(stdout, /: interrupted: /)
  })

  test('a server of TLS 1.2 or 1.3 that misses a client certificate: says so, and takes one', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const server = createTlsServer({ ...localhost, ca: authority, requestCert: true, rejectUnauthorized: true, maxVersion }, (socket) => {
        socket.on('error', () => {})
        socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'))
      })
      server.on('tlsClientError', () => {})
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/`
      const { code, stdout } = await runHere(['doctor', '--json', '--no-idle', '--timeout', '10s', '--ca', authorityFile, url])
      const [finding] = (JSON.parse(stdout) as { findings: { id: string; evidence: string[]; advice: string[] }[] }).findings
      assert.equal(finding?.id, 'tls-client-certificate', maxVersion)
      assert.match(finding.advice.join(), /--cert and --key/)
      assert.match(finding.evidence.join(), /^the server ends [a-zA-Z ]+ with the alert \w+ \(ERR_SSL_\w+\)/)
      assert.equal(code, exitCodes.tls)
      const pair = ['--cert', clientFile('crt'), '--key', clientFile('key')]
      assert.deepEqual(await examine(url, '--timeout', '10s', '--ca', authorityFile, ...pair), ['not-found', exitCodes.refused])
      await assert.rejects(
        connect(url, { tls: { ca: authority } }),
        (error) =>
          error instanceof HandshakeError &&
          (maxVersion === 'TLSv1.3' || error.condition === 'tls-client-certificate') &&
          /tls\.cert/.test(error.hint ?? ''),
      )
      server.close()
    }
  })

  test("evidence has plain words and the code, nothing of OpenSSL's source files", async () => {
    await using plain = await rawServer('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
    const { stdout } = await runHere(['doctor', '--no-idle', '--timeout', '2s', plain.url.replace('ws:', 'wss:')])
    assert.match(stdout, /no TLS: they begin with no record of TLS\s+\(ERR_SSL_WRONG_VERSION_NUMBER\)/)
    assert.doesNotMatch(stdout, /SSL routines|\.c:\d+/)
    await using silent = await rawServer('')
    const late = await runHere(['doctor', '--no-idle', '--timeout', '300ms', silent.url])
    assert.match(late.stdout, /no complete answer within 0\.3 s/)
    assert.doesNotMatch(late.stdout, /limits\.|at stage/)
  })

  test('a 426 that asks for another protocol than websocket does not convict a box', async () => {
    const answering = (upgrade: string) => `HTTP/1.1 426 Upgrade Required\r\n${upgrade}Content-Length: 0\r\n\r\n`
    await using tls = await rawServer(answering('Upgrade: TLS/1.2, HTTP/1.1\r\n'))
    assert.deepEqual(await examine(tls.url), ['other-upgrade', exitCodes.refused])
    await using lost = await rawServer(answering('Upgrade: h2c, WebSocket\r\n'))
    assert.deepEqual(await examine(lost.url), ['upgrade-lost', exitCodes.refused])
    await using alike = await rawServer(answering(''))
    assert.deepEqual(await examine(alike.url), ['upgrade-lost', exitCodes.refused])
    await using different = await conditionalServer((head) =>
      /^upgrade:/im.test(head) ? answering('') : 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    )
    assert.deepEqual(await examine(different.url), ['other-upgrade', exitCodes.refused])
  })

  test('hides the userinfo of a Location, in the report and in its JSON', async () => {
    const location = 'https://me:hunter2@app.example/next'
    const page = `<a href="${location}">moved to ${location}</a>`
    await using server = await rawServer(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: ${page.length}\r\n\r\n${page}`)
    for (const form of [['--all'], ['--json']]) {
      const { stdout } = await runHere(['doctor', '--no-idle', '--timeout', '500ms', ...form, server.url])
      assert.match(stdout, /\/\/…@app\.example\/next/)
      assert.doesNotMatch(stdout, /hunter2/)
    }
  })

  test('tries a variant once more that a box answered with 502, and believes it then', async () => {
    const badGateway = 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'
    let late = 0
    await using once = await conditionalServer((head) => (/^connection: keep-alive/im.test(head) && ++late === 1 ? badGateway : ''))
    const found = async (url: string) => ids((await runHere(['doctor', '--json', '--no-idle', '--no-messages', '--timeout', '5s', url])).stdout)
    assert.deepEqual(await found(once.url), [])
    assert.equal(late, 2)
    await using always = await conditionalServer((head) => (/^connection: keep-alive/im.test(head) ? badGateway : ''))
    assert.deepEqual(await found(always.url), ['connection-list'])
    await using compressing = await conditionalServer((head) => (/^sec-websocket-extensions/im.test(head) ? badGateway : ''))
    assert.ok((await found(compressing.url)).includes('compression-refused'))
  })

  test('judges a refusal whose content drips for longer than --timeout by its status', async () => {
    await using server = await rawServer('HTTP/1.1 404 Not Found\r\nContent-Length: 100000\r\n\r\nslow')
    assert.deepEqual(await examine(server.url, '--timeout', '900ms'), ['not-found', exitCodes.refused])
  })

  test('refuses a URL that is none of a WebSocket, and fields that the handshake owns', async () => {
    for (const args of [
      ['ftp://a/'],
      ['ws://a/#b'],
      ['--direct', 'ftp://a/', 'ws://a/'],
      ['--header', 'Sec-WebSocket-Key: a', 'ws://127.0.0.1:1/'],
    ]) {
      const { code, stderr } = await runHere(['doctor', '--no-idle', ...args])
      // A closed port is seen before the fields are
      if (args[0] !== '--header') assert.deepEqual([code, /--help lists the options/.test(stderr)], [exitCodes.usage, true], args.join(' '))
    }
    await using server = await serve({ message: echo })
    assert.equal((await runHere(['doctor', '--no-idle', '--header', 'Sec-WebSocket-Key: a', server.url])).code, exitCodes.usage)
  })

  test('tells on a terminal how long it takes', async () => {
    await using server = await serve({ message: echo })
    await using cli = new MemoryCli(['doctor', '--idle', '300ms', server.url], { isTTY: true })
    await cli.sees(/the idle connections take 1 s/, 'stderr')
    assert.equal((await cli.ended).code, exitCodes.clean)
  })

  test('convicts the box in between where --direct works', async () => {
    await using server = await serve({ message: echo })
    await using box = await rawServer('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
    const { stdout } = await runHere(['doctor', '--no-idle', '--direct', server.url, box.url])
    assert.match(stdout, /\[not-found\][^]*\[direct-works\]/)
  })

  describe('ends with a finding, and no hang, with a server that', { concurrency: 4 }, () => {
    const hostile: readonly (readonly [what: string, finding: string, code: number, answer: string, then?: (socket: Socket) => void])[] = [
      [
        'sends a head without an end',
        'head-too-large',
        exitCodes.invalidHandshake,
        `HTTP/1.1 101 Switching Protocols\r\n${'X-More: yes\r\n'.repeat(5000)}`,
      ],
      ['sends an endless start line', 'head-too-large', exitCodes.invalidHandshake, `HTTP/1.1 101 ${'x'.repeat(20_000)}`],
      ['drips its head', 'no-answer', exitCodes.timeout, 'HTTP/1.1 101 Switching', drip],
      ['says nothing', 'no-answer', exitCodes.timeout, ''],
      ['closes at once', 'closes-without-answer', exitCodes.network, '', (socket) => socket.end()],
      ['resets at once', 'closes-without-answer', exitCodes.network, '', (socket) => socket.resetAndDestroy()],
      ['sends garbage', 'not-http', exitCodes.invalidHandshake, '\u0000\u0001\u0002garbage\r\n\r\n'],
      ['is one of SSH', 'not-http', exitCodes.invalidHandshake, 'SSH-2.0-OpenSSH_9.2p1\r\n'],
      ['sends half a head', 'closes-without-answer', exitCodes.network, 'HTTP/1.1 101 Switching Protocols\r\nUpgr', (socket) => socket.end()],
      ['refuses with endless content', 'server-error', exitCodes.refused, 'HTTP/1.1 500 Internal Server Error\r\n\r\n', flood],
      ['redirects nowhere', 'redirect', exitCodes.refused, 'HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n'],
      ['has no accept value', 'wrong-accept', exitCodes.invalidHandshake, switching.replace('Sec-WebSocket-Accept: $accept\r\n', '')],
      ['has a wrong accept value', 'wrong-accept', exitCodes.invalidHandshake, switching.replace('$accept', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=')],
      ['lacks Upgrade in the 101', 'switching-fields-lost', exitCodes.invalidHandshake, switching.replace('Upgrade: websocket\r\n', '')],
      ['lacks Connection in the 101', 'switching-fields-lost', exitCodes.invalidHandshake, switching.replace('Connection: Upgrade\r\n', '')],
      [
        'selects an extension of its own',
        'unoffered-extension',
        exitCodes.invalidHandshake,
        switching.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: x-own\r\n\r\n'),
      ],
      [
        'selects a subprotocol of its own',
        'unoffered-subprotocol',
        exitCodes.invalidHandshake,
        switching.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: own\r\n\r\n'),
      ],
      ['says nothing after the 101', 'silent-after-101', exitCodes.timeout, switching],
      ['floods with messages after the 101, and reads nothing', 'no-pong', exitCodes.warning, switching, floodMessages],
      ['closes after the 101', 'closes-after-101', exitCodes.abnormal, switching, (socket) => socket.end()],
      [
        'sends garbage after the 101',
        'protocol-broken',
        exitCodes.protocolError,
        switching,
        (socket) => void socket.write('\u00ff\u00ff\u00ff\u00ff'),
      ],
    ]
    for (const [what, finding, code, answer, then] of hostile) {
      test(what, { timeout: 20_000 }, async () => {
        await using server = await rawServer(answer, then)
        assert.deepEqual(await examine(server.url), [finding, code])
      })
    }
  })

  test('survives a refusal that quotes an impossible origin, and convicts no box for a link in it', async () => {
    for (const text of [
      'the origin of this server, "http://["',
      'the origin of this server, "http://a:99999999"',
      'see https://docs.example/errors',
    ]) {
      await using picky = await conditionalServer((head) =>
        /^origin:/im.test(head) ? `HTTP/1.1 403 Forbidden\r\nContent-Length: ${text.length}\r\n\r\n${text}` : '',
      )
      const { stdout } = await runHere(['doctor', '--no-idle', '--no-messages', '--timeout', '500ms', picky.url])
      assert.match(stdout, /problem: The server refuses the Origin http:[^]*to blame +the server or a box in between\n[^]*\[?origin-refused\]?/)
    }
  })

  test('accuses nobody where attempts are refused for their number, and says so', async () => {
    let attempts = 0
    await using limited = await conditionalServer(() => (++attempts > 4 ? 'HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n' : ''))
    const first = await runHere(['doctor', '--json', '--no-idle', '--no-messages', '--timeout', '500ms', limited.url])
    assert.deepEqual(ids(first.stdout), ['attempts-limited'])
    assert.equal(first.code, exitCodes.clean)
    let broken = 0
    await using breaking = await conditionalServer(() => (++broken > 3 ? undefined : ''))
    assert.deepEqual(ids((await runHere(['doctor', '--json', '--no-idle', '--no-messages', '--timeout', '500ms', breaking.url])).stdout), [
      'attempts-limited',
    ])
    // One connection at a time: the second attempt succeeds
    await using one = await serve({ message: echo, limits: { connections: 1 } })
    const { stdout, code } = await runHere(['doctor', '--json', '--no-idle', '--timeout', '2s', '--large', '70000', one.url])
    assert.equal(code, exitCodes.clean, stdout)
    assert.equal(
      (JSON.parse(stdout) as { observations: { handshakes: Record<string, { outcome: string }> } }).observations.handshakes['browser']?.outcome,
      'opened',
    )
  })

  test('a mandatory subprotocol is offered with the Connection field of Firefox, too', async () => {
    await using server = await serve({ subprotocols: ['v1'], noSubprotocol: 'refuse', message: echo })
    const { stdout } = await runHere(['doctor', '--json', '--no-idle', '--large', '70000', '--subprotocol', 'v1', server.url])
    assert.equal(ids(stdout).includes('connection-list'), false, stdout)
  })

  test('sends fields and credentials of the user to no other server, and none to one that is not verified', async () => {
    await using other = await conditionalServer(() => 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
    await using server = await conditionalServer(() => `HTTP/1.1 302 Found\r\nLocation: ${other.url}\r\nContent-Length: 0\r\n\r\n`)
    await runHere(['doctor', '--no-idle', '--header', 'Cookie: secret', server.url.replace('//', '//ada:secret@')])
    assert.ok(server.heads.length > 5 && other.heads.length > 0)
    const http1 = server.heads.filter((head) => head.startsWith('GET '))
    assert.ok(http1.every((head) => /^Cookie: secret\r$/m.test(head) && /^Authorization: Basic YWRhOnNlY3JldA==\r$/m.test(head)))
    assert.ok(other.heads.every((head) => !/cookie|authorization/i.test(head)))
    const seen: (string | undefined)[] = []
    await using unknown = await serve({
      tls: localhost,
      upgrade: ({ fields }) => {
        seen.push(fields.get('cookie') ?? undefined)
        return {}
      },
    })
    await runHere(['doctor', '--no-idle', '--header', 'Cookie: secret', unknown.url])
    assert.ok(seen.length > 0 && !seen.some((cookie) => cookie !== undefined), JSON.stringify(seen))
    await runHere(['doctor', '--no-idle', '--header', 'Cookie: secret', '--ca', authorityFile, unknown.url])
    assert.ok(seen.includes('secret'))
  })

  test('an interrupt before anything was seen is no finding', async () => {
    await using server = await rawServer('')
    const cli = new MemoryCli(['doctor', '--json', '--no-idle', server.url])
    cli.io.interrupt('SIGINT')
    const { stdout, code } = await cli.ended
    assert.deepEqual([ids(stdout), code], [[], exitCodes.interrupted])
  })

  test('takes one pause of the server for no box that buffers', async () => {
    await using server = await buffering(1)
    const { stdout } = await runHere(['doctor', '--no-idle', '--no-messages', '--timeout', '5s', server.url])
    assert.doesNotMatch(stdout, /\[buffered\]/)
  })

  test('sees a box that buffers', async () => {
    await using server = await buffering()
    const { stdout, code } = await runHere(['doctor', '--no-idle', '--no-messages', server.url])
    assert.equal(code, exitCodes.timeout)
    assert.match(stdout, /problem: A box in between buffers[^]*\[buffered\]/)
  })

  test('sees a server that requires a client certificate, and the TLS of a port that closes plain connections', async () => {
    const server = createHttpsServer({ ...localhost, requestCert: true, rejectUnauthorized: true })
    const other = createHttpsServer(localhost, (_request, response) => response.writeHead(404).end())
    try {
      for (const one of [server, other]) {
        one.listen(0, '127.0.0.1')
        await once(one, 'listening')
      }
      const [required, plain] = [server, other].map((one) => (one.address() as AddressInfo).port)
      assert.deepEqual(await examine(`wss://127.0.0.1:${required}/`, '--ca', authorityFile), ['tls-client-certificate', exitCodes.tls])
      assert.deepEqual(await examine(`ws://127.0.0.1:${plain}/`), ['plain-to-tls', exitCodes.invalidHandshake])
    } finally {
      server.close()
      other.close()
    }
  })

  test('sees a server that speaks only HTTP/2', async () => {
    const server = createSecureServer({ ...localhost, settings: { enableConnectProtocol: false } }, (_request, response) => response.end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/`
      assert.deepEqual(await examine(url, '--ca', authorityFile), ['http2-only', exitCodes.tls])
    } finally {
      server.close()
    }
  })

  test('sees compression that is agreed and broken', async () => {
    await using server = await serve({ extensions: [brokenDeflate()], message: echo })
    assert.deepEqual(await examine(server.url), ['compression-broken', exitCodes.protocolError])
  })

  test('sees a server that closes because of a message, and takes another one', async () => {
    await using server = await serve({
      message: (socket, message) =>
        void (message === 'hi' || (typeof message === 'string' && message.length > 100) ? socket.send(message) : socket.close(1008, 'what?')),
    })
    const { stdout, code } = await runHere(['doctor', '--no-idle', server.url])
    assert.equal(code, exitCodes.clean)
    assert.match(stdout, /note: The application closes the connection after a small text message[^]*\[message-refused\]/)
  })

  test('warns of an idle timeout without a Close frame, and tells that Pings help', async () => {
    await using server = await rawServer(switching, (socket) => {
      let timer = setTimeout(() => socket.destroy(), 1000)
      socket.on('data', (data) => {
        clearTimeout(timer)
        timer = setTimeout(() => socket.destroy(), 1000)
        for (const payload of pingsIn(data)) socket.write(Buffer.concat([Buffer.from([0x8a, payload.length]), payload]))
      })
      socket.on('close', () => clearTimeout(timer))
    })
    const { stdout, code } = await runHere(['doctor', '--idle', '2s', '--no-messages', server.url])
    assert.equal(code, exitCodes.warning, stdout)
    assert.match(stdout, /warning: [^]*idle for 1 s\. \[idle-timeout\][^]*a Ping every 0\.5 s survived/)
  })
})

/** It claims that its messages are compressed, and leaves them as they are. */
function brokenDeflate(): Extension {
  const real = permessageDeflate()
  return {
    name: real.name,
    rsv: real.rsv,
    offers: () => real.offers(),
    confirm: (response, offers) => real.confirm(response, offers),
    accept(offer) {
      const decision = real.accept(offer)
      if (!decision.accepted) return decision
      const open = (): ExtensionSession => {
        const session = decision.open()
        return {
          name: session.name,
          parameters: session.parameters,
          rsv: session.rsv,
          encode: (frame) => ({ ...frame, rsv: frame.first ? RSV1 : 0 }),
          decode: (frame, budget, done) => session.decode(frame, budget, done),
          dispose: () => session.dispose(),
        }
      }
      return { ...decision, open }
    },
  }
}

function ids(json: string): string[] {
  const { findings } = JSON.parse(json) as { readonly findings: readonly { readonly id: string }[] }
  // That any origin may connect is no accusation
  return findings.map(({ id }) => id).filter((id) => id !== 'any-origin')
}

/** A character of the head at a time, for longer than anybody waits. */
function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('x'), 100)
  socket.on('close', () => clearInterval(timer))
}

/** Text messages of 120 bytes, as many as the other end takes. */
function floodMessages(socket: Socket): void {
  const frames = Buffer.concat(Array.from({ length: 500 }, () => Buffer.concat([Buffer.from([0x81, 120]), Buffer.alloc(120, 0x61)])))
  socket.pause()
  const more = (): void => {
    if (!socket.destroyed && socket.write(frames)) setImmediate(more)
  }
  socket.on('drain', more)
  more()
}

function flood(socket: Socket): void {
  const more = (): void => {
    if (!socket.destroyed && socket.write('x'.repeat(65_536))) setImmediate(more)
  }
  socket.on('drain', more)
  more()
}

/** Answers three Pings together, and after so many times each at once. */
async function buffering(times = Number.POSITIVE_INFINITY) {
  return rawServer(switching, (socket) => {
    let waiting = Buffer.alloc(0)
    let pings = 0
    socket.on('data', (data) => {
      for (const payload of pingsIn(data)) {
        pings += 1
        waiting = Buffer.concat([waiting, Buffer.from([0x8a, payload.length]), payload])
      }
      if (pings % 3 === 0 || pings > 3 * times) {
        socket.write(waiting)
        waiting = Buffer.alloc(0)
      }
    })
  })
}

/** The payloads of the Pings in one chunk. */
function* pingsIn(data: Buffer): Generator<Buffer> {
  for (let offset = 0; offset + 6 <= data.length; ) {
    const length = (data[offset + 1] ?? 0) & 0x7f
    const key = data.subarray(offset + 2, offset + 6)
    const payload = Buffer.from(data.subarray(offset + 6, offset + 6 + length)).map((byte, index) => byte ^ (key[index % 4] ?? 0))
    if (data[offset] === 0x89) yield Buffer.from(payload)
    offset += 6 + length
  }
}

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import * as http from 'node:http'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { HandshakeError } from '../../src/core/errors.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import type { NodeConnectOptions } from '../../src/runtime/node/connect-options.ts'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { authority, localhost } from '../certificates/index.ts'
import { openingRequest } from '../peers/raw-client.ts'
import { CliProcess, runCli } from './cli-process.ts'
import { MemoryCli, runHere } from './memory-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-serve-'))
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
writeFileSync(cert, localhost.cert)
writeFileSync(key, localhost.key)
after(() => rmSync(folder, { recursive: true }))

/** A server of the command line; in this process unless a test is about processes. */
class Served<Cli extends CliProcess | MemoryCli> implements AsyncDisposable {
  readonly cli: Cli
  url = ''

  private constructor(cli: Cli) {
    this.cli = cli
  }

  static start(...args: string[]): Promise<Served<MemoryCli>> {
    return new Served(new MemoryCli(['serve', '--port', '0', '--grace', '1', ...args])).#ready()
  }

  static spawn(...args: string[]): Promise<Served<CliProcess>> {
    return new Served(new CliProcess(['serve', '--port', '0', ...args])).#ready()
  }

  async #ready(): Promise<this> {
    const line = await this.cli.sees(/^.*\n/)
    this.url = /wss?:\/\/[^"\s]+/.exec(line[0])?.[0] ?? ''
    return this
  }

  get host(): string {
    return new URL(this.url).host
  }

  connect(path = '', options: NodeConnectOptions<readonly string[]> = {}) {
    return connect(new URL(path, this.url), options)
  }

  async refused(path = '', options: NodeConnectOptions<readonly string[]> = {}): Promise<HandshakeError> {
    const error: unknown = await this.connect(path, options).then(
      () => assert.fail('it was not refused'),
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof HandshakeError, String(error))
    return error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cli[Symbol.asyncDispose]()
  }
}

interface Receiver {
  [Symbol.asyncIterator](): AsyncIterator<unknown>
}

async function next(socket: Receiver): Promise<unknown> {
  return (await socket[Symbol.asyncIterator]().next()).value
}

describe('hawser serve', { concurrency: 3 }, () => {
  test('--metrics answers a scrape of Prometheus on the same port', async () => {
    await using served = await Served.spawn('--metrics')
    const socket = await served.connect()
    socket.send('hello')
    await next(socket)
    const response = await fetch(`http://${served.host}/metrics`)
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    const text = await response.text()
    assert.match(text, /^hawser_connections\{role="server"\} 1$/m)
    assert.match(text, /^hawser_messages_total\{role="server",direction="received"\} 1$/m)
    assert.equal((await fetch(`http://${served.host}/other`)).status, 404)
    await socket.close()
  })

  test('--metrics=PATH answers a scrape at this path only', async () => {
    await using served = await Served.spawn('--metrics=/internal/counters')
    const statuses = ['/internal/counters?from=prometheus', '/metrics'].map(async (path) => (await fetch(`http://${served.host}${path}`)).status)
    assert.deepEqual(await Promise.all(statuses), [200, 404])
  })

  test('--metrics on a loopback address answers under its own names and those of --allow-host, not under that of another site', async () => {
    await using served = await Served.spawn('--metrics', '--allow-host', 'metrics.example')
    for (const [host, status] of [
      [served.host, 200],
      ['localhost', 200],
      ['metrics.example', 200],
      ['rebound.example', 421],
    ] as const) {
      const [response] = (await once(
        http.get({ host: '127.0.0.1', port: served.host.split(':')[1], path: '/metrics', headers: { host } }),
        'response',
      )) as [http.IncomingMessage]
      response.resume()
      assert.equal(response.statusCode, status, host)
    }
  })

  test('prints its URL as the first line, echoes, and on SIGINT and SIGTERM drains with 1001 and exits with 0', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      await using served = await Served.spawn()
      assert.match(served.cli.stdout, /^listening ws:\/\/127\.0\.0\.1:\d+\/\n$/)
      const socket = await served.connect('chat?token=secret')
      socket.send('hello')
      assert.equal(await next(socket), 'hello')
      socket.send(Uint8Array.of(1, 2))
      assert.deepEqual(Buffer.from((await next(socket)) as Uint8Array), Buffer.of(1, 2))
      served.cli.child.kill(signal)
      assert.equal((await socket.closed).code, 1001)
      const { code, stdout, stderr } = await served.cli.ended
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`^open 1 /chat from 127\\.0\\.0\\.1:\\d+\ndraining 1 connection after ${signal}\nclose 1: closed 1001`, 'm'))
      assert.doesNotMatch(stdout, /secret|hello/)
      assert.equal(stderr, '')
    }
  })

  test('exits at once on a second signal', async () => {
    await using served = await Served.spawn('--grace', '60')
    const { hostname, port } = new URL(served.url)
    const raw = net.connect(Number(port), hostname)
    raw.on('error', () => {})
    raw.write(
      `GET / HTTP/1.1\r\nHost: ${served.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
    await once(raw, 'data')
    served.cli.child.kill('SIGTERM')
    await served.cli.sees(/draining/)
    served.cli.child.kill('SIGINT')
    assert.equal((await served.cli.ended).code, exitCodes.interrupted)
    raw.destroy()
  })

  test('--broadcast sends each message to every client', async () => {
    await using served = await Served.start('--broadcast')
    const [one, two] = await Promise.all([served.connect(), served.connect()])
    one.send('hi')
    assert.deepEqual(await Promise.all([next(one), next(two)]), ['hi', 'hi'])
    one.terminate()
    two.terminate()
  })

  test('answers 421 to a page under a name that is not of loopback, with --inspect and --broadcast too, unless --allow-host names it', async () => {
    const rebound = { authority: 'evil.test', origin: 'http://evil.test' }
    for (const mode of ['--echo', '--broadcast', '--inspect']) {
      await using served = await Served.start(mode)
      assert.equal((await served.refused('', rebound)).status, 421, mode)
    }
    await using served = await Served.start('--allow-host', 'evil.test')
    const socket = await served.connect('', rebound)
    socket.terminate()
    await using page = await Served.start('--inspect', '--allow-host', 'evil.test')
    const raw = net.connect(Number(new URL(page.url).port), '127.0.0.1')
    raw.write('GET / HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n')
    assert.match(String((await once(raw, 'data'))[0]), /^HTTP\/1\.1 200 /)
    raw.destroy()
  })

  test('--path accepts handshakes on those paths only; others get 404', async () => {
    await using served = await Served.start('--path', '/a', '--path', '/b')
    for (const path of ['a', 'b?x=1']) (await served.connect(path)).terminate()
    for (const path of ['', 'c', 'a/']) assert.equal((await served.refused(path)).status, 404, path)
    await served.cli.sees(/^refused 404 \/c from 127\.0\.0\.1:\d+: /m)
  })

  test('logs one line for each refused handshake', async () => {
    await using served = await Served.start('--path', '/', '--subprotocol', 'chat', '--require-subprotocol')
    const { port } = new URL(served.url)
    const requests: readonly [status: number, request: string][] = [
      [404, openingRequest('/other', { Host: served.host })],
      [403, openingRequest('/', { Host: served.host, Origin: 'http://evil.example' })],
      [421, openingRequest('/', { Host: 'evil.example' })],
      [400, openingRequest('/', { Host: served.host, 'Sec-WebSocket-Protocol': 'other' })],
      [400, openingRequest('/', { Host: undefined })],
      [400, openingRequest('/', { Host: served.host, 'Sec-WebSocket-Key': 'short' })],
      [426, openingRequest('/', { Host: served.host, 'Sec-WebSocket-Version': '8' })],
      [400, 'nonsense\r\n\r\n'],
      [431, openingRequest('/', { Host: served.host, 'X-Long': 'x'.repeat(100_000) })],
    ]
    for (const [index, [status, request]] of requests.entries()) {
      const socket = net.connect(Number(port), '127.0.0.1').on('error', () => {})
      socket.write(request)
      const answer = String((await once(socket, 'data'))[0])
      socket.destroy()
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), request.slice(0, 200))
      await served.cli.sees(new RegExp(`^(?:refused [^]*){${index + 1}}`, 'm'))
      const lines = served.cli.stdout.split('\n').filter((line) => line.startsWith('refused '))
      assert.equal(lines.length, index + 1, served.cli.stdout)
      assert.match(lines.at(-1) ?? '', new RegExp(`^refused ${status} \\S+ from 127\\.0\\.0\\.1:\\d+`))
    }
  })

  test('logs no ordinary request as a refused handshake, and of a refused one neither query nor field values', async () => {
    await using served = await Served.start('--path', '/')
    const { port } = new URL(served.url)
    for (const [request, status] of [
      [`GET / HTTP/1.1\r\nHost: ${served.host}\r\n\r\n`, 426],
      [openingRequest('/chat?token=secret', { Host: served.host, 'Sec-WebSocket-Protocol': 'secret', Cookie: 'secret' }), 404],
    ] as const) {
      const socket = net.connect(Number(port), '127.0.0.1').on('error', () => {})
      socket.write(request)
      assert.match(String((await once(socket, 'data'))[0]), new RegExp(`^HTTP/1\\.1 ${status} `))
      socket.destroy()
    }
    await served.cli.sees(/^refused 404 \/chat from 127\.0\.0\.1:\d+: /m)
    assert.doesNotMatch(served.cli.stdout, /426|secret/)
  })

  test('--subprotocol declares, --require-subprotocol refuses others with 400', async () => {
    await using served = await Served.start('-s', 'soap', '--subprotocol', 'wamp', '--require-subprotocol')
    const socket = await served.connect('', { subprotocols: ['x', 'wamp', 'soap'] })
    assert.equal(socket.subprotocol, 'wamp')
    socket.terminate()
    assert.equal((await served.refused('', { subprotocols: ['x'] })).status, 400)
    await using open = await Served.start('-s', 'soap')
    assert.equal((await open.refused('', { subprotocols: ['x'] })).stage, 'subprotocol')
  })

  test('logs no offered subprotocol, which may be a credential', async () => {
    await using served = await Served.start('--json', '--verbose', '-s', 'soap')
    const socket = await served.connect('', { subprotocols: ['base64url.bearer.authorization.secret', 'soap'] })
    socket.terminate()
    await served.cli.sees(/"event":"close"/)
    assert.match(served.cli.stdout, /"subprotocol":"soap"/)
    assert.doesNotMatch(served.cli.stdout, /secret/)
  })

  test('allows the same origin only, unless --origin or --any-origin', async () => {
    await using served = await Served.start('--origin', 'https://app.example')
    for (const origin of ['https://app.example', `http://${served.host}`]) (await served.connect('', { origin })).terminate()
    assert.equal((await served.refused('', { origin: 'https://other.example' })).status, 403)
    await served.cli.sees(/^refused 403 \/ from 127\.0\.0\.1:\d+: .*RFC 6455 section/m)
    await using any = await Served.start('--any-origin')
    ;(await any.connect('', { origin: 'https://other.example' })).terminate()
  })

  test('--tls-cert and --tls-key serve wss', async () => {
    await using served = await Served.start('--tls-cert', cert, '--tls-key', key)
    assert.match(served.url, /^wss:\/\/127\.0\.0\.1:\d+\/$/)
    const socket = await served.connect('', { tls: { ca: authority } })
    socket.send('hi')
    assert.equal(await next(socket), 'hi')
    socket.terminate()
  })

  test('--max-message closes with 1009 on a larger message', async () => {
    await using served = await Served.start('--max-message', '4')
    const socket = await served.connect()
    socket.send('12345')
    assert.equal(await next(socket), undefined)
    assert.equal((await socket.closed).code, 1009)
  })

  test('accepts permessage-deflate unless --no-deflate', async () => {
    const extensions = [permessageDeflate()]
    await using served = await Served.start()
    const socket = await served.connect('', { extensions })
    assert.deepEqual(
      socket.extensions.map(({ name }) => name),
      ['permessage-deflate'],
    )
    socket.terminate()
    await using without = await Served.start('--no-deflate')
    const plain = await without.connect('', { extensions })
    assert.deepEqual(plain.extensions, [])
    plain.terminate()
  })

  test('--host listens on that address; IPv6 is shown in brackets', async () => {
    await using served = await Served.start('--host', '::1')
    assert.match(served.cli.stdout, /^listening ws:\/\/\[::1\]:\d+\/\n/)
    ;(await served.connect()).terminate()
  })

  test('--unix listens on a Unix domain socket', async () => {
    const socketPath = join(folder, 'h.sock')
    await using cli = new MemoryCli(['serve', '--unix', socketPath, '--quiet'])
    assert.equal((await cli.sees(/^.*\n/))[0], `listening ws+unix:${socketPath}\n`)
    const socket = await connect('ws://localhost/', { socketPath })
    socket.send('hi')
    assert.equal(await next(socket), 'hi')
    socket.terminate()
  })

  test('--ping-interval sends Pings', async () => {
    await using served = await Served.start('--ping-interval', '50ms')
    const { hostname, port } = new URL(served.url)
    const raw = net.connect(Number(port), hostname)
    raw.write(
      `GET / HTTP/1.1\r\nHost: ${served.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
    let received = Buffer.alloc(0)
    for await (const chunk of raw) {
      received = Buffer.concat([received, chunk as Buffer])
      // RFC 6455 section 5.5.2: opcode 9
      if (received[received.indexOf('\r\n\r\n') + 4] === 0x89) break
    }
    raw.destroy()
  })

  test('--verbose prints messages, --json prints objects, --quiet prints the first line only', async () => {
    await using verbose = await Served.start('--verbose')
    const first = await verbose.connect()
    first.send('hi')
    await verbose.cli.sees(/^message 1 text hi\n/m)
    first.terminate()

    await using json = await Served.start('--json')
    const second = await json.connect('x')
    second.send('hi')
    await json.cli.sees(/"event":"message"/)
    await second.close(1000, 'done')
    await json.cli.sees(/"event":"close"/)
    const events = json.cli.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['listening', 'open', 'message', 'close'],
    )
    assert.equal(events[0]?.['url'], json.url)
    assert.equal(events[1]?.['path'], '/x')
    assert.equal(events[3]?.['reason'], 'done')

    await using quiet = await Served.start('--quiet')
    const third = await quiet.connect()
    third.send('hi')
    assert.equal(await next(third), 'hi')
    await third.close()
    quiet.cli.io.interrupt('SIGTERM')
    assert.equal((await quiet.cli.ended).stdout, `listening ${quiet.url}\n`)
  })

  test('keeps running when the reader of standard output goes away', async () => {
    await using served = await Served.spawn('--verbose')
    served.cli.child.stdout.destroy()
    const socket = await served.connect()
    for (const text of ['a', 'b', 'c']) {
      socket.send(text)
      assert.equal(await next(socket), text)
    }
    socket.terminate()
  })

  test('has no page without --inspect', async () => {
    await using served = await Served.start()
    const response = await fetch(served.url.replace('ws', 'http'))
    assert.equal(response.status, 426)
    assert.doesNotMatch(await response.text(), /<html/)
  })

  test('exits with 3 when the port is in use', async () => {
    await using served = await Served.start()
    const { code, stdout, stderr } = await runCli(['serve', '--port', new URL(served.url).port])
    assert.equal(code, exitCodes.network)
    assert.equal(stdout, '')
    assert.match(stderr, /^hawser: cannot listen on 127\.0\.0\.1 port \d+: the address is in use .*EADDRINUSE/)
  })

  test('exits with 2 for a wrong option, under the name that was typed', async () => {
    for (const [args, message] of [
      [['--subprotocol', 'a b'], /option --subprotocol: expected/],
      [['--origin', 'app.example'], /option --origin: expected/],
      [['--tls-cert', key, '--tls-key', key], /^hawser: option --tls-cert: expected a certificate chain in PEM/],
      [['--tls-cert', cert, '--tls-key', cert], /^hawser: option --tls-key: expected a private key in PEM/],
      [['--inspect', '--host', '0.0.0.0'], /--inspect-remote/],
    ] as const) {
      const { code, stdout, stderr } = await runHere(['serve', '--port', '0', ...args])
      assert.equal(code, exitCodes.usage, stderr)
      assert.match(stderr, message)
      assert.equal(stdout, '')
    }
  })
})

describe('hawser serve over HTTP/2', () => {
  test('--self-signed serves wss over both HTTP versions on one port and logs which one', async () => {
    await using served = await Served.start('--self-signed')
    assert.match(served.url, /^wss:/)
    for (const [http, over] of [
      ['1.1', ''],
      ['2', ' over HTTP/2'],
    ] as const) {
      const socket = await served.connect('/chat', { http, tls: { rejectUnauthorized: false } })
      assert.equal(socket.transport.httpVersion, http)
      await served.cli.sees(new RegExp(`open \\d+ /chat${over} from 127`))
      await socket.close()
    }
    await served.refused('/', { http: '2', tls: { rejectUnauthorized: false }, origin: 'https://evil.example' })
    await served.cli.sees(/refused 403 \//)
  })

  test('--tls-cert and --tls-key serve both versions, with --no-http2 only one', async () => {
    await using both = await Served.start('--tls-cert', cert, '--tls-key', key)
    await using one = await Served.start('--tls-cert', cert, '--tls-key', key, '--no-http2')
    const options = { http: 'auto', tls: { ca: authority, servername: 'localhost' } } as const
    for (const [served, version] of [
      [both, '2'],
      [one, '1.1'],
    ] as const) {
      const socket = await served.connect('/', options)
      assert.equal(socket.transport.httpVersion, version)
      await socket.close()
    }
  })

  test('hawser connect --http 2 reaches it, and --json has the HTTP version', async () => {
    await using served = await Served.start('--self-signed')
    const run = await runCli(['connect', '--http', '2', '--insecure', '--one', '--json', '-m', 'hello', served.url])
    assert.equal(run.code, 0, run.stderr)
    const events = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.equal(events[0]?.['httpVersion'], '2')
    assert.equal(events[1]?.['data'], 'hello')
    const plain = await runCli(['connect', '--http', '2', '--one', '-m', 'x', 'ws://127.0.0.1:1/'])
    assert.notEqual(plain.code, 0)
  })
})

import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { serve } from '../../src/runtime/node/serve.ts'
import type { UpgradeRequest } from '../../src/server/options.ts'
import { authority, client as clientCertificate, localhost } from '../certificates/index.ts'
import { socksProxy } from '../peers/socks-proxy.ts'
import { CliProcess, runCli } from './cli-process.ts'
import { runHere } from './memory-io.ts'
import { rawServer, switching } from './raw-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-connect-'))
after(() => rmSync(folder, { recursive: true }))

/** An echo server that also remembers what it was asked, and does what some messages say. */
async function echoServer(options: Partial<Parameters<typeof serve>[0]> = {}) {
  const requests: UpgradeRequest[] = []
  let tellClose: (code: number) => void = () => {}
  const firstClose = new Promise<number>((resolve) => {
    tellClose = resolve
  })
  const server = await serve<readonly string[]>({
    subprotocols: ['chat', 'soap'],
    upgrade(request) {
      requests.push(request)
      return {}
    },
    message(socket, message) {
      if (message === 'terminate') socket.terminate()
      else if (typeof message === 'string' && message.startsWith('close ')) void socket.close(Number(message.slice(6)), 'because')
      else if (message !== 'silence') socket.send(message)
    },
    close: (_socket, info) => tellClose(info.code),
    ...(options as object),
  })
  return { server, url: server.url, requests, firstClose, [Symbol.asyncDispose]: () => server.close() }
}

describe('hawser connect', { concurrency: 3 }, () => {
  describe('as a filter', { concurrency: 3 }, () => {
    test('sends lines, prints received messages and nothing else, and exits with 0', async () => {
      await using echo = await echoServer()
      assert.deepEqual(await runCli(['connect', echo.url], 'hello\n\nwörld'), { code: 0, stdout: 'hello\n\nwörld\n', stderr: '' })
      assert.equal(await echo.firstClose, 1000)
    })

    test('loses nothing of a large input', async () => {
      await using echo = await echoServer({ extensions: [permessageDeflate()] })
      const input = Array.from({ length: 30_000 }, (_, index) => `line ${index} of many lines\n`).join('')
      const { code, stdout, stderr } = await runCli(['connect', echo.url], input)
      assert.deepEqual([code, stderr], [0, ''])
      assert.equal(stdout.length, input.length)
      assert.equal(stdout, input)
    })

    test('--hex and --base64 send binary messages and print them in the same format', async () => {
      await using echo = await echoServer()
      assert.deepEqual(await runHere(['connect', '--hex', echo.url], '00ff10\nAB cd\n'), { code: 0, stdout: '00ff10\nabcd\n', stderr: '' })
      assert.deepEqual(await runHere(['connect', '--base64', echo.url], 'AP8Q\n'), { code: 0, stdout: 'AP8Q\n', stderr: '' })
    })

    test('--binary sends the bytes of each line and writes received bytes unchanged', async () => {
      const kinds: string[] = []
      await using echo = await echoServer({
        message(socket: { send(data: string | Uint8Array): unknown }, data: string | Uint8Array) {
          kinds.push(typeof data)
          socket.send(data)
        },
      } as never)
      assert.deepEqual(await runCli(['connect', '--binary', echo.url], 'hello\nyou\n'), { code: 0, stdout: 'helloyou', stderr: '' })
      assert.deepEqual(kinds, ['object', 'object'])
    })

    test('--whole sends all of standard input as one message', async () => {
      await using echo = await echoServer()
      const { stdout } = await runHere(['connect', '--json', '--whole', echo.url], 'a\nb\n')
      assert.ok(stdout.includes('{"event":"message","type":"text","data":"a\\nb\\n"}'))
    })

    test('--message is sent before standard input', async () => {
      await using echo = await echoServer()
      assert.deepEqual(await runHere(['connect', '-m', 'one', '--message', 'two', echo.url], 'three\n'), {
        code: 0,
        stdout: 'one\ntwo\nthree\n',
        stderr: '',
      })
    })

    test('--one prints the first message and exits while standard input is still open', async () => {
      await using echo = await echoServer()
      await using cli = new CliProcess(['connect', '--one', '-m', 'a', '-m', 'b', echo.url])
      assert.deepEqual(await cli.ended, { code: 0, stdout: 'a\n', stderr: '' })
      assert.equal(await echo.firstClose, 1000)
    })

    test('--one fails without a message', async () => {
      await using echo = await echoServer()
      const closed = await runHere(['connect', '--one', '-m', 'close 1000', echo.url])
      assert.equal(closed.code, exitCodes.abnormal)
      assert.match(closed.stderr, /closed 1000 "because" by the peer/)
      assert.equal((await runHere(['connect', '--one', '--wait', '50ms', '-m', 'silence', echo.url])).code, exitCodes.timeout)
    })

    test('--stay keeps receiving after standard input ends, until the server closes', async () => {
      await using echo = await echoServer()
      await using cli = new CliProcess(['connect', '--stay', echo.url])
      cli.child.stdin.end('hello\n')
      await cli.sees(/hello\n/)
      for (const socket of echo.server.connections) {
        socket.send('later')
        void socket.close(1001)
      }
      assert.deepEqual(await cli.ended, { code: 0, stdout: 'hello\nlater\n', stderr: '' })
    })

    test('--wait keeps receiving for a while after standard input ends', async () => {
      await using echo = await echoServer()
      const started = performance.now()
      assert.equal((await runHere(['connect', '--wait', '300ms', echo.url], 'hello\n')).stdout, 'hello\n')
      assert.ok(performance.now() - started >= 300)
    })

    test('--json prints open, message and close as objects', async () => {
      await using echo = await echoServer()
      const { code, stdout } = await runHere(['connect', '--json', '-s', 'soap', echo.url.replace('//', '//u:secret@')], 'hi\n')
      assert.equal(code, 0)
      assert.doesNotMatch(stdout, /secret/)
      const events = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
      assert.deepEqual(
        events.map(({ event }) => event),
        ['open', 'message', 'close'],
      )
      assert.equal(events[0]?.['subprotocol'], 'soap')
      assert.deepEqual(events[1], { event: 'message', type: 'text', data: 'hi' })
      assert.deepEqual(events[2], { event: 'close', code: 1000, reason: '', wasClean: true, initiator: 'local' })
    })

    test('exits with 2 and closes with 1000 when a line cannot be sent', async () => {
      await using echo = await echoServer()
      const { code, stdout, stderr } = await runCli(['connect', '--hex', echo.url], '00\nxyz\n01\n')
      assert.equal(code, exitCodes.usage)
      assert.equal(stdout, '00\n')
      assert.match(stderr, /line 2 of standard input: expected pairs of hexadecimal digits/)
      assert.equal(await echo.firstClose, 1000)
    })

    test('--commands takes lines that begin with a slash as commands', async (t) => {
      const pongs: string[] = []
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
      t.after(() => server.close())
      server.on('connection', (socket) => {
        socket.on('pong', (payload) => void pongs.push(payload.toString()))
        socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }))
      })
      await once(server, 'listening')
      const url = `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/`
      const input = '/ping one\n/pong two\n//three\n/help\n/close 4321 because I can\nnever sent\n'
      const { code, stdout, stderr } = await runCli(['connect', '--commands', '--stay', url], input)
      assert.deepEqual([code, stdout], [0, '/three\n'])
      assert.match(stderr, /^pong in \d+\.\d ms$/m)
      assert.match(stderr, /^ {2}\/ping \[PAYLOAD\] +send a Ping/m)
      assert.deepEqual(pongs, ['two'])
      const json = await runCli(['connect', '--commands', '--json', '--stay', url], '/ping\n/close 4000 done\n')
      const events = json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
      assert.deepEqual(
        events.map(({ event }) => event),
        ['open', 'pong', 'close'],
      )
      assert.deepEqual([events[2]?.['code'], events[2]?.['reason']], [4000, 'done'])
    })

    test('without --commands sends them as they are, and with it ends with 2 at a wrong one', async () => {
      await using echo = await echoServer()
      assert.deepEqual(await runHere(['connect', echo.url], '/ping\n//x\n'), { code: 0, stdout: '/ping\n//x\n', stderr: '' })
      for (const [line, message] of [
        ['/pin', /line 1 of standard input: unknown command "\/pin" \(did you mean \/ping\?/],
        ['/close 1006', /line 1 of standard input: .*code/],
      ] as const) {
        const { code, stderr } = await runHere(['connect', '--commands', echo.url], `${line}\n`)
        assert.equal(code, exitCodes.usage)
        assert.match(stderr, message)
      }
    })

    test('ends when the reader of standard output goes away', async () => {
      await using echo = await echoServer()
      await using cli = new CliProcess(['connect', '--stay', echo.url])
      cli.child.stdin.write('one\n')
      await cli.sees(/one\n/)
      cli.child.stdout.destroy()
      cli.child.stdin.write('two\n')
      assert.equal((await cli.ended).code, exitCodes.brokenPipe)
    })
  })

  describe('the request', { concurrency: 3 }, () => {
    test('carries subprotocols in order, header lines, Host and Origin', async () => {
      await using echo = await echoServer({ origins: ['https://app.example'], hosts: ['b.example'] })
      const { code } = await runHere([
        'connect',
        '-s',
        'x',
        '--subprotocol',
        'soap',
        '-H',
        'X-One: 1',
        '--header',
        'x-two:  b: c ',
        '-H',
        'Host: b.example',
        '--origin',
        'https://app.example',
        echo.url,
      ])
      assert.equal(code, 0)
      const request = echo.requests[0]
      assert.deepEqual(request?.subprotocols, ['x', 'soap'])
      assert.equal(request?.fields.get('x-one'), '1')
      assert.equal(request?.fields.get('x-two'), 'b: c')
      assert.equal(request?.authority, 'b.example')
      assert.equal(request?.origin, 'https://app.example')
    })

    test('carries the credentials of --user, --bearer and the URL', async () => {
      await using echo = await echoServer()
      const url = echo.url.replace('//', '//ada:love%20lace@')
      for (const args of [['--user', 'ada:love lace', echo.url], [url], ['-u', 'ada:love lace', echo.url.replace('//', '//other:one@')]])
        assert.equal((await runHere(['connect', ...args])).code, 0)
      assert.equal((await runHere(['connect', '--bearer', 'abc.def', echo.url])).code, 0)
      const basic = `Basic ${Buffer.from('ada:love lace').toString('base64')}`
      assert.deepEqual(
        echo.requests.map(({ fields }) => fields.get('authorization')),
        [basic, basic, basic, 'Bearer abc.def'],
      )
    })

    test('offers permessage-deflate unless --no-deflate', async () => {
      await using echo = await echoServer()
      await runHere(['connect', echo.url])
      await runHere(['connect', '--no-deflate', echo.url])
      assert.deepEqual(
        echo.requests.map((request) => request.extensions.map(({ name }) => name)),
        [['permessage-deflate'], []],
      )
    })

    test('stays connected without a subprotocol only with --any-subprotocol', async () => {
      await using echo = await echoServer()
      const { code, stderr } = await runHere(['connect', '-s', 'other', echo.url])
      assert.equal(code, exitCodes.invalidHandshake)
      assert.match(stderr, /stage +subprotocol/)
      assert.equal((await runHere(['connect', '-s', 'other', '--any-subprotocol', echo.url], 'hi\n')).stdout, 'hi\n')
    })

    test('follows redirects only with --redirects', async () => {
      await using echo = await echoServer()
      await using from = await rawServer(`HTTP/1.1 302 Found\r\nLocation: ${echo.url}\r\nContent-Length: 0\r\n\r\n`)
      assert.equal((await runHere(['connect', from.url], 'hi\n')).code, exitCodes.refused)
      assert.deepEqual(await runHere(['connect', '--redirects', '1', from.url], 'hi\n'), { code: 0, stdout: 'hi\n', stderr: '' })
    })

    test('uses a proxy', async () => {
      await using echo = await echoServer()
      const target = new URL(echo.url)
      const asked: string[] = []
      const proxy = net.createServer((inner) => {
        inner.once('data', (data) => {
          asked.push(data.toString('latin1').split('\r\n', 1)[0] ?? '')
          const outer = net.connect(Number(target.port), '127.0.0.1', () => {
            inner.write('HTTP/1.1 200 OK\r\n\r\n')
            inner.pipe(outer).pipe(inner)
          })
          outer.on('error', () => inner.destroy())
          inner.on('error', () => outer.destroy())
        })
      })
      proxy.listen(0, '127.0.0.1')
      await once(proxy, 'listening')
      const url = `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`
      try {
        assert.equal((await runHere(['connect', '--proxy', url, echo.url], 'hi\n')).stdout, 'hi\n')
        assert.equal(
          (await runCli(['connect', '--proxy', 'env', echo.url], 'hi\n', { http_proxy: url, https_proxy: '', no_proxy: '' })).stdout,
          'hi\n',
        )
      } finally {
        proxy.close()
      }
      assert.deepEqual(asked, [`CONNECT ${target.host} HTTP/1.1`, `CONNECT ${target.host} HTTP/1.1`])
    })

    test('uses a SOCKS5 proxy by option and by environment, with credentials, and reports its refusal without them', async (t) => {
      await using echo = await echoServer()
      const proxy = await socksProxy(t, { credentials: 'user:secret' })
      const where = `127.0.0.1:${proxy.port}`
      for (const scheme of ['socks5', 'socks5h']) {
        const url = `${scheme}://user:secret@${where}`
        assert.equal((await runHere(['connect', '--proxy', url, echo.url], 'hi\n')).stdout, 'hi\n')
        assert.equal((await runCli(['connect', '--proxy', 'env', echo.url], 'hi\n', { all_proxy: url, no_proxy: '' })).stdout, 'hi\n')
      }
      const { code, stderr } = await runHere(['connect', '--proxy', `socks5h://user:wr0ng@${where}`, echo.url], 'hi\n')
      assert.equal(code, exitCodes.network)
      assert.match(stderr, /refused the username and password/)
      assert.doesNotMatch(stderr, /wr0ng/)
    })

    test('connects to a Unix domain socket', async () => {
      const socketPath = join(folder, 'server.sock')
      await using echo = await echoServer({ socketPath })
      assert.equal((await runHere(['connect', '--unix', socketPath, 'ws://localhost/x'], 'hi\n')).stdout, 'hi\n')
      assert.equal(echo.requests[0]?.path, '/x')
    })

    test('--ping-interval sends Pings', async () => {
      await using raw = await rawServer(switching, (socket) => {
        socket.on('data', (data) => {
          // RFC 6455 section 5.5.2: opcode 9; the answer is a text message
          if (data[0] === 0x89) socket.write(Buffer.from([0x81, 1, 0x70]))
        })
      })
      assert.equal((await runHere(['connect', '--one', '--ping-interval', '50ms', raw.url])).stdout, 'p\n')
    })
  })

  describe('TLS', { concurrency: 3 }, () => {
    const ca = join(folder, 'ca.pem')
    const [cert, key] = [join(folder, 'client.crt'), join(folder, 'client.key')]
    writeFileSync(ca, authority)
    writeFileSync(cert, clientCertificate.cert)
    writeFileSync(key, clientCertificate.key)

    test('an unknown authority is refused with 4, unless --ca or --insecure', async () => {
      await using echo = await echoServer({ tls: localhost })
      const { code, stderr } = await runHere(['connect', echo.url], 'hi\n')
      assert.equal(code, exitCodes.tls)
      assert.match(stderr, /stage +tls/)
      assert.equal((await runHere(['connect', '--ca', ca, echo.url], 'hi\n')).stdout, 'hi\n')
      assert.equal((await runHere(['connect', '--insecure', echo.url], 'hi\n')).stdout, 'hi\n')
    })

    test('sends a client certificate', async () => {
      await using echo = await echoServer({ tls: { ...localhost, ca: authority, requestCert: true, rejectUnauthorized: true } })
      assert.notEqual((await runHere(['connect', '--ca', ca, echo.url], 'hi\n')).code, 0)
      assert.equal((await runHere(['connect', '--ca', ca, '--cert', cert, '--key', key, echo.url], 'hi\n')).stdout, 'hi\n')
      const encrypted = join(folder, 'encrypted.key')
      const cipher = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' } as const
      writeFileSync(encrypted, createPrivateKey(clientCertificate.key).export(cipher))
      const args = ['connect', '--ca', ca, '--cert', cert, '--key', encrypted, echo.url]
      assert.equal((await runCli([...args, '--passphrase', 'open sesame'], 'hi\n')).stdout, 'hi\n')
      const { code, stderr } = await runCli([...args, '--passphrase', 'wr0ng'])
      assert.equal(code, exitCodes.usage)
      assert.match(stderr, /option --passphrase: expected the passphrase of --key/)
      assert.doesNotMatch(stderr, /wr0ng/)
    })
  })

  describe('has an exit code for each way to end:', { concurrency: 3 }, () => {
    test('1 connection lost without a Close frame', async () => {
      await using echo = await echoServer()
      const { code, stderr } = await runHere(['connect', '--stay', echo.url], 'terminate\n')
      assert.equal(code, exitCodes.abnormal)
      assert.match(stderr, /^hawser: closed 1006/)
    })

    test('3 nothing listens, or the name is unknown', async () => {
      await using raw = await rawServer('')
      const { port } = raw
      await raw[Symbol.asyncDispose]()
      const refused = await runHere(['connect', `ws://127.0.0.1:${port}/`])
      assert.equal(refused.code, exitCodes.network)
      assert.match(refused.stderr, /stage +tcp/)
      assert.equal(refused.stdout, '')
      const unknown = await runHere(['connect', 'ws://no-such-host.invalid/'])
      assert.equal(unknown.code, exitCodes.network)
      assert.match(unknown.stderr, /stage +dns/)
    })

    test('5 refused: status, fields, content, versions and rule are shown in full', async () => {
      await using raw = await rawServer('HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13, 8\r\nContent-Length: 12\r\n\r\nwrong\nth\x1bing')
      const { code, stdout, stderr } = await runHere(['connect', raw.url])
      assert.equal(code, exitCodes.refused)
      assert.equal(stdout, '')
      assert.match(stderr, /stage +response/)
      assert.match(stderr, /RFC \d+ section /)
      assert.match(stderr, /versions +the server supports 13, 8/)
      assert.match(stderr, / {4}HTTP\/1\.1 426 Upgrade Required\n {4}Sec-WebSocket-Version: 13, 8\n/)
      assert.match(stderr, / {4}wrong\n {4}th\\x1bing\n/)
      assert.doesNotMatch(stderr, /\u001b/)
      const json = await runHere(['connect', '--json', raw.url])
      assert.equal(json.code, exitCodes.refused)
      const event = JSON.parse(json.stdout) as Record<string, unknown>
      assert.equal(event['event'], 'error')
      assert.equal(event['status'], 426)
      assert.equal(event['body'], 'wrong\nth\u001bing')
      assert.deepEqual(event['supportedVersions'], ['13', '8'])
    })

    test('6 the response breaks a rule', async () => {
      await using wrong = await rawServer(switching.replace('$accept', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='))
      const accept = await runHere(['connect', wrong.url])
      assert.equal(accept.code, exitCodes.invalidHandshake)
      assert.match(accept.stderr, /stage +accept[^]*rule .*RFC 6455 section 4/)
      await using other = await rawServer('SSH-2.0-OpenSSH_9.2\r\n')
      assert.equal((await runHere(['connect', other.url])).code, exitCodes.invalidHandshake)
    })

    test('7 no answer in time', async () => {
      await using raw = await rawServer('')
      const { code, stderr } = await runHere(['connect', '--timeout', '200ms', raw.url])
      assert.equal(code, exitCodes.timeout)
      assert.match(stderr, /stage +(timeout|response)/)
    })

    test('8 closed by the peer with an error', async () => {
      await using echo = await echoServer()
      const { code, stderr } = await runHere(['connect', '--stay', echo.url], 'close 1011\n')
      assert.equal(code, exitCodes.closedWithError)
      assert.equal(stderr, 'hawser: closed 1011 "because" by the peer\n')
      assert.equal((await runHere(['connect', '--stay', '--quiet', echo.url], 'close 4000\n')).stderr, '')
      assert.equal((await runHere(['connect', '--stay', echo.url], 'close 1001\n')).code, exitCodes.clean)
    })

    test('9 the peer breaks the protocol, or --max-message', async () => {
      // A masked frame from a server: RFC 6455 section 5.1
      await using raw = await rawServer(switching, (socket) => socket.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61])))
      const { code, stderr } = await runHere(['connect', '--stay', raw.url])
      assert.equal(code, exitCodes.protocolError)
      assert.match(stderr, /RFC 6455 section 5\.1/)
      await using echo = await echoServer()
      assert.equal((await runHere(['connect', '--stay', '--max-message', '4', echo.url], 'hello\n')).code, exitCodes.protocolError)
    })

    test('130 and 143: SIGINT and SIGTERM close with 1001 first', async () => {
      for (const [signal, code] of [
        ['SIGINT', exitCodes.interrupted],
        ['SIGTERM', exitCodes.terminated],
      ] as const) {
        await using echo = await echoServer()
        await using cli = new CliProcess(['connect', '--stay', echo.url])
        cli.child.stdin.write('hello\n')
        await cli.sees(/hello\n/)
        cli.child.kill(signal)
        assert.equal((await cli.ended).code, code)
        assert.equal(await echo.firstClose, 1001)
      }
    })

    test('130 while connecting', async () => {
      await using raw = await rawServer('')
      await using cli = new CliProcess(['connect', raw.url])
      while (raw.heads.length === 0) await new Promise((resolve) => setImmediate(resolve))
      cli.child.kill('SIGINT')
      assert.equal((await cli.ended).code, exitCodes.interrupted)
    })

    test('2 a wrong option, under the name that was typed', async () => {
      for (const [args, message] of [
        [['-s', 'a b', 'ws://h/'], /option --subprotocol: expected/],
        [['-H', 'Upgrade: x', 'ws://h/'], /option --header: expected/],
        [['-H', 'A: \u0001', 'ws://h/'], /option --header: expected/],
        [['-o', 'nonsense', 'ws://h/'], /option --origin: expected/],
        [['--proxy', 'socks4://h:1', 'ws://h/'], /option --proxy: expected/],
        [['ws://h/#fragment'], /RFC 6455 section 3/],
        [['ftp://h/'], /ftp/],
      ] as const) {
        const { code, stderr } = await runHere(['connect', ...args])
        assert.equal(code, exitCodes.usage, stderr)
        assert.match(stderr, message)
      }
    })
  })
})

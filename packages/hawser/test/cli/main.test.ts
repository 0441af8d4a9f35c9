import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { describe, test } from 'node:test'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { CliProcess, runCli } from './cli-process.ts'
import { rawServer, switching } from './raw-server.ts'

describe('the process of hawser', () => {
  test('passes output and exit code to the shell', async () => {
    const help = await runCli(['--help'])
    assert.equal(help.code, 0)
    assert.match(help.stdout, /^hawser \d/)
    const wrong = await runCli(['--nonsense'])
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /^hawser: unknown option --nonsense/)
  })

  test('ends although its standard input stays open', async () => {
    await using cli = new CliProcess(['--version'])
    assert.equal((await cli.ended).code, 0)
  })

  test('keeps its exit code when the readers of both outputs went away', async () => {
    for (const [args, code] of [
      [['--nonsense'], exitCodes.usage],
      [['connect', 'ws://127.0.0.1:1/'], exitCodes.network],
    ] as const) {
      await using cli = new CliProcess(args)
      cli.child.stdout.destroy()
      cli.child.stderr.destroy()
      assert.deepEqual(await once(cli.child, 'exit'), [code, null])
    }
  })
})

describe('hawser serve whose log is not read', () => {
  /** A server whose log reader has read the first line and no more, after a client made it write much more than a pipe holds. */
  async function stalled(): Promise<CliProcess> {
    const cli = new CliProcess(['serve', '--port', '0', '--json', '--grace', '1'])
    const [, url = ''] = await cli.sees(/"url":"(ws:[^"]+)"/)
    cli.child.stdout.pause()
    const socket = await connect(url)
    const message = 'x'.repeat(65_536)
    const echoes = socket[Symbol.asyncIterator]()
    for (let count = 0; count < 64; count++) {
      socket.send(message)
      assert.equal((await echoes.next()).value, message)
    }
    await socket.close()
    return cli
  }

  test('echoes on, drops lines above a bound, and says how many once it is read', async () => {
    await using cli = await stalled()
    cli.child.stdout.resume()
    await cli.sees(/^\{"event":"dropped","lines":\d+\}\n/m)
    const kept = cli.stdout.split('\n').filter((line) => line.includes('"event":"message"')).length
    const dropped = Number(/"dropped","lines":(\d+)/.exec(cli.stdout)?.[1])
    // The server may notice the end of the connection before its log is read again, or after.
    assert.ok(kept + dropped === 64 || kept + dropped === 65, `${kept} lines kept, ${dropped} dropped, of 64 and the close`)
    assert.ok(kept < 40, `${kept} lines of 64 kB were queued`)
  })

  test('ends at SIGTERM although its log is never read', async () => {
    await using cli = await stalled()
    cli.child.kill('SIGTERM')
    assert.deepEqual(await once(cli.child, 'exit'), [0, null])
  })
})

describe('SIGTERM ends', { concurrency: 2 }, () => {
  const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0)])
  const half = openingRequest().slice(0, -2)
  const peers: [what: string, bytes: string | Uint8Array, reads: boolean][] = [
    ['silence', '', true],
    ['half a request', half, true],
    ['a WebSocket that answers no Close frame', openingRequest(), true],
    [
      'a WebSocket that reads nothing',
      Buffer.concat([Buffer.from(openingRequest()), ...Array<Uint8Array>(64).fill(clientFrame(2, Buffer.alloc(65_536)))]),
      false,
    ],
    ['half a frame', Buffer.concat([Buffer.from(openingRequest()), clientFrame(1, 'hello').subarray(0, 3)]), true],
    ['HTTP/2, then silence', preface, true],
    ['HTTP/2 that reads nothing', preface, false],
    ['a request whose answer it does not read', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', false],
  ]

  for (const args of [[], ['--inspect']]) {
    test(`hawser serve ${args.join(' ')} within its grace whatever its peers do`, async () => {
      await using cli = new CliProcess(['serve', '--port', '0', '--grace', '500ms', '--quiet', ...args])
      const [, port] = await cli.sees(/^listening ws:\/\/[^:]+:(\d+)/)
      const sockets = await Promise.all(
        peers.map(async ([, bytes, reads]) => {
          const socket = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {})
          await once(socket, 'connect')
          if (reads) socket.resume()
          else socket.pause()
          socket.write(bytes)
          return socket
        }),
      )
      // The server has read what the others wrote when it answers this one
      const last = await connect(`ws://127.0.0.1:${port}/`)
      cli.child.kill('SIGTERM')
      const started = performance.now()
      assert.deepEqual(await once(cli.child, 'exit'), [0, null])
      assert.ok(performance.now() - started < 10_000, 'it took ten seconds')
      last.terminate()
      for (const socket of sockets) socket.destroy()
    })
  }

  test('hawser connect, while its output is not read and the server keeps sending', async () => {
    const message = clientFrame(1, 'x'.repeat(60_000), { masked: false })
    await using server = await rawServer(switching, (socket) => {
      const pump = (): void => {
        while (!socket.destroyed && socket.write(message));
      }
      socket.on('drain', pump)
      pump()
    })
    await using cli = new CliProcess(['connect', server.url])
    await cli.sees(/x/)
    cli.child.stdout.pause()
    cli.child.kill('SIGTERM')
    assert.deepEqual(await once(cli.child, 'exit'), [exitCodes.terminated, null])
  })
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { describe, test } from 'node:test'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { serve } from '../../src/index.ts'
import type { CloseInfo } from '../../src/index.ts'
import { CliProcess } from './cli-process.ts'
import { MemoryCli } from './memory-io.ts'

async function listening(...args: string[]) {
  const cli = new CliProcess(['connect', '--listen', '0', ...args])
  const [, port = ''] = await cli.sees(/^listening tcp:127\.0\.0\.1:(\d+)\n/)
  return { cli, port: Number(port), [Symbol.asyncDispose]: () => cli.stop() }
}

async function open(port: number): Promise<net.Socket> {
  const stream = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  await once(stream, 'connect')
  return stream
}

describe('hawser connect --listen', { concurrency: 3 }, () => {
  test('joins each TCP connection with a WebSocket, both ways, and ends one with the other', async () => {
    const closes: Promise<CloseInfo>[] = []
    await using server = await serve({
      port: 0,
      open: (socket) => void closes.push(socket.closed),
      message: (socket, message) => (String(message) === 'close' ? void socket.close(1000) : void socket.send(message)),
    })
    await using served = await listening(server.url)
    const { port } = served
    const [one, two] = [await open(port), await open(port)]
    one.write('one')
    two.write(Buffer.of(0, 255))
    assert.equal(String((await once(one, 'data'))[0]), 'one')
    assert.deepEqual((await once(two, 'data'))[0], Buffer.of(0, 255))
    one.end()
    await once(one, 'close')
    two.resume()
    await once(two.end('x'), 'close')
    assert.deepEqual(
      (await Promise.all(closes)).map(({ code }) => code),
      [1000, 1000],
    )
  })

  test('a bridge of two commands carries a TCP connection', async (t) => {
    const echo = net.createServer((stream) => void stream.pipe(stream))
    t.after(() => echo.close())
    echo.listen(0, '127.0.0.1')
    await once(echo, 'listening')
    await using far = new CliProcess(['serve', '--port', '0', '--to', `tcp:127.0.0.1:${(echo.address() as net.AddressInfo).port}`])
    const [, url = ''] = await far.sees(/^listening (\S+)\n/)
    await using served = await listening(url)
    const { port } = served
    const stream = await open(port)
    const sent = Buffer.alloc(3_000_000, 'hawser')
    stream.end(sent.subarray(0, 0))
    stream.destroy()
    const whole = await open(port)
    const received: Buffer[] = []
    let bytes = 0
    whole.on('data', (chunk) => {
      received.push(chunk)
      bytes += chunk.length
      if (bytes === sent.length) whole.end()
    })
    whole.write(sent)
    await once(whole, 'close')
    assert.ok(Buffer.concat(received).equals(sent))
  })

  test('resets a TCP connection whose opening handshake fails, and says why', async () => {
    await using server = await serve({ port: 0, paths: ['/other'], message() {} })
    await using served = await listening(server.url)
    const { cli, port } = served
    const stream = await open(port)
    const [error] = (await once(stream, 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
    await cli.sees(/404/, 'stderr')
  })

  test('takes at most --max-connections at once', async () => {
    await using server = await serve({ port: 0, message: (socket, message) => void socket.send(message) })
    await using served = await listening('--max-connections', '1', server.url)
    const { cli, port } = served
    const first = await open(port)
    first.write('x')
    await once(first, 'data')
    const second = net.connect({ port, host: '127.0.0.1' })
    second.on('error', () => {})
    await once(second, 'close')
    await cli.sees(/refused a connection: 1 are open \(--max-connections\)/, 'stderr')
  })

  test('ends with 0 after a signal, and with 3 when it cannot listen', async () => {
    await using server = await serve({ port: 0, message() {} })
    const { cli, port } = await listening(server.url)
    await using second = new MemoryCli(['connect', '--listen', String(port), server.url])
    const { code, stderr } = await second.ended
    assert.equal(code, exitCodes.network)
    assert.match(stderr, /cannot listen on tcp:127\.0\.0\.1:\d+: the address is in use/)
    cli.child.kill('SIGTERM')
    assert.equal((await cli.ended).code, 0)
  })
})

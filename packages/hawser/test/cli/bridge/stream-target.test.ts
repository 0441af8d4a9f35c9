import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { StreamTargets } from '../../../src/cli/bridge/stream-target.ts'
import { TargetError } from '../../../src/cli/bridge/target.ts'
import { connect } from '../../../src/index.ts'
import { CliProcess } from '../cli-process.ts'

const request = { path: '/', query: '', origin: undefined, subprotocols: [], remoteAddress: undefined }

/** A TCP server that hands over its connections. */
async function tcpServer(t: TestContext, use: (stream: net.Socket) => void, path?: string): Promise<number> {
  const streams = new Set<net.Socket>()
  const server = net.createServer({ allowHalfOpen: true }, (stream) => {
    streams.add(stream)
    stream.on('error', () => {})
    use(stream)
  })
  t.after(() => {
    for (const stream of streams) stream.destroy()
    server.close()
  })
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path })
  await once(server, 'listening')
  return path === undefined ? (server.address() as net.AddressInfo).port : 0
}

async function serving(...args: string[]) {
  const cli = new CliProcess(['serve', '--port', '0', '--grace', '1', ...args])
  const [, url = ''] = await cli.sees(/^listening (\S+)\n/)
  return { cli, url, [Symbol.asyncDispose]: () => cli.stop() }
}

describe('hawser serve --to', { concurrency: 3 }, () => {
  test('joins each WebSocket with a TCP connection, both ways, and ends one with the other', async (t) => {
    const port = await tcpServer(t, (stream) => {
      stream.on('data', (chunk) => {
        if (chunk.toString() === 'end') stream.end('bye')
        else stream.write(chunk)
      })
    })
    await using served = await serving('--to', `tcp:127.0.0.1:${port}`)
    const { url } = served
    const socket = await connect(url)
    socket.send(Uint8Array.of(0, 255))
    assert.deepEqual(Buffer.from((await socket.receive()) as Uint8Array), Buffer.of(0, 255))
    socket.send('text')
    assert.equal(Buffer.from((await socket.receive()) as Uint8Array).toString(), 'text')
    socket.send('end')
    assert.equal(Buffer.from((await socket.receive()) as Uint8Array).toString(), 'bye')
    assert.equal((await socket.closed).code, 1000)
  })

  test('ends the stream after a Close frame and resets it without one', async (t) => {
    const ends: string[] = []
    let told: () => void = () => {}
    const port = await tcpServer(t, (stream) => {
      stream.on('error', (error: NodeJS.ErrnoException) => void ends.push(error.code ?? ''))
      stream.on('end', () => {
        ends.push('end')
        stream.end()
      })
      stream.on('data', () => {})
      stream.on('close', () => told())
    })
    await using served = await serving('--to', `tcp:127.0.0.1:${port}`)
    const { url } = served
    for (const how of ['close', 'terminate'] as const) {
      const closed = new Promise<void>((resolve) => {
        told = resolve
      })
      const socket = await connect(url)
      socket.send('x')
      if (how === 'close') await socket.close()
      else socket.terminate()
      await closed
    }
    assert.deepEqual(ends, ['end', 'ECONNRESET'])
  })

  test('a target that resets closes the WebSocket with 1011', async (t) => {
    const port = await tcpServer(t, (stream) => void stream.once('data', () => stream.resetAndDestroy()))
    await using served = await serving('--to', `tcp:127.0.0.1:${port}`)
    const { url } = served
    const socket = await connect(url)
    socket.send('x')
    const { code, reason } = await socket.closed
    assert.deepEqual([code, reason], [1011, 'the stream broke'])
  })

  test('a target that does not read makes the client wait, and loses nothing', async (t) => {
    let received = 0
    let stream: net.Socket | undefined
    const whole = 40 << 20
    let told: () => void = () => {}
    const complete = new Promise<void>((resolve) => {
      told = resolve
    })
    const port = await tcpServer(t, (opened) => {
      stream = opened.pause()
      opened.on('data', (chunk) => {
        received += chunk.length
        if (received === whole) told()
      })
      opened.pause()
    })
    await using served = await serving('--to', `tcp:127.0.0.1:${port}`, '--no-deflate')
    const { url } = served
    const socket = await connect(url)
    let sent = 0
    const piece = new Uint8Array(1 << 19)
    const all = (async () => {
      for (; sent < whole; sent += piece.length) if (socket.send(piece, { immutable: true }) === 'buffered') await socket.drained
    })()
    // The kernel's buffers on both hops and the bridge's own fill, and then nothing moves
    for (let before = -1; sent !== before || sent === 0; ) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    assert.ok(sent < whole, `${sent} of ${whole} bytes were taken while the target read nothing`)
    stream?.resume()
    await all
    await complete
    await socket.close()
  })

  test('refuses the opening handshake with 502 when the target cannot be reached, and tells only the operator which', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-bridge-'))
    t.after(() => rmSync(folder, { recursive: true }))
    await using served = await serving('--to', `unix:${join(folder, 'none.sock')}`)
    const { cli, url } = served
    await assert.rejects(connect(url), (error: { status?: number; response?: { body: Uint8Array } }) => {
      assert.equal(error.status, 502)
      assert.doesNotMatch(Buffer.from(error.response?.body ?? []).toString(), /sock/)
      return true
    })
    await cli.sees(/^hawser: unix:.*none\.sock cannot be reached: ENOENT$/m, 'stderr')
  })

  test('refuses connections above --max-connections with 503', async (t) => {
    const port = await tcpServer(t, (stream) => void stream.pipe(stream))
    await using served = await serving('--to', `tcp:127.0.0.1:${port}`, '--max-connections', '1')
    const { url } = served
    const socket = await connect(url)
    await assert.rejects(connect(url), { status: 503 })
    await socket.close()
  })

  test('drops the stream of a client that goes away before its handshake is done', async (t) => {
    let told: () => void = () => {}
    const dropped = new Promise<void>((resolve) => {
      told = resolve
    })
    const port = await tcpServer(t, (stream) => {
      stream.on('close', told)
      stream.resume()
      stream.on('end', () => stream.end())
    })
    const gone = new AbortController()
    const target = await new StreamTargets({ host: '127.0.0.1', port }).open(request, gone.signal)
    assert.ok(target !== undefined)
    gone.abort()
    await dropped
    await assert.rejects(new StreamTargets({ host: '127.0.0.1', port: 1 }).open(request, new AbortController().signal), TargetError)
  })
})

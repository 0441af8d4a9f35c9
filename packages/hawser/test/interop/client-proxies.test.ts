/** Clients behind the SOCKS server and the HTTP proxy of Debian. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { missing, pathOf } from '../../../../scripts/optional.ts'
import { connect, HandshakeError } from '../../src/index.ts'
import type { NodeConnectOptions } from '../../src/runtime/node/connect-options.ts'
import { authority, localhost } from '../certificates/index.ts'
import { serveFor } from '../peers/test-server.ts'

type Options = NodeConnectOptions<readonly [], 'accept'>
const echo = { message: (socket: any, message: any) => void socket.send(message) }
const trust = { tls: { ca: authority } }

/** Neither program reports which port it got, so a port that was free a moment ago has to do. */
async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as net.AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** Resolves once the program accepts connections at the port. */
async function start(t: TestContext, path: string | undefined, args: string[], port: number): Promise<void> {
  assert.ok(path !== undefined)
  const child = spawn(path, args, { stdio: 'ignore' })
  const ended = once(child, 'close')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  for (;;) {
    assert.equal(child.exitCode, null, `${path} ended`)
    const socket = net.connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => socket.once('connect', () => resolve(true)).once('error', () => resolve(false)))
    socket.destroy()
    if (isOpen) return
  }
}

async function expectEcho(url: string, options: Options): Promise<void> {
  const socket = await connect(url, options)
  const message = 'x'.repeat(100_000)
  socket.send(message)
  assert.equal(await socket.receive(), message)
  assert.equal((await socket.close()).wasClean, true)
}

async function failing(attempt: Promise<unknown>): Promise<HandshakeError> {
  const error = await attempt.then(
    () => assert.fail('the connection opened'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof HandshakeError, String(error))
  assert.equal(error.stage, 'proxy')
  return error
}

test('microsocks carries ws, wss and HTTP/2, by name and by address, and its refusals are told apart [RFC 1928, RFC 1929]', {
  skip: missing('microsocks'),
  timeout: 30_000,
}, async (t) => {
  const plain = await serveFor(t, echo)
  const secure = await serveFor(t, { ...echo, tls: localhost })
  const port = await freePort()
  await start(t, pathOf('microsocks'), ['-i', '127.0.0.1', '-p', String(port), '-u', 'user', '-P', 'pass'], port)
  for (const scheme of ['socks5', 'socks5h']) {
    const options = { proxy: `${scheme}://user:pass@127.0.0.1:${port}` }
    await expectEcho(plain.url, options)
    await expectEcho(`ws://localhost:${plain.port}/`, options)
    await expectEcho(`wss://localhost:${secure.port}/`, { ...options, ...trust })
    await expectEcho(`wss://localhost:${secure.port}/`, { ...options, ...trust, http: '2' })
    const closed = await freePort()
    assert.match((await failing(connect(`ws://127.0.0.1:${closed}/`, options))).message, /reply 5, connection refused/)
    assert.match(
      (await failing(connect(plain.url, { proxy: `${scheme}://user:wrong@127.0.0.1:${port}` }))).message,
      /refused the username and password/,
    )
    assert.match((await failing(connect(plain.url, { proxy: `${scheme}://127.0.0.1:${port}` }))).message, /none of the offered .* methods/)
  }
  assert.match((await failing(connect(plain.url, { proxy: `http://127.0.0.1:${port}` }))).hint ?? '', /is this an HTTP proxy/)
})

test('tinyproxy carries ws, wss and HTTP/2 with CONNECT and credentials, and its refusals show their status [RC4, RC5, C2.11, C2.12]', {
  skip: missing('tinyproxy'),
  timeout: 30_000,
}, async (t) => {
  const plain = await serveFor(t, echo)
  const secure = await serveFor(t, { ...echo, tls: localhost })
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'hawser-tinyproxy-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'conf')
  const allowed = [plain.port, secure.port].map((one) => `ConnectPort ${one}\n`).join('')
  writeFileSync(file, `Port ${port}\nListen 127.0.0.1\nTimeout 30\nBasicAuth user pass\n${allowed}`)
  await start(t, pathOf('tinyproxy'), ['-d', '-c', file], port)
  const options = { proxy: `http://user:pass@127.0.0.1:${port}` }
  await expectEcho(plain.url, options)
  await expectEcho(`wss://localhost:${secure.port}/`, { ...options, ...trust })
  await expectEcho(`wss://localhost:${secure.port}/`, { ...options, ...trust, http: '2' })
  assert.equal((await failing(connect(plain.url, { proxy: `http://127.0.0.1:${port}` }))).status, 407)
  const forbidden = await failing(connect(`ws://127.0.0.1:${await freePort()}/`, options))
  assert.equal(forbidden.status, 403)
  assert.match(forbidden.hint ?? '', /does not allow CONNECT to port/)
})

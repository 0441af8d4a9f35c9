import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import process from 'node:process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect, serve } from '../../../src/index.ts'
import { RawClient } from '../../peers/raw-client.ts'

const names = ['handshake:begin', 'handshake:end', 'handshake:refused', 'open', 'frame', 'ping', 'backpressure', 'close'] as const

interface Told {
  readonly name: string
  readonly message: Record<string, unknown>
}

test('channels are told about handshakes, frames, Pings and ends of both ends, without credentials', async (t) => {
  const told: Told[] = []
  for (const name of names) {
    const listener = (message: unknown): void => void told.push({ name, message: message as Record<string, unknown> })
    subscribe(`hawser:${name}`, listener)
    t.after(() => unsubscribe(`hawser:${name}`, listener))
  }
  const ended: Promise<unknown>[] = []
  const server = await serve({
    port: 0,
    paths: ['/chat'],
    open: (socket) => void ended.push(socket.closed),
    message: (socket, message) => void socket.send(message),
  })
  const socket = await connect(new URL('/chat?token=secret', server.url), { headers: { Authorization: 'Bearer secret' } })
  socket.send('hello')
  await socket.receive()
  await socket.ping()
  await assert.rejects(connect(new URL('/other?token=secret', server.url)))
  await socket.close(1000)
  await Promise.all(ended)
  await new Promise((resolve) => setImmediate(resolve))
  await server.close()
  const of = (name: string, role: string): readonly Record<string, unknown>[] =>
    told.filter((one) => one.name === name && one.message['role'] === role).map(({ message }) => message)
  for (const role of ['client', 'server']) {
    const begun = of('handshake:begin', role)
    assert.deepEqual(
      begun.map(({ path }) => String(path).replace(/^ws:..[^/]*/, '')),
      ['/chat', '/other'],
    )
    const [ended] = of('handshake:end', role)
    assert.equal(ended?.['status'], 101)
    assert.ok((begun[0]?.['time'] as number) <= (ended?.['time'] as number))
    if (role === 'server') assert.equal(begun[0]?.['transport'], ended?.['transport'])
    assert.match(String(of('handshake:end', role)[0]?.['path']), /\/chat$/)
    assert.equal(of('handshake:refused', role)[0]?.['condition'], role === 'client' ? 'status-404' : 'request-path')
    assert.equal(of('open', role).length, 1)
    assert.deepEqual(
      of('frame', role).map(({ direction, opcode }) => `${direction} ${opcode}`),
      role === 'client'
        ? ['sent 1', 'received 1', 'sent 9', 'received 10', 'sent 8', 'received 8']
        : ['received 1', 'sent 1', 'received 9', 'sent 10', 'received 8', 'sent 8'],
    )
    assert.equal((of('close', role)[0]?.['info'] as { code: number }).code, 1000)
  }
  assert.equal(typeof of('ping', 'client')[0]?.['roundTripMs'], 'number')
  assert.doesNotMatch(JSON.stringify(told.map(({ message: { socket: _, ...rest } }) => rest)), /secret/)
})

test('a path has no byte that acts on a terminal', async (t) => {
  const paths: unknown[] = []
  const listener = (message: unknown): void => void paths.push((message as { path: unknown }).path)
  subscribe('hawser:handshake:refused', listener)
  t.after(() => unsubscribe('hawser:handshake:refused', listener))
  const server = await serve({ port: 0 })
  t.after(() => server.close())
  const client = await RawClient.to({ port: server.port })
  client.write(Buffer.from('GET /a\x9b31m?secret HTTP/1.1\r\nHost: localhost\r\n\r\n', 'latin1'))
  await client.response()
  client.destroy()
  assert.equal(paths.length, 1)
  assert.match(String(paths[0]), /^[!-~]+$/)
  assert.doesNotMatch(String(paths[0]), /secret/)
})

test('NODE_DEBUG=hawser prints handshakes, refusals and ends, without credentials', () => {
  const entry = new URL('../../../src/index.ts', import.meta.url).href
  const program = `
    const { connect, serve } = await import(${JSON.stringify(entry)})
    const server = await serve({ port: 0, paths: ['/chat'], message() {} })
    const socket = await connect(new URL('/chat?token=secret', server.url), { headers: { Authorization: 'Bearer secret' } })
    await connect(server.url).catch(() => {})
    await socket.close(1000)
    await server.drain()
  `
  const run = (debug: string): string =>
    execFileSync('/bin/sh', ['-c', '"$0" --import tsx --input-type=module -e "$1" 2>&1', process.execPath, program], {
      cwd: fileURLToPath(new URL('../../../../..', import.meta.url)),
      env: { ...process.env, NODE_DEBUG: debug },
      encoding: 'utf8',
    })
  const text = run('hawser')
  assert.match(text, /^HAWSER \d+: server handshake 101 \/chat$/m)
  assert.match(text, /^HAWSER \d+: client handshake 404 ws:\S+ refused: status-404$/m)
  assert.match(text, /^HAWSER \d+: server handshake 404 \/ refused: request-path$/m)
  assert.match(text, /^HAWSER \d+: client connection \d+ closed 1000 by local$/m)
  assert.doesNotMatch(text, /secret/)
  assert.equal(run(''), '')
})

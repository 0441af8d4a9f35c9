/** The process of a peer that is killed or stopped. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect } from '../../src/runtime/node/connect.ts'
import { Deferred } from '../../src/connection/deferred.ts'
import type { CloseInfo } from '../../src/core/protocol/index.ts'
import { serveFor } from '../peers/test-server.ts'
import { runProgram } from './peer-process.ts'

const quick = { keepalive: { intervalMs: 200, timeoutMs: 300 } } as const

const echoServer = `
  import { serve } from 'hawser'
  const server = await serve({ message: (socket, message) => void socket.send(message) })
  process.send(server.url)
`
const clientOf = (url: string): string => `
  import { connect } from 'hawser'
  const socket = await connect('${url}', { message: (_, message) => process.send(message) })
  process.send('open')
`

for (const [signal, fault, options] of [
  ['SIGKILL', 'network', {}],
  ['SIGSTOP', 'timeout', quick],
] as const) {
  test(`a client whose process gets ${signal} ends with 1006 and the fault ${fault}, and another client is served`, async (t) => {
    const closed = new Deferred<CloseInfo>()
    const server = await serveFor(t, {
      ...options,
      message: (socket, message) => void socket.send(message),
      close: (_, info) => closed.resolve(info),
    })
    const { child } = await runProgram(t, clientOf(server.url))
    child.kill(signal)
    for (const socket of server.connections) socket.send('to a peer that is gone')
    const { code, error } = await closed.promise
    assert.deepEqual([code, error?.fault], [1006, fault])
    assert.equal(server.connections.size, 0)
    const socket = await connect(server.url)
    socket.send('alive')
    assert.equal(await socket.receive(), 'alive')
    await socket.close()
  })

  test(`a server whose process gets ${signal} ends the client's connection with 1006 and the fault ${fault}`, async (t) => {
    const { child, first } = await runProgram(t, echoServer)
    const socket = await connect(first as string, options)
    socket.send('before')
    assert.equal(await socket.receive(), 'before')
    child.kill(signal)
    socket.send('after')
    const { code, error } = await socket.closed
    assert.deepEqual([code, error?.fault], [1006, fault])
  })
}

test('a client whose process is stopped for a second gets every message afterwards, in order, on the same connection', async (t) => {
  const ends: number[] = []
  const server = await serveFor(t, { close: (_, { code }) => void ends.push(code) })
  const { child } = await runProgram(t, clientOf(server.url))
  const received: unknown[] = []
  const all = new Deferred<void>()
  child.on('message', (message) => {
    received.push(message)
    if (received.length === 200) all.resolve()
  })
  child.kill('SIGSTOP')
  const [socket] = server.connections
  // More than the buffers of the kernel take.
  const messages = Array.from({ length: 200 }, (_, i) => `${i} ${'x'.repeat(50_000)}`)
  for (const message of messages) assert.notEqual(socket?.send(message), 'dropped')
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  assert.deepEqual([ends, received.length], [[], 0])
  child.kill('SIGCONT')
  await all.promise
  assert.deepEqual(received, messages)
  child.kill('SIGKILL')
  await once(child, 'exit')
})

test('drain ends in its time although the process of a client is stopped', async (t) => {
  const server = await serveFor(t, {})
  const { child } = await runProgram(t, clientOf(server.url))
  child.kill('SIGSTOP')
  const begin = performance.now()
  assert.deepEqual(await server.drain({ graceMs: 300 }), { closed: 0, failed: 0, terminated: 1 })
  assert.ok(performance.now() - begin < 5_000)
})

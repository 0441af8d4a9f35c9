import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, OptionError } from '../../src/index.ts'
import type { Observer } from '../../src/index.ts'
import { memoryServer } from '../../src/testing/index.ts'
import { serveFor } from '../peers/test-server.ts'

function recorder(events: string[]): Observer {
  return {
    handshake: ({ status }) => events.push(`handshake ${status}`),
    connection: ({ id }) => {
      events.push(`connection ${Number.isInteger(id)}`)
      return { frame: ({ opcode }) => events.push(`frame ${opcode}`), end: () => events.push('end') }
    },
  }
}

test('an observer comes to a running server and is told of connections from then on, and nothing after it is removed', async (t) => {
  const events: string[] = []
  const server = await serveFor(t, { message: (socket, data) => void socket.send(data) })
  const before = await connect(server.url)
  const remove = server.observe(recorder(events))
  const socket = await connect(server.url)
  for (const one of [before, socket]) {
    one.send('x')
    assert.equal(await one.receive(), 'x')
  }
  assert.deepEqual(events, ['handshake 101', 'connection true', 'frame 1', 'frame 1'])
  remove()
  remove()
  socket.send('y')
  assert.equal(await socket.receive(), 'y')
  await Promise.all([before.close(), socket.close()])
  assert.equal(events.length, 4)
  for (const wrong of [undefined, null, 1, { frames() {} }, { handshake: 1 }]) {
    assert.throws(() => server.observe(wrong as Observer), OptionError)
  }
})

test('an observer that is not active is told nothing of the handshake and of its connection', async () => {
  const events: string[] = []
  let isActive = false
  const server = memoryServer({ observe: { ...recorder(events), isActive: () => isActive } })
  const first = await server.connect('/')
  isActive = true
  await first.close()
  assert.deepEqual(events, [])
  await (await server.connect('/')).close()
  assert.deepEqual(events, ['handshake 101', 'connection true', 'frame 8', 'frame 8', 'end'])
})

test('observers that fail are reported, and the connection works', async () => {
  const fails = (): never => {
    throw new Error('mine')
  }
  for (const observe of [{ isActive: fails, handshake: () => undefined }, { handshake: fails }, { connection: fails }] as Observer[]) {
    const errors: string[] = []
    const server = memoryServer({ message: (socket, data) => void socket.send(data), observe, error: (_error, where) => errors.push(where) })
    const socket = await server.connect('/', { observe, error: (_error, where) => errors.push(`client ${where}`) })
    socket.send('x')
    assert.equal(await socket.receive(), 'x')
    assert.ok(errors.includes('observe') && errors.includes('client observe'), errors.join())
  }
})

test('isActive is asked once for a handshake: who was not told of it is told nothing of its connection', async (t) => {
  const events: string[] = []
  let asked = 0
  const server = await serveFor(t, { observe: { ...recorder(events), isActive: () => ++asked > 1 } })
  await (await connect(server.url)).close()
  assert.deepEqual([asked, events], [1, []])
  const late: string[] = []
  const latecomer = recorder(late)
  const remove = server.observe({ handshake: () => void server.observe(latecomer) })
  await (await connect(server.url)).close()
  assert.deepEqual([asked, events[0], late], [2, 'handshake 101', []])
  remove()
  await (await connect(server.url)).close()
  assert.equal(late[0], 'handshake 101')
})

test('an observer that is added twice observes once, until it is removed', async (t) => {
  const events: string[] = []
  const server = await serveFor(t, {})
  const observer = recorder(events)
  const remove = server.observe(observer)
  server.observe(observer)
  await (await connect(server.url)).close()
  assert.deepEqual(events.slice(0, 3), ['handshake 101', 'connection true', 'frame 8'])
  assert.equal(events.filter((event) => event === 'connection true').length, 1)
  remove()
  const before = events.length
  await (await connect(server.url)).close()
  assert.equal(events.length, before)
})

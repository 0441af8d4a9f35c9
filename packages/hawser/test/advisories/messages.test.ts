/** Defects of other software in the work that messages cause; docs/advisories.md lists them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json } from '../../src/core/subprotocols/index.ts'
import { memoryServer, settle } from '../../src/testing/index.ts'
import { createTestPlatform } from '../../src/testing/platform.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { RawLink } from './raw-link.ts'

test('sizes are limited without any option, from the first frame on [CVE-2026-44545]', async () => {
  const server = memoryServer({ upgrade: () => ({}), message: () => undefined })
  for (const header of ['\x82\xff\0\0\0\0\0\x10\0\x01mask', '\x02\xff\0\0\0\0\0\x10\0\x01mask']) {
    const raw = new RawLink(server)
    await raw.write(openingRequest(), header)
    assert.equal(raw.closeCode, 1009)
  }
})

test('a flood of messages runs one handler at a time, and the rest waits at the peer [CVE-2026-34824]', async () => {
  let running = 0
  let most = 0
  const work: (() => void)[] = []
  const server = memoryServer({
    message: async () => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => work.push(resolve))
      running--
    },
  })
  const socket = await server.connect('/')
  const [serving] = server.connections
  for (let i = 0; i < 2_000; i++) socket.send('x'.repeat(1_000))
  await settle()
  assert.ok(socket.bufferedAmount > 1_500_000, 'the messages wait at the peer')
  assert.equal(serving?.readyState, 'OPEN')
  for (let done = 0; done < 2_000; done++) {
    while (work.length === 0) await settle()
    work.shift()?.()
  }
  await settle()
  assert.equal(most, 1)
})

test('a flood of Pongs starts no timer and no task [CVE-2026-48802]', async () => {
  const server = memoryServer()
  const raw = new RawLink(server)
  await raw.write(openingRequest())
  const { pending } = server.clock
  const before = raw.bytes.length
  for (let i = 0; i < 900; i++) await raw.write(clientFrame(10, `${i}`))
  assert.equal(server.clock.pending, pending)
  assert.equal(raw.bytes.length, before)
  assert.equal(server.connections.size, 1)
})

test('whatever is sent to a codec ends its own connection or is plain data [CVE-2022-22971, CVE-2022-2421, CVE-2026-33151]', async () => {
  const delivered: unknown[] = []
  const refused: string[] = []
  const server = memoryServer({
    subprotocols: { json: json() },
    invalidMessage: 1007,
    message: (_, message) => void delivered.push(message),
    invalid: (_, error) => void refused.push(error.name),
  })
  const data = [
    '{"_placeholder":true,"num":"splice"}',
    '{"_placeholder":true,"num":1e9}',
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '["451111-",{"_placeholder":true,"num":0}]',
    '1e999',
  ]
  const broken = [
    'CONNECT\nheart-beat:-1,-1\n\n\0',
    'SUBSCRIBE\nselector:T(java.lang.Runtime)\n\n\0',
    '[',
    '{"a":1',
    '\ud800',
    '['.repeat(100_000),
    '{'.repeat(100_000),
    '',
  ]
  for (const text of data) {
    const socket = await server.connect('/', { subprotocols: ['json'] })
    socket.send(text)
    await settle()
    assert.deepEqual(delivered.pop(), JSON.parse(text), text)
    assert.equal(socket.readyState, 'OPEN')
    await socket.close()
  }
  for (const text of broken) {
    const socket = await server.connect('/', { subprotocols: ['json'] })
    socket.send(text)
    const { code } = await socket.closed
    assert.equal(code, 1007, text.slice(0, 40))
  }
  assert.equal(({} as { polluted?: number }).polluted, undefined)
  assert.deepEqual([delivered, refused.length, server.connections.size], [[], broken.length, 0])
})

test('any order of joining, leaving, closing and publishing delivers each message once, in order, to those who are there [uWebSockets#962, uWebSockets#1092, uWebSockets#1924, uWebSockets.js#203]', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { random } = createTestPlatform(seed)
    const below = (limit: number): number => random.uint32() % limit
    const room = new Set<any>()
    let published = 0
    const expected = new Map<string, number[]>()
    const publish = (): void => {
      const number = ++published
      for (const member of room) if (member.readyState === 'OPEN') expected.get(member.context)?.push(number)
      const { sent } = server.broadcast(String(number), { to: room })
      assert.ok(sent <= room.size)
    }
    const server = memoryServer({
      upgrade: ({ url }) => ({ context: url.search.slice(1) }),
      open: (socket) => void room.add(socket),
      close: (socket) => {
        // Publishing while a member leaves: it is still in the room, and closed.
        publish()
        room.delete(socket)
      },
      message: (socket) => {
        publish()
        socket.terminate()
        publish()
      },
    })
    const clients: { name: string; socket: any; received: number[] }[] = []
    for (let step = 0; step < 60; step++) {
      const one = clients[below(Math.max(1, clients.length))]
      const action = below(6)
      if (action === 0 || one === undefined) {
        const name = `${seed}.${step}`
        const received: number[] = []
        expected.set(name, [])
        const socket = await server.connect(`/?${name}`, { message: (_, message) => void received.push(Number(message)) })
        clients.push({ name, socket, received })
        for (const member of server.connections) if (below(4) === 0) room.add(member)
      } else if (action === 1) await one.socket.close()
      else if (action === 2) one.socket.send('bye')
      else if (action === 3) [...server.connections][below(Math.max(1, server.connections.size))]?.terminate()
      else publish()
      if (below(2) === 0) await settle()
    }
    await settle()
    for (const { name, socket, received } of clients) {
      const due = expected.get(name) ?? []
      // Those who were dropped have a prefix; nobody has anything twice or out of order.
      assert.deepEqual(received, socket.readyState === 'OPEN' ? due : due.slice(0, received.length), `seed ${seed}, ${name}`)
    }
    assert.deepEqual(server.errors, [])
    await server.close()
    assert.equal(room.size, 0)
  }
})

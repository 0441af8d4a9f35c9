import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CloseInfo, Socket } from '../../src/index.ts'
import { OptionError } from '../../src/index.ts'
import { openOnBun, openOnCrossws } from './doubles.ts'

test("closed waits for the platform's report, and gives who closed and why [RFC 6455 §7.1.5, §7.1.6]", async () => {
  const ends: CloseInfo[] = []
  const { close, peer } = await openOnCrossws({ message() {}, close: (_, info) => void ends.push(info) })
  close(4001, 'enough')
  assert.deepEqual([ends[0]?.code, ends[0]?.reason, ends[0]?.wasClean, ends[0]?.initiator], [4001, 'enough', true, 'remote'])
  assert.deepEqual(peer.closes, [])
})

test('close sends one Close frame, checks its code and reason, and resolves with the report', async () => {
  let socket: Socket | undefined
  const { close, peer } = await openOnCrossws({ open: (one) => void (socket = one) })
  assert.ok(socket !== undefined)
  assert.throws(() => socket?.close(1006 as never), OptionError)
  assert.throws(() => socket?.close(1000, 'é'.repeat(62)), OptionError)
  const closed = socket.close(4002, 'done')
  void socket.close(4003)
  assert.deepEqual([socket.readyState, peer.closes], ['CLOSING', ['4002 done']])
  assert.equal(socket.send('a'), 'closed')
  close(4002, 'done')
  assert.equal((await closed).wasClean, true)
  assert.equal(socket.readyState, 'CLOSED')
})

test('a peer that does not answer the Close frame is dropped after closeTimeoutMs', async () => {
  let socket: Socket | undefined
  const { peer } = await openOnCrossws({ closeTimeoutMs: 5, open: (one) => void (socket = one) })
  const alive = setInterval(() => undefined, 1_000)
  const info = await socket?.close()
  clearInterval(alive)
  assert.deepEqual([info?.code, info?.wasClean, info?.error?.fault], [1006, false, 'timeout'])
  assert.deepEqual(peer.closes, ['1000', '1001'])
})

test('terminate is CLOSED at once, with a Close frame only where the platform can do no better', async () => {
  let socket: Socket | undefined
  const bun = await openOnBun({ open: (one) => void (socket = one) })
  socket?.terminate()
  assert.deepEqual(bun.socket.calls, ['terminate'])
  assert.deepEqual([socket?.readyState, (await socket?.closed)?.code], ['CLOSED', 1006])
  const crossws = await openOnCrossws({ open: (one) => void (socket = one) })
  socket?.terminate()
  assert.deepEqual(crossws.peer.closes, ['1001'])
  assert.equal(socket?.readyState, 'CLOSED')
  // What the platform reports afterwards changes nothing.
  crossws.close(1001)
  assert.equal((await socket?.closed)?.error?.fault, 'application')
})

test('an exception of the platform for a socket that is closed already reaches nobody', async () => {
  let socket: Socket | undefined
  const { peer } = await openOnCrossws({ closeTimeoutMs: 5, open: (one) => void (socket = one) })
  peer.close = () => {
    throw new Error('already closed')
  }
  socket?.terminate()
  assert.equal(socket?.readyState, 'CLOSED')
})

test('a socket that the platform closes before it opens it calls no handler', async () => {
  const called: string[] = []
  const { crosswsServer } = await import('../../src/fetch/index.ts')
  const { openingOf, PeerDouble } = await import('./doubles.ts')
  const server = crosswsServer({ open: () => called.push('open'), close: () => called.push('close'), message() {}, limits: { connections: 1 } })
  for (let i = 0; i < 3; i++) {
    const answer = await server.hooks.upgrade(openingOf())
    assert.ok(!(answer instanceof Response), 'the place is free again')
    server.hooks.close(new PeerDouble(answer.context), { code: 1006 })
  }
  assert.deepEqual(called, [])
})

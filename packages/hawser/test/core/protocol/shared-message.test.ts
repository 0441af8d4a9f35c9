import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ExtensionCallback, type ExtensionFrame, PENDING, RSV1 } from '../../../src/core/protocol/extension.ts'
import { SharedMessage } from '../../../src/core/protocol/shared-message.ts'
import { Recorder } from './recorder.ts'
import { asynchronous, Gate, xor, type TestSession } from './test-extensions.ts'

const original: ExtensionFrame = { opcode: 1, first: true, fin: true, rsv: 0, payload: Uint8Array.of(0x61) }
const encoded: ExtensionFrame = { ...original, rsv: RSV1, payload: Uint8Array.of(0x62, 0x63) }

function adopting(inner: TestSession): { readonly session: TestSession; readonly adopted: ExtensionFrame[] } {
  const adopted: ExtensionFrame[] = []
  return { session: { ...inner, adoptShared: (_, frame) => void adopted.push(frame) }, adopted }
}

/** A message that `encodeShared` answers with `result`, or later through the callback that `keep` is given. */
function shared(result: ExtensionFrame | undefined, keep?: (done: ExtensionCallback) => void): SharedMessage {
  const session = {
    ...xor(0xff, RSV1),
    encodeShared: (_frame: ExtensionFrame, _options: unknown, done: ExtensionCallback) => {
      keep?.(done)
      return result ?? PENDING
    },
  }
  return new SharedMessage(session, original, {})
}

test('a shared message is serialized once, and every session that sends it is notified', () => {
  const message = shared(encoded)
  for (let i = 0; i < 2; i++) {
    const { session, adopted } = adopting(xor(0xff, RSV1))
    const server = new Recorder('server', { extensions: [session] })
    assert.equal(server.connection.sendShared(message), true)
    assert.equal(server.takeHex(), 'c1026263')
    assert.deepEqual(adopted, [encoded])
  }
  assert.equal(message.serialize(encoded), message.serialize(encoded))
})

test('a shared message keeps its place behind a message that is being encoded, and is adopted only then', () => {
  const gate = new Gate()
  const { session, adopted } = adopting(asynchronous(gate, xor(0xff, RSV1)))
  const server = new Recorder('server', { extensions: [session] })
  server.connection.sendText('a')
  server.connection.sendShared(shared(encoded))
  server.connection.sendText('b')
  assert.equal(server.connection.queuedBytes, 3 + 3 * 64)
  assert.deepEqual(adopted, [])
  gate.release()
  assert.equal(server.takeHex(), 'c1019e' + 'c1026263')
  assert.deepEqual(adopted, [encoded])
  gate.release()
  assert.equal(server.takeHex(), 'c1019d')
})

test('messages wait behind a shared message that is still being encoded, and a Ping overtakes it', () => {
  let settle: ExtensionCallback = () => undefined
  const message = shared(undefined, (done) => {
    settle = done
  })
  const { session, adopted } = adopting(xor(0xff, RSV1))
  const server = new Recorder('server', { extensions: [session] })
  server.connection.sendShared(message)
  server.connection.sendText('b')
  server.connection.sendPing()
  assert.equal(server.takeHex(), '8900')
  assert.equal(server.connection.queuedBytes, 2 + 2 * 64)
  settle(encoded)
  assert.equal(server.takeHex(), 'c1026263' + 'c1019d')
  assert.deepEqual(adopted, [encoded])
})

test('a shared message that cannot be encoded fails each connection it was for, before and after the failure', () => {
  let settle: ExtensionCallback = () => undefined
  const message = shared(undefined, (done) => {
    settle = done
  })
  const servers = [0, 1].map(() => new Recorder('server', { extensions: [adopting(xor(0xff, RSV1)).session] }))
  servers[0]!.sent(servers[0]!.connection.sendShared(message))
  settle(new Error('no memory'))
  servers[1]!.sent(servers[1]!.connection.sendShared(message))
  for (const { connection } of servers) {
    assert.equal(connection.readyState, 'CLOSING')
    assert.equal(connection.sendShared(message), false)
  }
})

test('no shared message comes between the fragments of another [§5.4]', () => {
  const server = new Recorder('server', { extensions: [adopting(xor(0xff, RSV1)).session] })
  server.connection.sendFragment('a', { first: true, fin: false })
  assert.throws(() => server.connection.sendShared(shared(encoded)), /last fragment must come before/)
})

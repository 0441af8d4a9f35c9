import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { RSV1 } from '../../../src/core/protocol/extension.ts'
import { join, KEY, Recorder } from './recorder.ts'
import { asynchronous, Gate, xor } from './test-extensions.ts'

const message = (text: string): Uint8Array => serializeFrame({ opcode: 1, payload: new Uint8Array(Buffer.from(text)), maskingKey: KEY })

test('pausing after each message of many chunks keeps order and every message', () => {
  const server = new Recorder('server')
  const expected = Array.from({ length: 200 }, (_, i) => `message ${i}`)
  const bytes = join(expected.map(message))
  server.onMessage = () => server.connection.pause()
  for (let at = 0; at < bytes.length; at += 333) server.receive(bytes.subarray(at, at + 333))
  let rounds = 0
  while (server.connection.paused && rounds++ < 1000) server.connection.resume()
  assert.deepEqual(server.messages, expected)
  assert.equal(server.connection.heldBytes, 0)
})

test('a small rest does not keep a large chunk alive', () => {
  const server = new Recorder('server')
  server.onMessage = () => server.connection.pause()
  server.connection.receive(join([serializeFrame({ opcode: 2, payload: new Uint8Array(60_000), maskingKey: KEY }), message('rest')]), 0)
  assert.ok(server.connection.heldBytes < 100)
  server.connection.resume()
  assert.equal(server.messages[1], 'rest')
})

test('resume without pause does nothing', () => {
  const server = new Recorder('server')
  server.connection.resume()
  assert.deepEqual(server.log, [])
})

test('an end of the transport that is told inside message is acted on after the chunk', () => {
  for (const [event, log] of [
    ['end', ['message text "a"', 'message text "b"', 'closing', 'end transport']],
    ['gone', ['message text "a"', 'closing', 'message text "b"', 'closed 1006 network']],
  ] as const) {
    const server = new Recorder('server')
    server.onMessage = (data) => {
      if (data !== 'a') return
      if (event === 'end') server.connection.receiveEnd(0)
      else server.connection.transportClosed(undefined)
    }
    server.receive(join([message('a'), message('b')]))
    assert.deepEqual(server.log, log)
  }
})

test('when an extension has decoded a fragment in its own time, the layer above is told to read on, although no message came', async () => {
  const gate = new Gate()
  const server = new Recorder('server', { extensions: [asynchronous(gate, xor(0xff, RSV1))] })
  const held: boolean[] = []
  Object.assign(server, { inputReady: () => held.push(server.connection.holdsInput) })
  const fragment = (opcode: number, rsv: number, fin: boolean): Uint8Array =>
    serializeFrame({ opcode, rsv, fin, payload: Uint8Array.of(0x61 ^ 0xff), maskingKey: KEY })
  server.receive(fragment(1, RSV1, false))
  assert.equal(server.connection.holdsInput, true)
  assert.deepEqual(held, [])
  await gate.release()
  assert.deepEqual(held, [false])
  assert.deepEqual(server.messages, [])
  server.receive(fragment(0, 0, true))
  await gate.release()
  assert.deepEqual(server.messages, ['aa'])
  assert.deepEqual(held, [false, false])
})

test('when what an extension decoded fails the connection for good, nobody is told to read on', async () => {
  const gate = new Gate()
  const server = new Recorder('server', { extensions: [asynchronous(gate, xor(0xff, RSV1))] })
  let told = 0
  Object.assign(server, { inputReady: () => told++ })
  server.receive(serializeFrame({ opcode: 1, rsv: RSV1, payload: Uint8Array.of(1), maskingKey: KEY }))
  server.connection.transportClosed(new Error('reset'))
  await gate.release()
  assert.equal(server.info?.code, 1006)
  assert.equal(told, 0)
})

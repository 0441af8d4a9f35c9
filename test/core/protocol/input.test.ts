import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { join, KEY, Recorder } from './recorder.ts'

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

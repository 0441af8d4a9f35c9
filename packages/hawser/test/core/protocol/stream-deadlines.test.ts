import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromClient, LIMITS, StreamRecorder } from './recorder.ts'

const limits = { ...LIMITS, incompleteMs: 1000 }

/** A server whose time passes step by step. */
function advance(server: StreamRecorder, now: number): void {
  server.now = now
  server.connection.handleTimeout(now)
}

test('a streamed message may take any time while bytes arrive, and fails with 1008 once none came for limits.incompleteMs', () => {
  const server = new StreamRecorder('server', { limits, keepaliveIntervalMs: 0 })
  const frame = fromClient(2, new Uint8Array(100))
  for (let at = 6; at < 56; at++) {
    advance(server, at * 900)
    server.receive(frame.subarray(at === 6 ? 0 : at, at + 1))
  }
  const last = 55 * 900
  assert.equal(server.connection.nextTimeout(), last + 1000)
  advance(server, last + 999)
  assert.equal(server.connection.readyState, 'OPEN')
  advance(server, last + 1000)
  assert.equal(server.finish().sent?.code, 1008)
  assert.match(server.error?.message ?? '', /incomplete 1000 ms after its latest byte/)
})

test('control frames are no progress of a message', () => {
  const server = new StreamRecorder('server', { limits, keepaliveIntervalMs: 0 })
  server.receive(fromClient(2, 'abc', false))
  for (let now = 300; now < 1000; now += 300) {
    advance(server, now)
    server.receive(fromClient(10, 'p'))
  }
  advance(server, 1000)
  assert.equal(server.finish().sent?.code, 1008)
})

test('time in which nothing is read does not count: it starts again with resume', () => {
  const server = new StreamRecorder('server', { limits, keepaliveIntervalMs: 0 })
  server.receive(fromClient(2, 'abc', false))
  server.connection.pause()
  for (const now of [1000, 2500]) advance(server, now)
  server.connection.resume(3000)
  advance(server, 3999)
  assert.equal(server.connection.readyState, 'OPEN')
  advance(server, 4000)
  assert.equal(server.finish().sent?.code, 1008)
})

test('a frame header that never ends has limits.incompleteMs from its first byte', () => {
  const server = new StreamRecorder('server', { limits, keepaliveIntervalMs: 0 })
  const frame = fromClient(2, 'abc')
  server.receive(frame.subarray(0, 1))
  advance(server, 600)
  server.receive(frame.subarray(1, 3))
  advance(server, 1000)
  assert.equal(server.finish().sent?.code, 1008)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/index.ts'
import { inspect } from '../../src/inspect/index.ts'
import type { Inspection } from '../../src/inspect/index.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'
import { connectionsOf, reportOf } from './reports.ts'

test('one connection: who, when, its frames with their bits, and its end with both close codes', async (t) => {
  const server = await serveFor(t, { subprotocols: ['chat'], message: (socket, data) => void socket.send(data) })
  const page = inspect(server)
  const client = await server.client()
  client.write(openingRequest('/room?x=1', { 'Sec-WebSocket-Protocol': 'chat' }))
  await client.response()
  client.write(clientFrame(1, 'Hel', { fin: false }))
  client.write(clientFrame(9, 'now'))
  client.write(clientFrame(0, 'lo'))
  client.write(clientFrame(8, Buffer.from([0x0f, 0xa1, 0x62, 0x79, 0x65])))
  await client.end()
  client.destroy()
  await ended(page)
  const report = await reportOf(page, 1)
  assert.deepEqual(
    [report.role, report.state, report.target, report.status, report.subprotocol, report.code, report.problem],
    ['server', 'CLOSED', '/room?x=1', 101, 'chat', 4001, ''],
  )
  assert.match(report.remote, /^127\.0\.0\.1:\d+$/)
  assert.ok(report.endedAt !== null && report.endedAt >= report.startedAt && Math.abs(report.startedAt - Date.now()) < 60_000)
  assert.deepEqual(
    report.frames.map(({ direction, opcode, fin, maskingKey, length, payload, message }) => [
      direction,
      opcode,
      fin,
      maskingKey,
      length,
      Buffer.from(payload, 'base64').toString('latin1'),
      message,
    ]),
    [
      ['received', 1, false, '12345678', 3, 'Hel', 1],
      ['received', 9, true, '12345678', 3, 'now', null],
      ['sent', 10, true, null, 3, 'now', null],
      ['received', 0, true, '12345678', 2, 'lo', 1],
      ['sent', 1, true, null, 5, 'Hello', 1],
      ['received', 8, true, '12345678', 5, '\x0f\xa1bye', null],
      ['sent', 8, true, null, 5, '\x0f\xa1bye', null],
    ].sort((left, right) => order(report.frames, left) - order(report.frames, right)),
  )
  assert.deepEqual(
    report.closing?.steps.map(({ what, code, reason }) => [what, code, reason]),
    [
      ['received', 4001, 'bye'],
      ['sent', 4001, 'bye'],
      ['ended', null, ''],
    ],
  )
  assert.deepEqual([report.closing?.initiator, report.closing?.wasClean], ['remote', true])
  assert.deepEqual([report.received.messages, report.received.bytes, report.sent.messages], [1, 13, 1])
  assert.deepEqual(
    (await reportOf(page, 1, 5)).frames.map(({ number }) => number),
    [5, 6],
  )
})

async function ended(page: Inspection): Promise<void> {
  while ((await connectionsOf(page)).connections.some(({ state }) => state === 'OPEN'));
}

/** Where TCP splits the client's bytes decides when the Pong leaves. */
function order(frames: readonly { direction: string; opcode: number }[], [direction, opcode]: readonly unknown[]): number {
  return frames.findIndex((frame) => frame.direction === direction && frame.opcode === opcode)
}

test('a refused handshake stays, with its reason', async (t) => {
  const server = await serveFor(t, { paths: ['/here'] })
  const page = inspect(server)
  await assert.rejects(connect(`${server.url}there?token=abc`, { observe: page.observer }))
  const { connections } = await connectionsOf(page)
  assert.deepEqual(
    connections.map(({ role, state, status, target }) => [role, state, status, target.replace(/:\d+/, '')]),
    [
      ['client', 'FAILED', 404, 'ws://127.0.0.1/there?token=(withheld)'],
      ['server', 'FAILED', 404, '/there?token=(withheld)'],
    ],
  )
  assert.ok(connections.every(({ problem }) => problem !== ''))
})

test('a protocol error is the problem of its connection', async (t) => {
  const server = await serveFor(t, {})
  const page = inspect(server)
  const client = await server.client()
  client.write(openingRequest())
  await client.response()
  client.write(clientFrame(3, 'x'))
  await client.end()
  client.destroy()
  await ended(page)
  const report = await reportOf(page, 1)
  assert.deepEqual([report.state, report.closing?.initiator, report.closing?.steps[0]?.code], ['CLOSED', 'local', 1002])
  assert.match(report.problem, /opcode/)
})

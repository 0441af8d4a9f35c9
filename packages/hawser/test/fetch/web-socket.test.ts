import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlatformEvents, PlatformSocket } from '../../src/fetch/platform-socket.ts'
import { listenTo } from '../../src/fetch/web-socket.ts'
import { WebSocketDouble } from './web-socket-double.ts'

function recorder(): { events: PlatformEvents; seen: unknown[]; socket(): PlatformSocket } {
  const seen: unknown[] = []
  let opened: PlatformSocket | undefined
  return {
    seen,
    socket: () => opened as PlatformSocket,
    events: {
      platformOpened: (socket) => {
        opened = socket
        seen.push('open')
      },
      platformMessage: (data) => seen.push(data),
      platformDrained: () => seen.push('drained'),
      platformPong: () => seen.push('pong'),
      platformFailed: (error) => seen.push((error as Error).message),
      platformClosed: (code, reason) => seen.push(code, reason),
    },
  }
}

test('a socket that is open is opened at once, another one with its event', () => {
  const open = recorder()
  listenTo(new WebSocketDouble(1), open.events, false)
  assert.deepEqual(open.seen, ['open'])
  const connecting = recorder()
  const socket = new WebSocketDouble(0)
  listenTo(socket, connecting.events, false)
  assert.deepEqual(connecting.seen, [])
  socket.emit('open', {})
  assert.deepEqual(connecting.seen, ['open'])
})

test('messages, errors and the end arrive as the connection takes them; code 0 is 1006', () => {
  const { events, seen } = recorder()
  const socket = new WebSocketDouble(1)
  listenTo(socket, events, false)
  assert.equal(socket.binaryType, 'arraybuffer')
  socket.emit('message', { data: 'a' })
  socket.emit('message', { data: new Uint8Array([1, 2]).buffer })
  socket.emit('message', { data: { a: 'blob' } })
  socket.emit('error', { message: 'Unexpected EOF' })
  socket.emit('close', { code: 0, reason: '' })
  assert.deepEqual(seen, ['open', 'a', new Uint8Array([1, 2]), 'Unexpected EOF', 1006, ''])
})

test('sends, closes, and tells what is buffered where that can be believed', () => {
  for (const [believed, expected] of [
    [true, 7],
    [false, undefined],
  ] as const) {
    const recorded = recorder()
    const socket = new WebSocketDouble(1)
    socket.bufferedAmount = 7
    listenTo(socket, recorded.events, believed)
    const platform = recorded.socket()
    platform.send('a', undefined)
    platform.close(4000, 'b')
    assert.deepEqual([platform.bufferedAmount, platform.reportsDrain], [expected, false])
    assert.deepEqual([socket.sent, socket.closes], [['a'], [[4000, 'b']]])
  }
})

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { HandshakeLog } from '../../../src/cli/inspect/handshake-log.ts'

const transport = {
  httpVersion: '1.1',
  secure: false,
  remoteAddress: undefined,
  remotePort: undefined,
  localAddress: undefined,
  localPort: undefined,
} as const
const event = (target: string, status = 101) => ({
  role: 'server' as const,
  url: undefined,
  time: 0,
  reason: undefined,
  error: undefined,
  request: Buffer.from(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`),
  response: Buffer.from(`HTTP/1.1 ${status} X\r\n\r\n`),
  status,
  rule: undefined,
  transport,
})

test('keeps a handshake under the id in its target, and no handshake without one', () => {
  const log = new HandshakeLog([])
  const id = randomUUID()
  log.record(event(`/chat?a=1&inspect=${id}&b=2`))
  assert.equal(log.get(id)?.status, 101)
  for (const target of ['/', '/?inspect=1', `/?notinspect=${id}`, `/inspect=${id}`, `/?inspect=${id}x`, '/?inspect=__proto__'])
    log.record(event(target))
  assert.equal(log.get('1'), undefined)
  assert.equal(log.get('__proto__'), undefined)
})

test('reads the id from :path over HTTP/2, and none from a head that is not one', () => {
  const log = new HandshakeLog([])
  const [id, other] = [randomUUID(), randomUUID()]
  log.record({ ...event('/'), request: Buffer.from(`:method: CONNECT\r\n:protocol: websocket\r\n:path: /?inspect=${id}\r\nx: y\r\n\r\n`) })
  log.record({ ...event('/'), request: Buffer.from(`?inspect=${other}\r\n`) })
  log.record({ ...event('/'), request: Buffer.from(`:method: CONNECT\r\nx: ?inspect=${other}\r\n\r\n`) })
  assert.ok(log.get(id))
  assert.equal(log.get(other), undefined)
})

test('keeps the first handshake with an id', () => {
  const log = new HandshakeLog([])
  const id = randomUUID()
  log.record(event(`/?inspect=${id}`, 404))
  log.record(event(`/?inspect=${id}`, 101))
  assert.equal(log.get(id)?.status, 404)
})

test('keeps a hundred and drops the oldest first', () => {
  const log = new HandshakeLog([])
  const ids = Array.from({ length: 101 }, () => randomUUID())
  for (const id of ids) log.record(event(`/?inspect=${id}`))
  assert.equal(log.get(ids[0] ?? ''), undefined)
  assert.ok(log.get(ids[1] ?? ''))
  assert.ok(log.get(ids[100] ?? ''))
})

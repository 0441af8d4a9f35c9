import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHostPolicy } from '../../../src/core/handshake/index.ts'
import type { FieldLine } from '../../../src/core/handshake/index.ts'
import { createRuntime } from '../../../src/connection/runtime.ts'
import { handleStream, pathOf, readStreamRequest, refuseStream } from '../../../src/server/http2/requests.ts'
import type { ServerStream } from '../../../src/server/http2/responder.ts'
import type { AnyServerOptions } from '../../../src/server/settings.ts'
import { readServerSettings } from '../../../src/server/settings.ts'
import { ServerCore } from '../../../src/server/server-core.ts'
import { createTestPlatform, ManualClock } from '../../../src/testing/index.ts'
import { MemoryTransport } from '../../../src/testing/transport-pair.ts'
import { localhost } from '../../certificates/index.ts'
import { http2Session, openStream } from '../../peers/http2-client.ts'
import { connectLines } from '../../peers/raw-http2.ts'
import { serveFor } from '../../peers/test-server.ts'

/** A stream without a session, that keeps the response. */
class StreamDouble extends MemoryTransport implements ServerStream {
  impatient = false
  status = 0
  fields: readonly FieldLine[] = []

  respond(status: number, fields: readonly FieldLine[]): void {
    this.status = status
    this.fields = fields
  }
}

const raw = (changes: Record<string, string | undefined> = {}): string[] => connectLines(changes).flatMap(([name, value]) => [name, value])
const hosts = createHostPolicy(undefined, undefined)

function answered(options: AnyServerOptions, lines: readonly string[], refused = false): StreamDouble {
  const core = new ServerCore(readServerSettings(options), createRuntime(createTestPlatform(1), new ManualClock()), () => undefined)
  const stream = new StreamDouble({ info: { httpVersion: '2', secure: true } })
  const request = readStreamRequest(lines, false)
  if (refused) refuseStream(core, stream, request)
  else handleStream(core, stream, request, core.settings.paths, hosts)
  return stream
}

test('pseudo-header fields are separated from fields, which keep their order and their repetitions', () => {
  const request = readStreamRequest([':method', 'CONNECT', ':protocol', 'websocket', ':path', '/a?b', 'x', '1', '__proto__', 'p', 'x', '2'], false)
  assert.deepEqual(
    [request.method, request.protocol, request.path, request.scheme, request.authority],
    ['CONNECT', 'websocket', '/a?b', undefined, undefined],
  )
  assert.deepEqual(
    [...request.fields],
    [
      ['x', '1'],
      ['__proto__', 'p'],
      ['x', '2'],
    ],
  )
  assert.equal(request.lines.length, 6)
  assert.deepEqual([request.endStream, readStreamRequest([], true).endStream], [false, true])
})

test('the path is that of :path, where it can be read', () => {
  const path = (target: string): string | undefined => pathOf(readStreamRequest([':path', target], false))
  assert.deepEqual(['/a?b=/c', '*', '', 'https://h/a', '/a#b'].map(path), ['/a', undefined, undefined, undefined, undefined])
})

test('an Extended CONNECT is accepted with 200 and without Sec-WebSocket-Accept, over any transport [RFC 8441 §5]', () => {
  const stream = answered({ subprotocols: ['chat'] }, raw({ 'sec-websocket-protocol': 'chat' }))
  assert.deepEqual([stream.status, stream.fields, stream.impatient], [200, [['sec-websocket-protocol', 'chat']], false])
  assert.equal(answered({}, raw({ 'sec-websocket-key': 'x' })).impatient, true)
})

test('a head above the limits is refused with 414 or 431', () => {
  const limits = { startLine: 20, fields: 2, fieldSection: 60 }
  assert.equal(answered({ limits }, raw({ ':path': `/${'p'.repeat(20)}` })).status, 414)
  assert.equal(answered({ limits }, [...raw(), 'a', '1', 'b', '2']).status, 431)
  assert.equal(answered({ limits }, [...raw(), 'a', '1'.repeat(60)]).status, 431)
})

for (const [what, changes, status] of [
  ['another :protocol', { ':protocol': 'connect-udp' }, 501],
  ['a classic CONNECT', { ':protocol': undefined }, 501],
  ['a GET of a path that upgrades', { ':method': 'GET', ':protocol': undefined, ':path': '/ws' }, 405],
  ['a GET of another path', { ':method': 'GET', ':protocol': undefined, ':path': '/other' }, 404],
  ['a path that nobody serves', { ':path': '/other' }, 404],
] as const) {
  test(`${what} is refused with ${status} if no other listener answers`, () => {
    assert.equal(answered({ paths: ['/ws'] }, raw(changes), true).status, status)
  })
}

test('limits.connections applies over HTTP/2: 503 with Retry-After, and the session continues', async (t) => {
  const server = await serveFor(t, { tls: localhost, limits: { connections: 1 } })
  const session = await http2Session(t, server.url)
  assert.equal(await openStream(session).status(), 200)
  const response = await openStream(session).response()
  assert.equal(response[':status'], 503)
  assert.ok(response['retry-after'])
})

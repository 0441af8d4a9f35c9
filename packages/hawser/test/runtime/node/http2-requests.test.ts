import assert from 'node:assert/strict'
import { constants } from 'node:http2'
import type { ServerHttp2Stream } from 'node:http2'
import { test } from 'node:test'
import { pathOf, readStreamRequest } from '../../../src/runtime/node/http2-requests.ts'
import { localhost } from '../../certificates/index.ts'
import { http2Session, openStream } from '../../peers/http2-client.ts'
import { serveFor } from '../../peers/test-server.ts'

const open = { endAfterHeaders: false } as ServerHttp2Stream

test('pseudo-header fields are told apart from fields, which keep their order and their repetitions', () => {
  const request = readStreamRequest(open, [':method', 'CONNECT', ':protocol', 'websocket', ':path', '/a?b', 'x', '1', '__proto__', 'p', 'x', '2'], 0)
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
  assert.equal(request.endStream, false)
  assert.equal(readStreamRequest(open, [], constants.NGHTTP2_FLAG_END_STREAM).endStream, true)
  assert.equal(readStreamRequest({ endAfterHeaders: true } as ServerHttp2Stream, [], 0).endStream, true)
})

test('the path is that of :path, where it can be read', () => {
  const path = (target: string): string | undefined => pathOf(readStreamRequest(open, [':path', target], 0))
  assert.deepEqual(['/a?b=/c', '*', '', 'https://h/a', '/a#b'].map(path), ['/a', undefined, undefined, undefined, undefined])
})

test('limits.connections holds over HTTP/2 as well: 503 with Retry-After, and the session goes on', async (t) => {
  const server = await serveFor(t, { tls: localhost, limits: { connections: 1 } })
  const session = await http2Session(t, server.url)
  assert.equal(await openStream(session).status(), 200)
  const response = await openStream(session).response()
  assert.equal(response[':status'], 503)
  assert.ok(response['retry-after'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestTarget, targetPath } from '../../src/cli/target-path.ts'

test('only the path of a target is shown: a query may hold a token', () => {
  const of = (text: string) => targetPath(Buffer.from(text))
  assert.equal(of('GET /chat?token=secret HTTP/1.1\r\nHost: h\r\n\r\n'), '/chat')
  assert.equal(of('GET / HTTP/1.1\r\n'), '/')
  assert.equal(of('GET /x'), '/x')
  assert.equal(of('garbage\r\n'), '?')
  assert.equal(of(''), '?')
})

test('over HTTP/2 the target is that of :path', () => {
  const head = Buffer.from(':method: CONNECT\r\n:protocol: websocket\r\n:path: /chat?token=1\r\nx: y\r\n\r\n')
  assert.equal(requestTarget(head), '/chat?token=1')
  assert.equal(targetPath(head), '/chat')
  assert.equal(targetPath(Buffer.from(':method: CONNECT\r\n\r\n')), '?')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestTarget, targetPath } from '../../src/cli/target-path.ts'

test('shows only the path of a target, because a query may contain a token', () => {
  const of = (text: string) => targetPath(Buffer.from(text))
  assert.equal(of('GET /chat?token=secret HTTP/1.1\r\nHost: h\r\n\r\n'), '/chat')
  assert.equal(of('GET / HTTP/1.1\r\n'), '/')
  assert.equal(of('GET /x'), '/x')
  assert.equal(of('garbage\r\n'), '?')
  assert.equal(of(''), '?')
})

test('takes the target from :path over HTTP/2', () => {
  const head = Buffer.from(':method: CONNECT\r\n:protocol: websocket\r\n:path: /chat?token=1\r\nx: y\r\n\r\n')
  assert.equal(requestTarget(head), '/chat?token=1')
  assert.equal(targetPath(head), '/chat')
  assert.equal(targetPath(Buffer.from(':method: CONNECT\r\n\r\n')), '?')
})

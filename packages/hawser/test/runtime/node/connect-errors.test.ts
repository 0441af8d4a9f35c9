import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../../src/index.ts'
import { dialFailed } from '../../../src/runtime/node/connect-errors.ts'
import { rawServer } from './raw-server.ts'

test('a refused connection fails at stage tcp with the cause and a hint [RC5]', async () => {
  const server = await rawServer(() => {})
  await server.close()
  for (const host of ['127.0.0.1', 'localhost']) {
    await assert.rejects(connect(`ws://${host}:${server.port}/`), (error: Error & { stage?: string; hint?: string; rule?: { id: string } }) => {
      assert.equal(error.stage, 'tcp')
      assert.equal(error.rule?.id, 'RC5')
      assert.match(error.message, new RegExp(`could not connect to ${host}:${server.port}: connect ECONNREFUSED`))
      assert.match(error.hint ?? '', /nothing is listening there/)
      assert.ok(error.cause instanceof Error)
      return true
    })
  }
})

test('errors of the resolver are of stage dns, whichever code they carry', () => {
  assert.equal(
    dialFailed(Object.assign(new Error('getaddrinfo EAI_AGAIN h'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }), 'tcp', 'h:80').stage,
    'dns',
  )
  assert.equal(dialFailed(Object.assign(new Error('queryA ESERVFAIL h'), { code: 'ESERVFAIL', syscall: 'getaddrinfo' }), 'tcp', 'h:80').stage, 'dns')
})

test('a port without TLS is told by the reason of OpenSSL, on one line', async () => {
  const server = await rawServer(({ socket }) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await assert.rejects(connect(`wss://127.0.0.1:${server.port}/`), (error: Error & { hint?: string }) => {
    assert.match(error.message, /^the TLS handshake failed with 127\.0\.0\.1:\d+: [a-z ]+ \(RFC 6455 section 4\.1\)$/)
    assert.match(error.hint ?? '', /should the URL be ws/)
    return true
  })
  await server.close()
})

test('the errors of all addresses are in the message', () => {
  const error = dialFailed(new AggregateError([new Error('connect ECONNREFUSED ::1:80'), new Error('connect ETIMEDOUT 127.0.0.1:80')]), 'tcp', 'h:80')
  assert.match(error.message, /::1:80; connect ETIMEDOUT/)
})

test('a thrown value that is not an Error is in the message too', () => {
  assert.match(dialFailed('odd', 'tcp', 'h:80').message, /odd/)
  assert.match(dialFailed(Object.assign(new Error(''), { code: 'EX' }), 'tls', 'h:80').message, /the TLS handshake failed with h:80: EX/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherScheme, readTarget, redirectTarget, toggleSlash, withPath } from '../../../src/cli/doctor/target.ts'

test('reads a URL without its userinfo, and takes its own site for the origin', () => {
  const target = readTarget('wss://ada:secret@app.example/chat?room=1')
  assert.equal(target.url, 'wss://app.example/chat?room=1')
  assert.deepEqual([target.port, target.authority, target.path, target.origin], [443, 'app.example', '/chat?room=1', 'https://app.example'])
  assert.equal(readTarget('ws://a.example:8080/', 'https://b.example').origin, 'https://b.example')
  assert.equal(readTarget('ws://[::1]:8080/').hostname, '::1')
})

test('reads a ws+unix: URL as a request to localhost over its socket', () => {
  const target = readTarget('ws+unix:/run/app.sock:/chat')
  assert.deepEqual([target.url, target.socketPath, target.origin], ['ws://localhost/chat', '/run/app.sock', 'http://localhost'])
  assert.equal(readTarget('wss://a.example/', undefined, '/run/app.sock').socketPath, '/run/app.sock')
  assert.throws(() => readTarget('ws+unix:/run/app.sock', undefined, '/other.sock'), { option: 'socketPath' })
  assert.throws(() => readTarget('ws://a/', undefined, '/'.repeat(200)), { option: 'socketPath' })
})

test('makes the URLs of further attempts', () => {
  const target = readTarget('ws://a.example:8080/chat?x=1')
  assert.equal(otherScheme(target), 'wss://a.example:8080/chat?x=1')
  assert.equal(withPath(target, '/'), 'ws://a.example:8080/')
  assert.equal(toggleSlash('/chat?x=1'), '/chat/?x=1')
  assert.equal(toggleSlash('/chat/?x=1'), '/chat?x=1')
  assert.equal(redirectTarget(target, 'https://b.example/c?d'), 'wss://b.example/c?d')
  assert.equal(redirectTarget(target, 'login'), 'ws://a.example:8080/login')
  assert.equal(redirectTarget(target, 'mailto:a@b.example'), undefined)
  assert.equal(redirectTarget(target, 'http://['), undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Keepalive } from '../../../src/core/protocol/keepalive.ts'

test('silence leads to a Ping after the interval and to the end after the timeout', () => {
  const keepalive = new Keepalive(20, 10, 100)
  assert.equal(keepalive.nextTimeout(), 120)
  assert.equal(keepalive.handleTimeout(119, false), 'none')
  assert.equal(keepalive.handleTimeout(121, false), 'ping')
  assert.equal(keepalive.nextTimeout(), 131)
  assert.equal(keepalive.handleTimeout(130, false), 'none')
  assert.equal(keepalive.handleTimeout(131, false), 'gone')
})

test('any byte is a sign of life', () => {
  const keepalive = new Keepalive(20, 10, 0)
  keepalive.received(15)
  assert.equal(keepalive.nextTimeout(), 35)
  assert.equal(keepalive.handleTimeout(35, false), 'ping')
  keepalive.received(44)
  assert.equal(keepalive.handleTimeout(45, false), 'none')
  assert.equal(keepalive.nextTimeout(), 64)
})

test('while nothing is read, silence proves nothing', () => {
  const keepalive = new Keepalive(20, 10, 0)
  assert.equal(keepalive.handleTimeout(20, true), 'none')
  assert.equal(keepalive.nextTimeout(), 40)
  assert.equal(keepalive.handleTimeout(40, false), 'ping')
  assert.equal(keepalive.handleTimeout(50, true), 'none')
})

test('an interval of 0 turns it off', () => {
  assert.equal(new Keepalive(0, 10, 0).nextTimeout(), Infinity)
})

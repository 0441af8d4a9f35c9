import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { discard, hasEncoding, isByteStream } from '../../../src/runtime/node/byte-stream.ts'

test('a stream has every method that a transport calls', () => {
  assert.equal(isByteStream(new PassThrough()), true)
  for (const value of [undefined, null, 'socket', {}, new EventEmitter(), { on() {}, destroy() {} }]) assert.equal(isByteStream(value), false)
})

test('a stream with an encoding is told apart', () => {
  assert.equal(hasEncoding(new PassThrough()), false)
  assert.equal(hasEncoding(new PassThrough().setEncoding('utf8')), true)
})

test('a stream that is discarded is destroyed, its error is ignored, and so is another value', () => {
  const stream = new PassThrough({ destroy: (_error, done) => done(new Error('late')) })
  discard(stream)
  discard(undefined)
  assert.equal(stream.destroyed, true)
})

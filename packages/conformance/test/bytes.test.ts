import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inflateRawSync, constants } from 'node:zlib'
import { SeededRandom, toBytes } from '../src/bytes.ts'
import type { BytesContext } from '../src/bytes.ts'
import { DeflateContext } from '../src/deflate.ts'

function context(seed = 1, deflater?: DeflateContext): BytesContext {
  return { random: new SeededRandom(seed, 'a/case'), maxMessage: 1000, deflater, drawn: new Map() }
}

test('every way of writing bytes in a row gives these bytes', () => {
  const plain = (spec: Parameters<typeof toBytes>[0]): string => toBytes(spec, context()).toString('hex')
  assert.equal(plain(undefined), '')
  assert.equal(plain('é'), 'c3a9')
  assert.equal(plain({ latin1: 'é' }), 'e9')
  assert.equal(plain({ hex: '00 ff' }), '00ff')
  assert.equal(plain({ fill: 'ab', length: 3 }), '616261')
  assert.equal(plain({ concat: ['a', { hex: '00' }] }), '6100')
  assert.equal(plain({ slice: 'abcd', from: 1, to: 3 }), '6263')
  assert.equal(toBytes({ overLimit: 1, fill: 'x' }, context()).length, 1001)
})

test('what is random is drawn once for a place, by the seed and the case', () => {
  const spec = { random: 16 }
  const one = context()
  assert.deepEqual(toBytes(spec, one), toBytes(spec, one))
  assert.deepEqual(toBytes(spec, one), toBytes(spec, context()))
  assert.notDeepEqual(toBytes(spec, one), toBytes({ random: 16 }, one))
  assert.notDeepEqual(toBytes(spec, one), toBytes(spec, context(2)))
  assert.notDeepEqual(toBytes(spec, one), new SeededRandom(1, 'another/case').bytes(16))
})

test('a compressed payload inflates to what was written, and is compressed once', () => {
  const deflater = new DeflateContext(15, true)
  const spec = { deflate: 'hello hello hello' }
  const one = context(1, deflater)
  const packed = toBytes(spec, one)
  assert.equal(toBytes(spec, one), packed)
  const plain = inflateRawSync(Buffer.concat([packed, Buffer.from('0000ffff', 'hex')]), { finishFlush: constants.Z_SYNC_FLUSH })
  assert.equal(plain.toString(), 'hello hello hello')
  assert.throws(() => toBytes({ deflate: 'x' }, context()), /without permessage-deflate/)
})

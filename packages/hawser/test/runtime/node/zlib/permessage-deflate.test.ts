import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { createDeflateCodec } from '../../../../src/runtime/node/zlib/permessage-deflate.ts'
import { deflate, inflate } from '../../../core/extensions/permessage-deflate/finished.ts'

test('the native handle is used where it works, and the public API where it is asked for', () => {
  assert.equal(createDeflateCodec().native, true)
  assert.equal(createDeflateCodec({ zlib: 'public' }).native, false)
})

test('the output made for the smallest window truly fits 256 bytes at every level of this zlib [PD8]', () => {
  for (let level = 1; level <= 9; level++) for (const memLevel of [1, 5, 9]) assert.equal(createDeflateCodec({ level, memLevel }).minWindowBits, 8)
})

test('JSON, text in several languages, random bytes and compressed bytes survive both codecs, whichever end has which', async () => {
  const texts = [
    '{"id":1,"tags":["a","b"]}',
    'Ein Fuchs springt über den Zaun. ',
    'Лиса прыгает через забор. ',
    '狐狸跳过篱笆。',
    'الثعلب يقفز فوق السياج. ',
    '🦊🦊🦊',
  ]
  const messages = [...texts.map((text) => Buffer.from(text.repeat(50))), randomBytes(5000), gzipSync(randomBytes(3000)), randomBytes(100_000)]
  for (const [one, other] of [
    ['auto', 'public'],
    ['public', 'auto'],
  ] as const) {
    const sender = createDeflateCodec({ zlib: one }).deflater({ windowBits: 12, contextTakeover: true })
    const receiver = createDeflateCodec({ zlib: other }).inflater({ windowBits: 12, contextTakeover: true })
    for (const message of [...messages, ...messages]) {
      const wire = await deflate(sender, message)
      assert.deepEqual(Buffer.from(await inflate(receiver, wire.subarray(0, -4), { output: message.length })), message)
    }
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OfferCache, parseExtensions, parseSubprotocols } from '../../../src/core/handshake/index.ts'
import type { Extension } from '../../../src/core/protocol/extension.ts'

function counting(answersEqually: boolean): { extension: Extension; asked: () => number } {
  let asked = 0
  const session = { name: 'x-count', rsv: 0, parameters: [], heldBytes: 0, incompleteBytes: 0 } as never
  const extension: Extension = {
    name: 'x-count',
    rsv: 0,
    ...(answersEqually ? { answersEqually } : {}),
    offers: () => [],
    accept: (offer) => {
      asked++
      return offer.length > 1 ? { accepted: false, reason: 'two many' } : { accepted: true, parameters: offer, open: () => session }
    },
    confirm: () => ({ accepted: false, reason: '' }),
  }
  return { extension, asked: () => asked }
}

function answer(cache: OfferCache, text: string) {
  const parsed = cache.parse([text])
  assert.ok(parsed.ok)
  return cache.negotiate(parsed.value)
}

test('equal offers are read and answered once, and differently written ones each by themselves [RFC 6455 section 9.1]', () => {
  const { extension, asked } = counting(true)
  const cache = new OfferCache([extension])
  for (let i = 0; i < 3; i++) {
    assert.equal(answer(cache, 'x-count; a=1').field, 'x-count; a=1')
    assert.equal(answer(cache, 'x-count; a=2').field, 'x-count; a=2')
    assert.equal(answer(cache, 'x-other, x-count;a;b').declined.length, 2)
  }
  assert.equal(asked(), 3)
  assert.equal(cache.parse(['x-count; a=1']), cache.parse(['x-count; a=1']))
})

test('an extension that does not say that it answers equally is asked for each client', () => {
  const { extension, asked } = counting(false)
  const cache = new OfferCache([extension])
  for (let i = 0; i < 3; i++) assert.equal(answer(cache, 'x-count').field, 'x-count')
  assert.equal(asked(), 3)
})

test('what is remembered gives the same result as reading anew, and cannot be changed for other clients', () => {
  const cache = new OfferCache([counting(true).extension])
  for (const text of ['a', 'a; b="c"', 'a;;', '', ',a', 'x-count; q="', 'a'.repeat(300)]) {
    for (let i = 0; i < 2; i++) assert.deepEqual(cache.parse([text]), parseExtensions([text]), text)
  }
  assert.deepEqual(cache.parse(['a', 'b']), parseExtensions(['a', 'b']))
  const parsed = cache.parse(['x-count; a=1'])
  assert.ok(parsed.ok)
  assert.throws(() => (parsed.value as unknown[]).push('mine'), TypeError)
  assert.throws(() => Object.assign(parsed.value[0]!.parameters[0]!, ['mine']), TypeError)
  assert.throws(() => Object.assign(answer(cache, 'x-count; a=1').agreed[0]!, { open: () => undefined }), TypeError)
})

test('clients that invent texts are read correctly, however many there are', () => {
  const cache = new OfferCache([counting(true).extension])
  for (let i = 0; i < 100; i++) assert.equal(answer(cache, `x-count; a=${i}`).field, `x-count; a=${i}`)
  assert.equal(answer(cache, 'x-count; a=0').field, 'x-count; a=0')
})

test('only texts of declared subprotocols are remembered, for any other name may be a credential [RFC 6455 section 4.1]', () => {
  const cache = new OfferCache([], ['chat', 'soap'])
  for (const text of ['chat, soap', 'chat', 'chat, bearer.token', 'chat, chat', 'chat soap', '']) {
    for (let i = 0; i < 2; i++) assert.deepEqual(cache.parseSubprotocols(text), parseSubprotocols([text]), text)
  }
  assert.equal(cache.parseSubprotocols('chat, soap'), cache.parseSubprotocols(['chat, soap']))
  assert.notEqual(cache.parseSubprotocols('chat, bearer.token'), cache.parseSubprotocols('chat, bearer.token'))
  assert.deepEqual(cache.parseSubprotocols(['chat', 'soap']), parseSubprotocols(['chat', 'soap']))
})

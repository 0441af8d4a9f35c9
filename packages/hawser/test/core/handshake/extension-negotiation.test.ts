import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildExtensionOffers, confirmExtensions, negotiateExtensions } from '../../../src/core/handshake/extension-negotiation.ts'
import { parseExtensions } from '../../../src/core/handshake/field-values.ts'
import { RSV1, RSV2 } from '../../../src/core/protocol/extension.ts'
import { growth, LINEAR } from '../growth.ts'
import { flag } from './extensions.ts'
import type { ExtensionElement } from '../../../src/core/protocol/extension.ts'

function elements(value: string): readonly ExtensionElement[] {
  const parsed = parseExtensions([value])
  assert.ok(parsed.ok)
  return parsed.value
}

test('the response lists the accepted extensions on one line, in the order of the offers [RFC 6455 §9.1, RS10]', () => {
  const { field, agreed } = negotiateExtensions(elements('b; y=1, x, a'), [flag('a'), flag('b', { parameters: [['y', true]] })])
  assert.equal(field, 'b; y=1, a')
  assert.deepEqual(
    agreed.map(({ element }) => element.name),
    ['b', 'a'],
  )
})

test('a declined offer leads to the next one, never to a refusal; PD1 [RFC 7692 §5, RS10]', () => {
  const { field, declined } = negotiateExtensions(elements('a; unknown, a; p, a'), [flag('a', { parameters: [['p', true]] })])
  assert.equal(field, 'a; p')
  assert.deepEqual(
    declined.map(({ reason }) => reason),
    ['an unknown parameter', 'an earlier offer was accepted'],
  )
  assert.equal(negotiateExtensions(elements('a; unknown'), [flag('a')]).field, undefined)
  assert.equal(negotiateExtensions([], [flag('a')]).field, undefined)
})

test('an RSV bit has one owner: the later offer is declined [RFC 6455 §9.1, PD7]', () => {
  const extensions = [flag('a', { rsv: RSV1 }), flag('b', { rsv: RSV1 | RSV2 }), flag('c', { rsv: RSV2 })]
  const { field, declined } = negotiateExtensions(elements('a, b, c'), extensions)
  assert.equal(field, 'a, c')
  assert.match(declined[0]!.reason, /RSV bit/)
})

test('extension names are looked up exactly: constructor, __proto__ and another case are unknown (RS10)', () => {
  const { field, declined } = negotiateExtensions(elements('constructor, __proto__, hasOwnProperty; toString, A'), [flag('a')])
  assert.equal(field, undefined)
  assert.equal(declined.length, 4)
})

test('the negotiation opens no sessions; the completed handshake does', () => {
  const extension = flag('a')
  const { agreed } = negotiateExtensions(elements('a'), [extension])
  assert.equal(extension.opened, 0)
  assert.equal(agreed[0]!.open().name, 'a')
  assert.equal(extension.opened, 1)
})

test('the client offers all that its extensions offer, in order of preference [RC15]', () => {
  const offers = buildExtensionOffers([flag('a', { offers: [[['p', '1']], []] }), flag('b')])
  assert.deepEqual(offers, [
    { name: 'a', parameters: [['p', '1']] },
    { name: 'a', parameters: [] },
    { name: 'b', parameters: [] },
  ])
  assert.throws(() => buildExtensionOffers([flag('a', { offers: [[['p', 'x\r\ny']]] })]), TypeError)
})

test('the client accepts its offers in the order of the response, and opens no session [RC21]', () => {
  const [a, b] = [flag('a'), flag('b')]
  const result = confirmExtensions(['b, a'], [a, b])
  assert.ok(result.ok)
  assert.deepEqual(
    result.agreed.map(({ element }) => element.name),
    ['b', 'a'],
  )
  assert.equal(a.opened + b.opened, 0)
  assert.deepEqual(confirmExtensions([], [a]), { ok: true, agreed: [] })
})

test('the client fails on extensions not offered, duplicates, two lines, bad grammar, a refused response and a shared RSV bit [RC21, RS12, PD2, PD7]', () => {
  const extensions = [flag('a', { rsv: RSV1 }), flag('b', { rsv: RSV1 }), flag('silent', { offers: [] })]
  for (const [lines, id] of [
    [['c'], 'RC21'],
    [['a, a'], 'RC21'],
    [['a', 'a'], 'RS12'],
    [['a;'], 'RC21'],
    [[''], 'RC21'],
    [['a; p'], 'RC21'],
    [['a, b'], 'PD7'],
    [['silent'], 'RC21'],
  ] as const) {
    const result = confirmExtensions(lines, extensions)
    assert.ok(!result.ok)
    assert.equal(result.rule.id, id, lines.join('|'))
  }
})

test('thousands of offers are walked in linear time, and few of them are kept for display (RS14)', () => {
  const extensions = [flag('a')]
  const { declined } = negotiateExtensions(elements('a; x,'.repeat(5000)), extensions)
  assert.equal(declined.length, 32)
  assert.ok(growth((size) => void negotiateExtensions(elements('a; x,'.repeat(size / 5)), extensions)) < LINEAR)
})

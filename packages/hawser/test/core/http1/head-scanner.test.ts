import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HeadScanner } from '../../../src/core/http1/head-scanner.ts'
import { text } from '../platform.ts'
import { latin1 } from './exchange.ts'
import type { ScanResult } from '../../../src/core/http1/head-scanner.ts'

const limits = { startLine: 20, fieldSection: 40, fields: 4 }

function scan(bytes: Uint8Array, cuts: readonly number[], acceptBareLf: boolean): { result: ScanResult; at: number } {
  const scanner = new HeadScanner(limits, text, acceptBareLf)
  let start = 0
  for (const end of [...cuts, bytes.length]) {
    const result = scanner.push(bytes.subarray(start, end))
    if (result.kind === 'head') return { result: { ...result, consumed: 0 }, at: start + result.consumed }
    if (result.kind === 'problem') return { result, at: 0 }
    start = end
  }
  return { result: { kind: 'more' }, at: 0 }
}

test('the result does not depend on how the bytes are split [S12.2]', () => {
  const byte = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0x0d, 0x0a, 0x20, 0x09) },
    { weight: 5, arbitrary: fc.constantFrom(0x61, 0x3a, 0x00, 0x7f, 0xff) },
  )
  const piece = fc.oneof(fc.array(byte, { maxLength: 12 }), fc.constant([0x61, 0x3a, 0x62, 0x0d, 0x0a]), fc.constant([0x0d, 0x0a, 0x0d, 0x0a]))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.array(fc.nat(120), { maxLength: 8 }), fc.boolean(), (pieces, positions, acceptBareLf) => {
      const bytes = Uint8Array.from(pieces.flat())
      const cuts = [...new Set(positions.filter((position) => position <= bytes.length))].sort((a, b) => a - b)
      assert.deepEqual(scan(bytes, cuts, acceptBareLf), scan(bytes, [], acceptBareLf))
    }),
    { numRuns: 2000 },
  )
})

test('control characters and bare CR are noticed wherever the cut is [RFC 9112 §2.2]', () => {
  for (const [raw, expected] of [
    ['a\r\nb:c\r\n\r\n', false],
    ['a\r\nb:\rc\r\n\r\n', true],
    ['a\r\r\n\r\n', true],
    ['a\x7f\r\n\r\n', true],
    ['a\t\x80\r\n\r\n', false],
  ] as const) {
    const bytes = latin1(raw)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { result } = scan(bytes, [cut], false)
      assert.ok(result.kind === 'head')
      assert.equal(result.hasControls, expected, JSON.stringify([raw, cut]))
    }
  }
})

test('bytes behind a head are not copied, however many they are [RS14]', () => {
  const scanner = new HeadScanner(limits, text, false)
  assert.equal(scanner.push(latin1('GET ')).kind, 'more')
  const chunk = new Uint8Array(1 << 20)
  chunk.set(latin1('/\r\na:b\r\n\r\n'))
  const result = scanner.push(chunk)
  assert.ok(result.kind === 'head')
  assert.equal(result.consumed, 10)
  assert.equal(scanner.length, 0)
})

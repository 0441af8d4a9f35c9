import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasControl, parseFieldSection } from '../../../src/core/http1/field-section.ts'

test('a folded value is joined for a client and refused for a server [H8, RFC 9112 §5.2]', () => {
  const folded = 'A: b\r\n c\r\nD: e\r\n'
  const client = parseFieldSection(folded, 0, false, 'client')
  assert.ok(client.ok)
  assert.deepEqual(
    [...client.fields],
    [
      ['A', 'b c'],
      ['D', 'e'],
    ],
  )
  const server = parseFieldSection(folded, 0, false, 'server')
  assert.ok(!server.ok)
  assert.equal(server.rule, 'H8.fold')
})

test('each broken field line says which rule it broke [RFC 9110 §5.1, RFC 9112 §5.1]', () => {
  for (const [line, rule] of [
    ['A : b', 'H8.colon'],
    [': b', 'H8.name'],
    ['A', 'H8.name'],
    ['A b: c', 'H8.name'],
    ['A\x80: c', 'H8.name'],
    [' A: b', 'H8.first'],
  ] as const) {
    const section = parseFieldSection(`${line}\r\n`, 0, true, 'server')
    assert.ok(!section.ok)
    assert.equal(section.rule, rule, line)
  }
})

test('empty values and values that contain colons are ordinary', () => {
  const section = parseFieldSection('A:\r\nB: \t \r\nC:d:e\r\n', 0, false, 'server')
  assert.ok(section.ok)
  assert.deepEqual(
    [...section.fields],
    [
      ['A', ''],
      ['B', ''],
      ['C', 'd:e'],
    ],
  )
})

test('HTAB and bytes above 0x7F are not control characters [RFC 9110 §5.5]', () => {
  assert.equal(hasControl('a\tb\xff'), false)
  for (const control of ['\0', '\r', '\n', '\x1f', '\x7f']) assert.equal(hasControl(`a${control}`), true)
})

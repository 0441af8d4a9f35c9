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

test('heads whose fields are asked in turn keep their own, and a copy has the same lines [RFC 9110 §5]', () => {
  const heads = ['a', 'b', 'c'].map((mark) =>
    parseFieldSection(`Host: ${mark}\r\nX-${mark}:\t${mark} ${mark} \r\nLIST: 1\r\nlist:2\r\n`, 0, false, 'server'),
  )
  for (let round = 0; round < 2; round++) {
    for (const [index, mark] of ['a', 'b', 'c'].entries()) {
      const section = heads[index]!
      assert.ok(section.ok)
      const { fields } = section
      assert.equal(fields.get('host'), mark)
      assert.equal(fields.only(`x-${mark}`), `${mark} ${mark}`)
      assert.equal(fields.get('List'), '1, 2')
      assert.equal(fields.only('list'), null)
      assert.deepEqual(fields.values('list'), ['1', '2'])
      assert.equal(fields.has(`x-${mark}${mark}`), false)
      assert.equal(fields.size, 4 + round)
      if (round === 0) fields.append('More', mark)
      else assert.equal(fields.get('more'), mark)
      assert.deepEqual([...fields][0], ['Host', mark])
    }
  }
})

test('a head is read the same in one go and line by line, bare LF and many lines too [RFC 9112 §5]', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `N${index % 7}: ${index}`)
  for (const text of ['', 'A: b\r\n', 'A:b\nC:\t d \t\n', 'a:\r\nA: \r\n', `${lines.join('\r\n')}\r\n`, `${lines.slice(6).join('\n')}\n`]) {
    const fast = parseFieldSection(text, 0, false, 'client')
    const slow = parseFieldSection(text, 0, true, 'client')
    assert.ok(fast.ok && slow.ok)
    for (const name of ['a', 'c', 'n0', 'N6', 'x']) assert.deepEqual(fast.fields.values(name), slow.fields.values(name))
    assert.equal(fast.fields.size, slow.fields.size)
    assert.deepEqual([...fast.fields], [...slow.fields])
  }
})

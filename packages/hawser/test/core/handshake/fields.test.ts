import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fields } from '../../../src/core/handshake/fields.ts'

test('names are compared without case, order and spelling stay [RFC 9110 §5.1]', () => {
  const fields = new Fields([
    ['Host', 'h'],
    ['X-A', '1'],
    ['x-a', '2'],
  ])
  assert.deepEqual([fields.size, fields.has('HOST'), fields.count('X-a'), fields.get('x-A'), fields.values('X-A')], [3, true, 2, '1, 2', ['1', '2']])
  assert.deepEqual(
    [...fields],
    [
      ['Host', 'h'],
      ['X-A', '1'],
      ['x-a', '2'],
    ],
  )
  assert.deepEqual([fields.get('y'), fields.values('y'), fields.count('y'), fields.has('y')], [undefined, [], 0, false])
})

test('few lines or thousands, the answers are those of a plain search; appended lines are found [RFC 9110 §5.3]', () => {
  const name = fc.constantFrom('a', 'A', 'b', 'cc', 'Cc', '__proto__', 'constructor', 'toString')
  const lines = fc.array(fc.tuple(name, fc.string()), { maxLength: 60 })
  fc.assert(
    fc.property(lines, lines, (first, second) => {
      const fields = new Fields(first)
      fields.has('a')
      for (const [one, value] of second) fields.append(one, value)
      const all = [...first, ...second]
      for (const wanted of ['a', 'B', 'CC', '__PROTO__', 'constructor', 'toString', 'valueOf']) {
        const values = all.filter(([one]) => one.toLowerCase() === wanted.toLowerCase()).map(([, value]) => value)
        assert.deepEqual([fields.values(wanted), fields.count(wanted), fields.has(wanted)], [values, values.length, values.length > 0])
        assert.equal(fields.get(wanted), values.length === 0 ? undefined : values.join(', '))
      }
      assert.deepEqual([...fields], all)
    }),
  )
})

test('cookie crumbs are one Cookie again, joined with "; " [RFC 9113 §8.2.3]', () => {
  const fields = new Fields([
    ['cookie', 'session=1'],
    ['accept', 'a'],
    ['Cookie', 'theme=dark; lang=en'],
  ])
  assert.equal(fields.get('cookie'), 'session=1; theme=dark; lang=en')
})

for (const name of [
  'Set-Cookie',
  'Authorization',
  'Host',
  'Origin',
  'Content-Length',
  'Content-Type',
  'Location',
  'Date',
  'User-Agent',
  'Sec-WebSocket-Key',
]) {
  test(`two lines of ${name}, which is not a list, are not joined into one value [RFC 9110 §5.3]`, () => {
    const fields = new Fields([
      [name, 'first'],
      [name.toLowerCase(), 'second'],
    ])
    assert.deepEqual([fields.get(name), fields.values(name)], ['first', ['first', 'second']])
  })
}

test('names and values in turn become fields; pseudo-header fields, and a name without a value, do not', () => {
  assert.deepEqual(
    [...Fields.fromRaw([':path', '/', 'a', '1', 'A', '2', ':status', '200', 'b'])],
    [
      ['a', '1'],
      ['A', '2'],
    ],
  )
})

test('the lines given are copied: appending does not change them', () => {
  const lines: [string, string][] = [['a', 'b']]
  new Fields(lines).append('c', 'd')
  assert.equal(lines.length, 1)
})

for (const others of [0, 100]) {
  test(`the only line of a name is told from none and from several, among ${others} others [RFC 9110 §5.3]`, () => {
    const fields = new Fields(Array.from({ length: others }, (_, i) => [`X-${i}`, 'x'] as const))
    assert.equal(fields.only('host'), undefined)
    fields.append('Host', 'a')
    assert.equal(fields.only('host'), 'a')
    fields.append('HOST', '')
    assert.equal(fields.only('host'), null)
    // 0x5e and 0x7e differ by the bit that tells the cases of letters apart.
    fields.append('a^', '1')
    assert.deepEqual([fields.only('a~'), fields.only('a^')], [undefined, '1'])
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptOf, buildFields, deflateParametersOf, listOf, parseHead, statusOf, valuesOf } from '../src/head.ts'

const head = (text: string) => parseHead(Buffer.from(text, 'latin1'))

test('a head is read when its empty line is there, field lines in order, what is no field line apart', () => {
  assert.equal(head('HTTP/1.1 101 Switching Protocols\r\nA: b\r\n'), undefined)
  const found = head('HTTP/1.1 101 Switching Protocols\r\nA: \t b \r\nno field\r\nB : c\r\na:d\r\n\r\nrest')!
  assert.equal(found.byteLength, 67)
  assert.equal(statusOf(found), 101)
  assert.deepEqual(found.fields, [
    ['a', 'b'],
    ['a', 'd'],
  ])
  assert.deepEqual(found.malformed, ['no field', 'B : c'])
  assert.deepEqual(valuesOf(found, 'a'), ['b', 'd'])
})

test('a control character in a value makes its line malformed, but the field is still read [RFC 9110 §5.5]', () => {
  const found = head('HTTP/1.1 101 x\r\nA: b\x1b[2J\r\nB: \tc\td\r\nC: \x7f\r\nD: e\0\r\n\r\n')!
  assert.deepEqual(found.malformed, ['A: b\x1b[2J', 'C: \x7f', 'D: e\0'])
  assert.deepEqual(found.fields, [
    ['a', 'b\x1b[2J'],
    ['b', 'c\td'],
    ['c', '\x7f'],
  ])
})

test('a status line that is none has no status', () => {
  for (const line of ['HTTP/1.1 99 x', 'HTTP/1.1 1010 x', 'HTTP/1.1  101 x', 'http/1.1 101 x', 'nothing'])
    assert.equal(statusOf(head(`${line}\r\n\r\n`)!), 0)
})

test('a list is read over all lines, without empty elements (RFC 9110 section 5.6.1.2)', () => {
  assert.deepEqual(listOf(head('x\r\nA: b ,, c\r\na: d,\r\n\r\n')!, 'a'), ['b', 'c', 'd'])
})

test('the accept of the example is the one of RFC 6455 section 1.3', () => {
  assert.equal(acceptOf('dGhlIHNhbXBsZSBub25jZQ=='), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})

test("a row's changes replace a default, take it out, repeat it, or stand before and behind", () => {
  const defaults = [
    ['Host', 'a'],
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
  ] as const
  assert.deepEqual(buildFields(defaults, { set: { host: null, UPGRADE: ['a', 'b'], New: 'n' }, lines: ['last'], linesFirst: ['first'] }), [
    'first',
    'UPGRADE: a',
    'UPGRADE: b',
    'Connection: Upgrade',
    'New: n',
    'last',
  ])
})

test('the agreed parameters are read, quoted or not', () => {
  const found = head('x\r\nSec-WebSocket-Extensions: x-a, permessage-deflate; server_max_window_bits="10"; server_no_context_takeover\r\n\r\n')!
  assert.deepEqual(
    [...deflateParametersOf(found)!],
    [
      ['server_max_window_bits', '10'],
      ['server_no_context_takeover', ''],
    ],
  )
  assert.equal(deflateParametersOf(head('x\r\nSec-WebSocket-Extensions: permessage-deflatex\r\n\r\n')!), undefined)
})

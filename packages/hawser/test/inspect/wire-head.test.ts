import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldValues, listOfTokens, readWireHead } from '../../src/inspect/wire-head.ts'

test('splits a head into lines without losing a byte', () => {
  const text = 'GET / HTTP/1.1\r\nHost:  h \r\nno colon\r\n: empty\r\nA: b: c\r\n\r\n'
  const head = readWireHead(Buffer.from(`${text}rest`))
  assert.equal(head.startLine, 'GET / HTTP/1.1')
  assert.deepEqual(head.lines, [
    { raw: 'Host:  h ', name: 'Host', value: 'h' },
    { raw: 'no colon', name: undefined, value: 'no colon' },
    { raw: ': empty', name: undefined, value: ': empty' },
    { raw: 'A: b: c', name: 'A', value: 'b: c' },
  ])
  assert.equal(head.text, text)
  assert.equal(Buffer.from(head.rest).toString(), 'rest')
})

test('shows bare line feeds, octets above 0x7F and an unfinished head', () => {
  const head = readWireHead(Buffer.from('GET /\u00e9 HTTP/1.1\nA: b\n\nx', 'latin1'))
  assert.equal(head.startLine, 'GET /\u00e9 HTTP/1.1')
  assert.equal(head.lines.length, 1)
  assert.equal(head.rest.length, 1)
  assert.equal(readWireHead(Buffer.from('HTTP/1.1 400 x\r\nA: b')).lines.length, 1)
  assert.equal(readWireHead(new Uint8Array(0)).startLine, '')
})

test('takes linear time for whitespace inside a value and a list', () => {
  const spaces = ' '.repeat(2_000_000)
  const head = readWireHead(Buffer.from(`X\r\nA: \t a${spaces}b \t\r\n\r\n`))
  assert.deepEqual(fieldValues(head, 'a'), [`a${spaces}b`])
  assert.deepEqual(listOfTokens([`a${spaces}b,\tc `]), [`a${spaces}b`, 'c'])
})

test('finds field values ignoring case and drops empty list elements [RFC 9110 §5.6.1.2]', () => {
  const head = readWireHead(Buffer.from('X\r\nSec-WebSocket-Protocol: a,,b\r\nsec-websocket-protocol:\tc \r\n\r\n'))
  assert.deepEqual(listOfTokens(fieldValues(head, 'sec-websocket-protocol')), ['a', 'b', 'c'])
  assert.deepEqual(fieldValues(head, '__proto__'), [])
})

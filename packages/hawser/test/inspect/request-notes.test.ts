import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestFieldNote, requestLineNote } from '../../src/inspect/request-notes.ts'

const context = { declaredSubprotocols: [], offeredSubprotocols: ['a'], authority: 'h' }
const meaning = (name: string, value: string): string => requestFieldNote(name, value, context).meaning

test('explains every field that browsers send with a handshake', () => {
  const names =
    'Host Connection Pragma Cache-Control User-Agent Upgrade Origin Sec-WebSocket-Version Accept-Encoding Accept-Language Sec-WebSocket-Key Sec-WebSocket-Extensions Sec-WebSocket-Protocol Cookie Authorization Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-CH-UA Sec-GPC DNT'
  for (const name of names.split(' ')) {
    for (const written of [name, name.toLowerCase()]) assert.notEqual(requestFieldNote(written, 'x', context).part, 'unknown', written)
  }
})

test('explains a value where the rule depends on it', () => {
  assert.notEqual(meaning('Upgrade', 'WebSocket'), meaning('Upgrade', 'websocket, foo'))
  assert.notEqual(meaning('Connection', 'Upgrade'), meaning('Connection', 'keep-alive, Upgrade'))
  assert.match(meaning('Sec-WebSocket-Version', '12'), /Version 12.*426/)
  assert.match(meaning('Sec-WebSocket-Protocol', 'a'), /declares none/)
})

test('treats names of Object.prototype as any other field', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) assert.equal(requestFieldNote(name, 'x', context).part, 'unknown')
})

test('explains the request line', () => {
  assert.match(requestLineNote('GET /x HTTP/1.1').meaning, /Method GET .*target \/x, and HTTP\/1\.1/)
  assert.match(requestLineNote('').meaning, /Method \?/)
})

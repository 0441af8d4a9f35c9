import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { AcceptanceWriter, serializeAcceptance } from '../../../src/core/http1/acceptance.ts'
import { platform } from '../platform.ts'
import { parseResponse } from './exchange.ts'
import type { Fields } from '../../../src/core/handshake/fields.ts'

const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

function fieldsOf(raw: string): Fields {
  const result = parseResponse(raw)
  assert.ok(result.kind === 'head')
  assert.equal(result.consumed, raw.length, 'nothing follows the head of a 101')
  assert.equal(result.head.status, 101)
  return result.head.fields
}

test('a 101 has one Upgrade, one Connection, one Accept and no framing fields [RS11, S12.12, H2, H10, RFC 9110 §8.6]', () => {
  const fields = fieldsOf(serializeAcceptance({ accept }))
  assert.deepEqual(
    [...fields],
    [
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Accept', accept],
    ],
  )
})

test('subprotocol and extensions have one line each; without any, the field is absent [RS9, RS12, RFC 6455 §4.2.2, §11.3]', () => {
  const fields = fieldsOf(serializeAcceptance({ accept, subprotocol: 'soap', extensions: 'a; b, c' }))
  assert.deepEqual([fields.values('sec-websocket-protocol'), fields.values('sec-websocket-extensions')], [['soap'], ['a; b, c']])
  assert.equal(fieldsOf(serializeAcceptance({ accept, subprotocol: undefined, extensions: undefined })).size, 3)
})

test('CR, LF and NUL in a subprotocol or in extensions are refused, so that no response can be split [S12.21, RFC 9110 §5.5]', () => {
  for (const bad of ['a\r\nX: y', 'a\nb', 'a\rb', 'a\0b', 'a\x7f', 'a\u0100']) {
    assert.throws(() => serializeAcceptance({ accept, subprotocol: bad }), OptionError)
    assert.throws(() => serializeAcceptance({ accept, extensions: bad }), OptionError)
  }
  assert.throws(() => serializeAcceptance({ accept, subprotocol: '' }), OptionError)
})

test('a 100 precedes the 101 where the request expects it [H4, RFC 9110 §7.8]', () => {
  const result = parseResponse(serializeAcceptance({ accept, expectsContinue: true }))
  assert.ok(result.kind === 'head')
  assert.deepEqual([result.interim.map(({ status }) => status), result.head.status], [[100], 101])
})

test('a server writes each 101 with its own key, in whichever form it answers, as bytes of what is serialized [RFC 6455 §4.2.2]', () => {
  const writer = new AcceptanceWriter(platform())
  const accepts = ['s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', 'HSmrc0sMlYUkAGmm5OPpG2HaGWk=']
  const long = `x-${'a'.repeat(300)}`
  const forms = [undefined, 'chat', long, ...Array.from({ length: 12 }, (_, index) => `s${index}`)]
  for (const accept of [...accepts, ...accepts, 'short']) {
    for (const subprotocol of forms) {
      for (const extensions of [undefined, 'permessage-deflate']) {
        const text = serializeAcceptance({ accept, subprotocol, extensions })
        assert.equal(Buffer.from(writer.write(accept, subprotocol, extensions)).toString('latin1'), text)
      }
    }
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agreeOnOpening, failForStatus, readSupportedVersions } from '../../../src/core/handshake/client-handshake.ts'
import { Fields } from '../../../src/core/handshake/fields.ts'
import { RSV1 } from '../../../src/core/protocol/extension.ts'
import { flag } from './extensions.ts'

test('what both ends agree on comes from the fields alone, so that any HTTP version can carry it [RC21, RC22]', () => {
  const fields = new Fields([
    ['sec-websocket-protocol', 'soap'],
    ['sec-websocket-extensions', 'a'],
  ])
  const extension = flag('a')
  const result = agreeOnOpening(fields, { subprotocols: ['wamp', 'soap'], extensions: [extension], noSubprotocol: 'refuse' })
  assert.ok(result.ok)
  assert.equal(result.subprotocol, 'soap')
  assert.equal(result.extensions[0]!.open().name, 'a')
  assert.equal(extension.opened, 1)
})

test('an unsolicited subprotocol fails with a hint and no exception, whatever the offers [RC22]', () => {
  const result = agreeOnOpening(new Fields([['Sec-WebSocket-Protocol', 'soap']]), { subprotocols: [], extensions: [], noSubprotocol: 'accept' })
  assert.ok(!result.ok)
  assert.deepEqual([result.stage, result.rule.id], ['subprotocol', 'RC22'])
  assert.match(result.hint ?? '', /offered no subprotocol/)
})

test('two extensions that share an RSV bit fail [RFC 6455 §9.1, PD7]', () => {
  const extensions = [flag('a', { rsv: RSV1 }), flag('b', { rsv: RSV1 })]
  const result = agreeOnOpening(new Fields([['Sec-WebSocket-Extensions', 'a, b']]), { subprotocols: [], extensions, noSubprotocol: 'refuse' })
  assert.ok(!result.ok)
  assert.deepEqual([result.stage, result.rule.id], ['extensions', 'PD7'])
})

test('supported versions come from all lines, each once, garbage left out [RFC 6455 §11.3.5, RS13]', () => {
  assert.deepEqual(
    readSupportedVersions(
      new Fields([
        ['Sec-WebSocket-Version', '13, 8'],
        ['sec-websocket-version', '7,,8, x, 1234'],
      ]),
    ),
    ['13', '8', '7'],
  )
  assert.deepEqual(readSupportedVersions(new Fields()), [])
})

test('a failure for a status code says which one [RC17]', () => {
  const failure = failForStatus(503, new Fields())
  assert.match(failure.message, /503/)
  assert.match(failure.hint ?? '', /overloaded/)
})

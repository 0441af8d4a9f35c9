import { promised } from '../promised-session.ts'
import assert from 'node:assert/strict'
import test from 'node:test'
import { constants, inflateRawSync } from 'node:zlib'
import type { DeflateCodec } from '../../../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { createPermessageDeflate } from '../../../../src/core/extensions/permessage-deflate/extension.ts'
import { RSV1, type ExtensionParameter, type ExtensionSession } from '../../../../src/core/protocol/extension.ts'
import { createDeflateCodec, permessageDeflate } from '../../../../src/runtime/node/zlib/permessage-deflate.ts'
import { referenceInflate } from './reference-inflater.ts'

const TAIL = Buffer.from([0, 0, 0xff, 0xff])

function serverSession(...offer: ExtensionParameter[]): ExtensionSession {
  const decision = permessageDeflate().accept(offer)
  assert.ok(decision.accepted)
  return decision.open()
}

async function compress(session: ExtensionSession, text: string): Promise<Buffer> {
  const frame = await promised(session).encode({ opcode: 1, first: true, fin: true, rsv: 0, payload: Buffer.from(text) }, { compress: true })
  assert.equal(frame.rsv, RSV1)
  return Buffer.concat([frame.payload, TAIL])
}

test('a client offers permessage-deflate; client_max_window_bits and owns RSV1 [C2.6]', () => {
  const extension = permessageDeflate()
  assert.equal(extension.name, 'permessage-deflate')
  assert.equal(extension.rsv, RSV1)
  assert.deepEqual(extension.offers(), [[['client_max_window_bits', true]]])
})

test('an offer that cannot be taken is declined with a reason and the next one is accepted [PD1, PD7]', () => {
  const extension = permessageDeflate()
  const offers: ExtensionParameter[][] = [[['server_max_window_bits', '99']], [['unknown', true]], [['client_max_window_bits', '9']]]
  const decisions = offers.map((offer) => extension.accept(offer))
  assert.deepEqual(
    decisions.map(({ accepted }) => accepted),
    [false, false, true],
  )
  assert.match(decisions[0]?.accepted === false ? decisions[0].reason : '', /server_max_window_bits must be a decimal from 8 to 15/)
})

test('server_max_window_bits=8 is accepted and a 4 KiB repetitive message decodes with a 256-byte window inflater [PD8, S12.25]', async () => {
  for (const period of [3, 100, 250, 251, 256, 257, 300, 500, 511]) {
    const session = serverSession(['server_max_window_bits', '8'])
    assert.deepEqual(session.parameters, [['server_max_window_bits', '8']])
    const phrase = Array.from({ length: period }, (_, i) => String.fromCharCode(33 + ((i * i * 7 + i) % 90))).join('')
    const text = phrase.repeat(Math.ceil(4096 / period)).slice(0, 4096)
    let history = Buffer.alloc(0)
    for (let round = 0; round < 3; round++) {
      const wire = await compress(session, text)
      const { bytes, reach } = referenceInflate(wire, 256, history)
      assert.equal(bytes.toString(), text)
      assert.ok(reach <= 256 && (period > 250 || (reach > 0 && wire.length < 1000)), `period ${period} reaches ${reach} in ${wire.length}`)
      history = Buffer.concat([history, bytes]).subarray(-256)
    }
  }
})

test('no distance is larger than the agreed window, at every size and across messages [PD4, RFC 7692 §7.1.2.1]', async () => {
  for (let bits = 8; bits <= 12; bits++) {
    const session = serverSession(['server_max_window_bits', String(bits)])
    const text = Array.from({ length: 900 }, (_, i) => `entry ${(i * 7919) % 1000},`).join('')
    let history: Buffer = Buffer.alloc(0)
    for (let round = 0; round < 2; round++) {
      const { bytes } = referenceInflate(await compress(session, text), 2 ** bits, history)
      assert.equal(bytes.toString(), text)
      history = bytes.subarray(-(2 ** bits))
    }
  }
})

test('with server_no_context_takeover two equal messages give byte-identical frames that decode independently [S12.26]', async () => {
  const session = serverSession(['server_no_context_takeover', true])
  const text = 'equal messages, equal bytes, '.repeat(20)
  const [first, between, second] = [await compress(session, text), await compress(session, 'something else'), await compress(session, text)]
  assert.deepEqual(first, second)
  for (const wire of [first, second]) assert.equal(inflateRawSync(wire, { finishFlush: constants.Z_SYNC_FLUSH }).toString(), text)
  assert.equal(inflateRawSync(between, { finishFlush: constants.Z_SYNC_FLUSH }).toString(), 'something else')
  assert.equal(session.heldBytes, 0)
})

test('a client limited to client_max_window_bits=9 fits a 2^9 window, and the server holds no more than that [S12.27]', async () => {
  const server = permessageDeflate({ clientMaxWindowBits: 9 })
  const client = permessageDeflate()
  const offers = client.offers()
  const accepted = server.accept(offers[0] ?? [])
  assert.ok(accepted.accepted)
  const confirmed = client.confirm(accepted.parameters, offers)
  assert.ok(confirmed.accepted)
  const [sender, receiver] = [confirmed.open(), accepted.open()]
  assert.deepEqual(sender.parameters, [
    ['server_max_window_bits', '12'],
    ['client_max_window_bits', '9'],
  ])
  let history = Buffer.alloc(0)
  for (let i = 0; i < 20; i++) {
    const text = JSON.stringify({ i, words: 'to be limited to a small window '.repeat(30), more: [i, i * i] })
    const wire = await compress(sender, text)
    assert.equal(referenceInflate(wire, 512, history).bytes.toString(), text)
    history = Buffer.concat([history, Buffer.from(text)]).subarray(-512)
    const frame = await promised(receiver).decode({ opcode: 1, first: true, fin: true, rsv: RSV1, payload: wire.subarray(0, -4) }, 1e6)
    assert.equal(Buffer.from(frame.payload).toString(), text)
  }
  assert.equal(receiver.heldBytes, 512)
})

test("window bits below the codec's minimum are an option error or a decline, never a wider window [RFC 7692 §7.1.2]", () => {
  const nine: DeflateCodec = { ...createDeflateCodec(), minWindowBits: 9 }
  assert.throws(() => createPermessageDeflate({ serverMaxWindowBits: 8 }, nine), /option serverMaxWindowBits: expected a whole number from 9 to 15/)
  const decision = createPermessageDeflate({}, nine).accept([['server_max_window_bits', '8']])
  assert.ok(!decision.accepted)
  assert.match(decision.reason, /the compressor needs 9/)
})

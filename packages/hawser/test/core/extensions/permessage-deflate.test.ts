import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { promised, type PromisedSession } from './promised-session.ts'
import type { DeflateSession } from '../../../src/core/extensions/permessage-deflate/session.ts'
import { RSV1, type ExtensionFrame, type ExtensionParameter } from '../../../src/core/protocol/extension.ts'
import { permessageDeflate, type PermessageDeflateOptions } from '../../../src/runtime/node/zlib/permessage-deflate.ts'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { LIMITS, Recorder } from '../protocol/recorder.ts'
import { referenceInflate } from './permessage-deflate/reference-inflater.ts'

const data = (payload: string | Uint8Array): ExtensionFrame => ({ opcode: 1, first: true, fin: true, rsv: 0, payload: Buffer.from(payload) })

function opener(options: PermessageDeflateOptions = {}): (...offer: ExtensionParameter[]) => PromisedSession<DeflateSession> {
  const extension = permessageDeflate(options)
  return (...offer) => {
    const decision = extension.accept(offer)
    assert.ok(decision.accepted)
    return promised(decision.open() as DeflateSession)
  }
}

/** A peer that follows RFC 1951 with exactly the agreed window. */
class Peer {
  readonly session: PromisedSession<DeflateSession>
  readonly #windowBytes: number
  readonly #takeover: boolean
  #history = Buffer.alloc(0)

  constructor(session: PromisedSession<DeflateSession>, windowBits: number, takeover: boolean) {
    this.session = session
    this.#windowBytes = 2 ** windowBits
    this.#takeover = takeover
  }

  receives(frame: ExtensionFrame, expected: Uint8Array): void {
    if ((frame.rsv & RSV1) === 0) {
      assert.deepEqual(Buffer.from(frame.payload), Buffer.from(expected))
      return
    }
    const wire = Buffer.concat([frame.payload, Buffer.from([0, 0, 0xff, 0xff])])
    const { bytes } = referenceInflate(wire, this.#windowBytes, this.#takeover ? this.#history : Buffer.alloc(0))
    assert.deepEqual(bytes, Buffer.from(expected))
    this.#history = Buffer.concat([this.#history, bytes]).subarray(-this.#windowBytes)
  }
}

const phrases = ['the same words ', 'again and again ', 'now something else ', '0123456789 ', 'to all of you ']
const message = fc
  .array(fc.tuple(fc.constantFrom(...phrases), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 6 })
  .map((parts) => Buffer.from(parts.map(([phrase, times]) => phrase.repeat(times)).join('')))
const step = fc.record({ to: fc.constantFrom<'all' | number>('all', 0, 1, 2), message, compress: fc.constantFrom(undefined, true, false) })

for (const [name, options] of [
  ['native handle', {}],
  ['native handle with one compressor', { maxCompressors: 1 }],
  ['native handle and the thread pool from 200 bytes', { asyncAbove: 200 }],
  ['public API', { zlib: 'public' }],
] as const) {
  test(`${name}: shared and own messages in any order stay within each window, with takeover and without [RFC 7692 §7.1.1, §7.1.2]`, async () => {
    const open = opener(options)
    let bits = 7
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        fc.array(step, { minLength: 2, maxLength: 14 }),
        async (takeovers, steps) => {
          bits = bits === 15 ? 8 : bits + 1
          const peers = takeovers.map((takeover) => {
            const offer: ExtensionParameter[] = [['server_max_window_bits', String(bits)]]
            if (!takeover) offer.push(['server_no_context_takeover', true])
            // The default of 12 bits limits what larger offers get.
            return new Peer(open(...offer), Math.min(12, bits), takeover)
          })
          assert.equal(new Set(peers.map(({ session }) => session.shareKey)).size, 1)
          for (const { to, message: bytes, compress } of steps) {
            const frame = data(bytes)
            const choice = compress === undefined ? {} : { compress }
            if (to === 'all') {
              const encoded = await (peers[0] as Peer).session.encodeShared(frame, choice)
              for (const peer of peers) {
                peer.session.adoptShared(frame, encoded)
                peer.receives(encoded, bytes)
              }
            } else {
              const peer = peers[to] as Peer
              peer.receives(await peer.session.encode(frame, choice), bytes)
            }
          }
          for (const { session } of peers) session.dispose()
        },
      ),
      { numRuns: 64 },
    )
  })
}

test('sessions of one extension have the same share key when their sending windows are equal, and of two extensions never', () => {
  const open = opener({ serverMaxWindowBits: 15 })
  const ten = open(['server_max_window_bits', '10'])
  assert.equal(ten.shareKey, open(['server_max_window_bits', '10'], ['server_no_context_takeover', true]).shareKey)
  assert.notEqual(ten.shareKey, open(['server_max_window_bits', '11']).shareKey)
  assert.notEqual(ten.shareKey, opener()(['server_max_window_bits', '10']).shareKey, 'predicates and levels may differ')
})

test('a shared message leaves the window of the session that encodes it, and counts where it is adopted', async () => {
  const open = opener()
  const [one, other] = [open(), open()]
  const text = 'counted where it is sent, '.repeat(4)
  const first = await one.encode(data(text), {})
  const shared = await one.encodeShared(data(text), {})
  assert.ok((await one.encode(data(text), {})).payload.length < first.payload.length, 'the window is still there')
  assert.deepEqual(shared, first)
  assert.equal(other.statistics.sent.messages, 0)
  other.adoptShared(data(text), shared)
  assert.deepEqual([other.statistics.sent.compressedMessages, other.statistics.sent.rawBytes], [1, text.length])
  assert.equal(other.statistics.sent.wireBytes, shared.payload.length)
  one.adoptShared(data(text), shared)
  assert.equal((await one.encode(data(text), {})).payload.length, first.payload.length, 'and forgotten after another message was sent')
})

test('threshold, predicate and the choice for one message hold for a shared message too', async () => {
  const session = opener({ threshold: 10, compress: ({ isText }) => isText })()
  const rsv = async (frame: ExtensionFrame, compress?: boolean): Promise<number> =>
    (await session.encodeShared(frame, compress === undefined ? {} : { compress })).rsv
  const long = data('long enough, long enough, long enough')
  assert.equal(await rsv(long), RSV1)
  assert.equal(await rsv({ ...long, opcode: 2 }), 0)
  assert.equal(await rsv({ ...long, opcode: 2 }, true), RSV1)
  assert.equal(await rsv(long, false), 0)
  assert.equal(await rsv(data('short')), 0)
  assert.equal(await rsv(data('short'), true), RSV1)
  assert.deepEqual([...(await session.encodeShared(data(''), { compress: true })).payload], [0])
  const incompressible = data(Uint8Array.from({ length: 64 }, (_, i) => (i * 151) & 0xff))
  assert.equal(await rsv(incompressible), 0, 'what would grow goes as it is')
  const { messages } = session.statistics.sent
  assert.equal(messages, 0)
})

test('an unfinished compressed message counts against limits.incompleteBytes', () => {
  const limits = { ...LIMITS, incompleteBytes: 10_000 }
  const decision = permessageDeflate().accept([])
  assert.ok(decision.accepted)
  const session = decision.open()
  const recorder = new Recorder('client', { limits, extensions: [session] })
  const fragment = new Uint8Array(1000)
  let fragments = 0
  for (; recorder.connection.readyState === 'OPEN' && fragments < 20; fragments++) {
    const first = fragments === 0
    recorder.receive(serializeFrame({ opcode: first ? 2 : 0, fin: false, rsv: first ? RSV1 : 0, payload: fragment }))
    assert.ok(recorder.connection.heldBytes >= (recorder.connection.readyState === 'OPEN' ? (fragments + 1) * 1000 : 0))
  }
  assert.ok(fragments > 4 && fragments < 10, `${fragments} fragments`)
  const info = recorder.finish()
  assert.equal(info.sent?.code, 1009)
  session.dispose()
})

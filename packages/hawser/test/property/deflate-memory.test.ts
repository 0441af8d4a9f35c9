import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { memoryUsage } from 'node:process'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { constants, deflateRawSync } from 'node:zlib'
import { RSV1, type ExtensionFrame, type ExtensionParameter, type ExtensionSession } from '../../src/core/protocol/extension.ts'
import { permessageDeflate, type PermessageDeflateOptions } from '../../src/runtime/node/zlib/permessage-deflate.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes once no more of them are freed. */
async function allocated(of: 'external' | 'rss'): Promise<number> {
  let bytes = Infinity
  for (let same = 0; same < 3; ) {
    collectGarbage()
    await setImmediate()
    const now = memoryUsage()[of]
    same = now < bytes ? 0 : same + 1
    bytes = now
  }
  return bytes
}

/** Shared by all connections, and counted by none: 160 KiB of buffers, and rounding. */
const SLACK = 600_000
const MIB = 1_048_576

const frame = (payload: Uint8Array, more: Partial<ExtensionFrame> = {}): ExtensionFrame => ({
  opcode: 2,
  first: true,
  fin: true,
  rsv: RSV1,
  payload,
  ...more,
})
const deflated = (bytes: Uint8Array): Buffer => deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)

interface Scenario {
  readonly name: string
  readonly options?: PermessageDeflateOptions
  readonly offer?: readonly ExtensionParameter[]
  readonly connections: number
  /** The messages are in progress when `act` returns. */
  readonly atOnce?: boolean
  /** Default `external`: of buffers. */
  readonly of?: 'rss'
  act(session: ExtensionSession): unknown
}

const random = deflated(randomBytes(20_000))
const zeros = deflated(Buffer.alloc(3 * MIB))
const large = Buffer.alloc(MIB)
const kilobytes = deflated(Buffer.alloc(100_000, 'a message that fills the window '))
/** Work in progress is disposed of before its end. */
const never = (): void => undefined
const unfinished = (session: ExtensionSession): void => {
  for (let at = 0; at < random.length; at += 1000) {
    void session.decode(frame(random.subarray(at, at + 1000), { first: at === 0, fin: false, rsv: at === 0 ? RSV1 : 0 }), MIB, never)
  }
}

const LIMITED_WINDOW: readonly ExtensionParameter[] = [['client_max_window_bits', true]]

const scenarios: Scenario[] = [
  // First, while the process has nothing to reuse: Node tells of zlib's memory in no other way.
  {
    name: 'a compressor',
    options: { maxCompressors: 1000 },
    connections: 400,
    of: 'rss',
    act: (session) => session.encode(frame(Buffer.from('compressed '.repeat(20)), { rsv: 0 }), {}, never),
  },
  { name: 'an unfinished message', connections: 300, act: unfinished },
  { name: 'an unfinished message, public API', options: { zlib: 'public' }, connections: 300, act: unfinished },
  {
    name: 'the window of received messages',
    connections: 500,
    act: (session) => session.decode(frame(kilobytes), MIB, never),
  },
  {
    name: 'the window of received messages, from a client that chooses 15 bits',
    offer: [],
    connections: 500,
    act: (session) => session.decode(frame(kilobytes), MIB, never),
  },
  {
    name: 'messages being decompressed on the event loop',
    options: { maxRatio: Infinity },
    connections: 20,
    atOnce: true,
    act: (session) => session.decode(frame(zeros), 16 * MIB, never),
  },
  {
    name: 'messages being compressed in the thread pool',
    connections: 20,
    atOnce: true,
    act: (session) => session.encode(frame(large, { rsv: 0 }), {}, never),
  },
]

for (const { name, options = {}, offer = LIMITED_WINDOW, connections, atOnce, of = 'external', act } of scenarios) {
  test(`heldBytes counts the memory of the process: ${name}`, async () => {
    const extension = permessageDeflate(options)
    const before = await allocated(of)
    const sessions = Array.from({ length: connections }, () => {
      const decision = extension.accept(offer)
      assert.ok(decision.accepted)
      return decision.open()
    })
    for (const session of sessions) act(session)
    // Work in progress goes on while the garbage of other tests is freed: it has to be there already.
    const measured = (atOnce === true ? memoryUsage()[of] : await allocated(of)) - before
    let counted = 0
    for (const session of sessions) counted += session.heldBytes ?? 0
    for (const session of sessions) session.dispose()
    const tolerance = of === 'rss' ? 1.4 : 1.2
    assert.ok(measured < counted * tolerance + SLACK, `${measured} bytes held, ${counted} counted`)
    assert.ok(counted < measured * tolerance + SLACK, `${measured} bytes held, ${counted} counted`)
    assert.equal(
      sessions.reduce((sum, session) => sum + (session.heldBytes ?? 0), 0),
      0,
    )
  })
}

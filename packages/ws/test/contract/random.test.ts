/** Random sequences of calls and frames look the same with `ws` and with this package. */
import { deepEqual } from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { FrameSpec } from './frames.ts'
import { load } from './implementation.ts'
import type { Implementation } from './implementation.ts'
import { closed, Kit, turns } from './kit.ts'
import type { Peer } from './kit.ts'

const implementations: readonly Implementation[] = [await load('ws'), await load('@hawser/ws')]
const roles = ['server', 'client'] as const

/** One step; each waits until what it causes has arrived. */
type Step = { readonly name: string; readonly act: (socket: any, peer: Peer, kit: Kit) => void }

const payload = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('', 'ä€𐍈', 'x'.repeat(126), 'y'.repeat(70_000)))
const bytes = payload.map((text) => Buffer.from(text))
const data = fc.oneof(payload, bytes)

const call = (name: string, act: (socket: any, kit: Kit) => unknown): Step => ({
  name,
  act: (socket, _peer, kit) => kit.attempt(name, () => act(socket, kit)),
})
const frame = (spec: FrameSpec): Step => ({
  name: `peer sends ${JSON.stringify({ ...spec, payload: String(spec.payload ?? '').slice(0, 20) })}`,
  act: (_socket, peer) => peer.send(spec),
})
const called = (kit: Kit, name: string) => (error?: Error | null) => kit.log(name, error ?? 'without an error')

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: data.map((value) => call('send', (socket) => socket.send(value))) },
  { weight: 2, arbitrary: data.map((value) => call('send with a callback', (socket, kit) => socket.send(value, called(kit, 'sent')))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(data, fc.boolean(), fc.boolean())
      .map(([value, binary, fin]) => call(`send ${binary} ${fin}`, (socket) => socket.send(value, { binary, fin }))),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 130 }).map((value) => call('ping', (socket) => socket.ping(value))) },
  { weight: 1, arbitrary: fc.string({ maxLength: 130 }).map((value) => call('pong', (socket) => socket.pong(value))) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('nodebuffer', 'arraybuffer', 'fragments', 'blob', 'other')
      .map((type) => call(`binaryType ${type}`, (socket) => (socket.binaryType = type))),
  },
  { weight: 6, arbitrary: payload.map((text) => frame({ opcode: 1, payload: Buffer.from(text) })) },
  { weight: 3, arbitrary: bytes.map((value) => frame({ opcode: 2, payload: value })) },
  { weight: 3, arbitrary: bytes.map((value) => frame({ opcode: 2, payload: value, fin: false })) },
  { weight: 4, arbitrary: fc.tuple(bytes, fc.boolean()).map(([value, fin]) => frame({ opcode: 0, payload: value, fin })) },
  { weight: 2, arbitrary: fc.string({ maxLength: 20 }).map((text) => frame({ opcode: 9, payload: Buffer.from(text) })) },
  {
    weight: 1,
    arbitrary: fc
      // With one violation: which of several is found first is a listed difference.
      .tuple(fc.integer({ min: 0, max: 15 }), fc.constantFrom(0, 0x40, 0x10))
      .map(([opcode, rsv]) => frame({ opcode, rsv: [0, 1, 2, 8, 9, 10].includes(opcode) ? rsv : 0, payload: '' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(undefined, 1000, 1005, 3000, 5000, 0), fc.string({ maxLength: 125 }))
      .map(([code, reason]) => call(`close ${code}`, (socket) => socket.close(code, reason))),
  },
  { weight: 1, arbitrary: fc.constant(call('terminate', (socket) => socket.terminate())) },
)

async function observe(implementation: Implementation, role: 'server' | 'client', steps: readonly Step[]): Promise<string[]> {
  const kit = new Kit(implementation)
  try {
    const { socket, peer } = await kit.either(role, { perMessageDeflate: false })
    kit.watch(socket)
    const end = closed(socket)
    for (const { act } of steps) {
      act(socket, peer, kit)
      await turns(6)
    }
    kit.log('state', socket.readyState, socket.binaryType)
    peer.socket.end()
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 2500))])
    // What the Close frame of a failure says is a listed difference, as is a Pong behind our own Close frame.
    const sent = peer.frames().map((line) => line.replace(/(close \d+).*/, '$1'))
    const last = sent.findIndex((line) => line.includes('close'))
    kit.log('sent', ...(last === -1 ? sent : sent.slice(0, last + 1)))
    return kit.lines
  } finally {
    kit.clean()
  }
}

suite('random sequences', () => {
  for (const role of roles) {
    test(role, { timeout: 240_000 }, async () => {
      const runs = Number(process.env['HAWSER_RUNS'] ?? 60)
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          const [expected, actual] = await Promise.all(implementations.map((implementation) => observe(implementation, role, steps)))
          deepEqual(actual, expected)
        }),
        { numRuns: runs, includeErrorInReport: true } as never,
      )
    })
  }
})

/**
 * `drain()` in memory, with peers of every kind at once, over random times: each connection that was open counts once; the drain ends in its time; a peer that
 * reads gets every message that `send` took before the drain, in order, and then the Close frame.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandshakeError } from '../../src/core/errors.ts'
import type { CloseInfo } from '../../src/core/protocol/events.ts'
import type { DrainResult } from '../../src/server/options.ts'
import { memoryServer } from '../../src/testing/index.ts'
import type { MemoryLink, MemoryServer } from '../../src/testing/index.ts'
import { clientFrame } from '../peers/raw-client.ts'

/** What a peer does; it begins before the drain or during it. */
const behaviours = ['reads', 'reads', 'reads late', 'stalls', 'is cut off', 'resets', 'half-closes', 'floods', 'is closing'] as const

interface Peer {
  readonly behaviour: (typeof behaviours)[number]
  readonly link: MemoryLink
  readonly received: number[]
  readonly closed: Promise<CloseInfo>
  accepted: number
}

/** A generator with a fixed seed (xorshift32). */
function random(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** The manual clock moves on until a promise has settled. */
async function elapse(server: MemoryServer, done: Promise<unknown>, most: number): Promise<void> {
  const begun = server.clock.now()
  let settled = false
  void done.then(() => (settled = true))
  while (!settled && server.clock.now() - begun < most) await server.clock.advance(25)
  assert.ok(settled, `not over after ${most} ms`)
}

function misbehave(peer: Peer): void {
  const { behaviour, link } = peer
  if (behaviour === 'is cut off') link.client.cut()
  else if (behaviour === 'resets') link.client.reset()
  else if (behaviour === 'half-closes') link.client.halfClose()
  else if (behaviour === 'floods') for (let i = 0; i < 50; i++) link.client.write([clientFrame(1, 'x'.repeat(1_000))])
}

async function drainWith(seed: number): Promise<void> {
  const below = random(seed)
  /** Then its `close` handler never runs. */
  const isBusy = below(2) === 0
  const closes: CloseInfo[] = []
  const server: MemoryServer = memoryServer(
    {
      keepalive: false,
      closeTimeoutMs: 60_000,
      limits: { handshakeMs: 60_000 },
      upgrade: ({ path }) => (path === '/never' ? new Promise<object>(() => undefined) : {}),
      message: () => (isBusy ? new Promise<void>(() => undefined) : undefined),
      close: (_socket, info) => void closes.push(info),
      error: () => undefined,
    },
    { capacity: [1_000, 20_000, 65_536][below(3)] as number, seed },
  )
  const graceMs = below(2_000)
  const spreadMs = below(3) === 0 ? below(graceMs + 1) : 0
  const peers: Peer[] = []
  for (let count = below(12); count >= 0; count--) {
    const link = server.link()
    const received: number[] = []
    const client = await link.connect('/', {
      message: (_socket, message) => void received.push((message as Uint8Array)[0] as number),
      closeTimeoutMs: 60_000,
    })
    peers.push({ behaviour: behaviours[below(behaviours.length)] as Peer['behaviour'], link, received, closed: client.closed, accepted: 0 })
  }
  const sockets = [...server.connections]
  const waiting = Array.from({ length: below(2) }, () => server.connect('/never').catch((error: HandshakeError) => error))
  for (let half = below(3); half > 0; half--) server.link().client.write([Buffer.from('GET / HTTP/1.1\r\nHo')])
  await server.clock.advance(50 + below(100))

  for (const [index, peer] of peers.entries()) {
    if (peer.behaviour === 'stalls' || peer.behaviour === 'reads late') peer.link.client.stall()
    for (let message = below(20); message > 0; message--) {
      const result = sockets[index]?.send(new Uint8Array(below(3) === 0 ? 30_000 : 100).fill(peer.accepted))
      if (result === 'sent' || result === 'buffered') peer.accepted++
    }
    if (peer.behaviour === 'is closing') void sockets[index]?.close(4_000)
  }
  const early = below(2) === 0
  if (early) peers.forEach(misbehave)
  await server.clock.advance(early ? below(200) : 0)

  const open = server.connections.size
  const before = closes.length
  const drained = server.drain({ graceMs, spreadMs }) as Promise<DrainResult>
  if (!early) peers.forEach(misbehave)
  const closing = below(4) === 0 ? below(graceMs + 1) : undefined
  const late = below(Math.max(1, graceMs - 100))
  const wake = async (): Promise<void> => {
    await server.clock.advance(late)
    for (const { behaviour, link } of peers) if (behaviour === 'reads late') link.client.proceed()
  }
  if (closing === undefined) await wake()
  else {
    await server.clock.advance(closing)
    void server.close()
  }
  // A refusal has a second to arrive.
  await elapse(server, drained, (closing === undefined ? graceMs - late : 0) + 1_200)

  const { closed, failed, terminated } = await drained
  assert.deepEqual([closed + failed + terminated, server.connections.size], [open, 0])
  if (!isBusy) {
    const clean = closes.slice(before).filter(({ wasClean }) => wasClean).length
    assert.equal(closes.length - before, open)
    assert.ok(closed <= clean && (terminated > 0 || closed === clean), `${closed} closed, ${clean} of them clean`)
  }
  for (const one of waiting) {
    const { response } = (await one) as HandshakeError
    if (closing === undefined) assert.equal(response?.status, 503, String(await one))
  }
  if (closing !== undefined || graceMs < 300) return
  for (const { behaviour, accepted, received, closed: ended } of peers) {
    if (behaviour !== 'reads' && behaviour !== 'reads late') continue
    assert.deepEqual(
      received,
      Array.from({ length: accepted }, (_, index) => index),
      behaviour,
    )
    assert.deepEqual(((info) => [info.code, info.wasClean])(await ended), [1001, true], behaviour)
  }
}

test('a drain counts each connection once, ends in its time and loses nothing that was accepted, whatever the peers do [A15]', async () => {
  for (let seed = 1; seed <= 150; seed++) {
    await drainWith(seed).catch((error: unknown) => {
      throw new Error(`with seed ${seed}: ${String(error)}`, { cause: error })
    })
  }
})

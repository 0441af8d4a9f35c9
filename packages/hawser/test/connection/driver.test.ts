import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultyTransport, pair, settle, transportPair } from '../../src/testing/index.ts'
import { pairOver } from '../peers/pair-over.ts'

test('all frames of one chunk are answered in one write', async () => {
  const [left, right] = transportPair()
  const writes: number[] = []
  const counted = new (class extends FaultyTransport {
    override write(segments: readonly Uint8Array[]): boolean {
      writes.push(segments.reduce((sum, segment) => sum + segment.byteLength, 0))
      return super.write(segments)
    }
  })(right, {})
  assert.ok(left)
  const { client } = pairOver(left, counted, { message: (socket: any, message: unknown) => void socket.send(message) })
  for (let i = 0; i < 16; i++) client.send('0123456789')
  await settle()
  assert.deepEqual(writes, [16 * 12])
})

test('a peer that sends Pings and reads nothing does not grow what waits for it (C2 flood)', async () => {
  const { client, server, clock } = pair({
    capacity: 1000,
    server: { message() {}, limits: { sendBuffer: 2000, controlFramesPerSecond: 1_000_000 } },
    client: { limits: { sendBuffer: 100_000_000 } },
  })
  for (let i = 0; i < 5000; i++) {
    client.ping(new Uint8Array(125)).catch(() => undefined)
    client.pause()
    if (i % 100 === 0) await clock.advance(1)
  }
  await settle()
  assert.ok(server.bufferedAmount < 70_000, `bounded: ${server.bufferedAmount}`)
  client.terminate()
})

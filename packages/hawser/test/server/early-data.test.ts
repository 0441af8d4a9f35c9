import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import * as net from 'node:net'
import { test } from 'node:test'
import { EarlyData } from '../../src/server/early-data.ts'
import { attach } from '../../src/runtime/node/serve.ts'
import { openingRequest } from '../peers/raw-client.ts'

test('reading continues while another read fits, and once more after a few bytes', () => {
  const reads = (limit: number, ...sizes: number[]): boolean[] => {
    const early = new EarlyData(limit, undefined)
    return [early.mayRead, ...sizes.map((size) => (early.keep(new Uint8Array(size)), early.mayRead))]
  }
  assert.deepEqual(reads(65_536, 100, 65_536), [true, true, false])
  assert.deepEqual(reads(65_536, 4_096), [true, false])
  assert.deepEqual(reads(262_144, 65_536, 65_536, 65_536, 1), [true, true, true, true, false])
  assert.deepEqual(reads(10, 9, 1), [true, true, false])
  assert.deepEqual(reads(0), [false])
})

test('the bytes that came with the request count', () => {
  const early = new EarlyData(65_536, new Uint8Array(60_000))
  assert.deepEqual([early.isEmpty, early.mayRead, early.chunks.length], [false, false, 1])
  assert.equal(new EarlyData(65_536, new Uint8Array(0)).isEmpty, true)
})

test('a client that floods before its answer is read from for limits.earlyData and what Node reads ahead [RFC 9931]', async (t) => {
  const server = http.createServer()
  const sockets: net.Socket[] = []
  server.on('connection', (socket) => void sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  let asked: (() => void) | undefined
  const deciding = new Promise<void>((resolve) => void (asked = resolve))
  const attached = attach(server, {
    upgrade: () => {
      asked?.()
      return new Promise<Record<never, never>>(() => undefined)
    },
  })
  const client = net.connect({ port: (server.address() as net.AddressInfo).port, host: '127.0.0.1' })
  client.on('error', () => undefined)
  t.after(async () => {
    client.destroy()
    await attached.close()
    server.close()
    server.closeAllConnections()
  })
  client.write(openingRequest())
  client.write(new Uint8Array(8_000_000))
  await deciding
  for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate)
  const { bytesRead, readableHighWaterMark } = sockets[0] as net.Socket
  // A paused stream reads on until its high-water mark is reached, and the last read may pass it.
  assert.ok(bytesRead <= 65_536 + readableHighWaterMark + 65_536 + 1_000, `${bytesRead} bytes were read`)
})

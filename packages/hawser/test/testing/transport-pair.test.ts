import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle, transportPair } from '../../src/testing/index.ts'
import type { TransportHandler } from '../../src/connection/transport.ts'

function record(log: string[]): TransportHandler {
  return {
    data: (chunk) => void log.push(`data ${chunk.byteLength}`),
    end: () => void log.push('end'),
    drained: () => void log.push('drained'),
    closed: (error) => void log.push(error === undefined ? 'closed' : 'failed'),
  }
}

test('bytes wait for resume, beyond the capacity they are buffered at the writer, and drained follows', async () => {
  const [left, right] = transportPair({ capacity: 10 })
  const [near, far]: [string[], string[]] = [[], []]
  left.attach(record(near))
  right.attach(record(far))
  const chunk = new Uint8Array(8)
  assert.equal(left.write([chunk]), true)
  chunk.fill(1)
  assert.equal(left.write([new Uint8Array(8)]), false)
  assert.equal(left.bufferedBytes, 6)
  await settle()
  assert.deepEqual(far, [])
  right.resume()
  await settle()
  assert.deepEqual([near, far, left.bufferedBytes], [['drained'], ['data 8', 'data 8'], 0])
})

test('both ends end one after the other and close; abort fails the peer', async () => {
  const [left, right] = transportPair()
  const [near, far]: [string[], string[]] = [[], []]
  left.attach(record(near))
  right.attach(record(far))
  left.resume()
  right.resume()
  left.write([new Uint8Array(1)])
  left.end()
  await settle()
  assert.deepEqual([near, far], [[], ['data 1', 'end']])
  right.end()
  await settle()
  assert.deepEqual(
    [near, far],
    [
      ['end', 'closed'],
      ['data 1', 'end', 'closed'],
    ],
  )
  const [first, second] = transportPair()
  const log: string[] = []
  second.attach(record(log))
  first.abort()
  await settle()
  assert.deepEqual(log, ['failed'])
})

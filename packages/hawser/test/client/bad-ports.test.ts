import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBadPort } from '../../src/client/bad-ports.ts'
import { connect, HandshakeError, WebSocket } from '../../src/index.ts'
import type { ErrorEvent } from '../../src/index.ts'

const bad = [
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123,
  135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995,
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]

test('exactly the 83 bad ports of the Fetch standard are blocked [C1.20]', () => {
  assert.equal(bad.length, 83)
  assert.deepEqual(Array.from({ length: 65_536 }, (_, port) => port).filter(isBadPort), bad)
})

test('the class makes no connection to a bad port and fails as for a network error; connect() does so by option [C1.20]', async () => {
  let dialled = 0
  const createConnection = () => {
    dialled++
    throw new Error('dialled')
  }
  const webSocket = new WebSocket('ws://127.0.0.1:6667/', { createConnection })
  const event = await new Promise<ErrorEvent>((resolve) => {
    webSocket.onerror = resolve
  })
  assert.ok(event.error instanceof HandshakeError)
  assert.match(event.error.message, /6667 is blocked/)
  await assert.rejects(connect('ws://127.0.0.1:6667/', { createConnection, blockBadPorts: true }), { name: 'HandshakeError', stage: 'url' })
  assert.equal(dialled, 0)
  await assert.rejects(connect('ws://127.0.0.1:6667/', { createConnection }), { stage: 'tcp' })
  assert.equal(dialled, 1)
})

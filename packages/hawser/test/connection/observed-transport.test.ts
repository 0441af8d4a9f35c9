import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObservedFrame, Observer } from '../../src/index.ts'
import { memoryServer } from '../../src/testing/index.ts'

const observer = (frames: ObservedFrame[], blocks: [boolean, number][] = []): Observer => ({
  connection: () => ({
    payloadBytes: 16,
    frame: (frame) => frames.push(frame),
    backpressure: (...said) => blocks.push(said),
  }),
})

const brief = ({ direction, opcode, payloadLength, maskingKey }: ObservedFrame): string =>
  `${direction} ${opcode} ${payloadLength}${maskingKey === undefined ? '' : ' masked'}`

test('messages of every size pass both ends unchanged, and both see the same frames', async () => {
  const [atServer, atClient]: [ObservedFrame[], ObservedFrame[]] = [[], []]
  const server = memoryServer({ message: (socket, data) => void socket.send(data), observe: observer(atServer) })
  const socket = await server.connect('/', { observe: observer(atClient) })
  const sizes = [0, 1, 125, 126, 5_000, 70_000]
  for (const size of sizes) {
    const payload = Uint8Array.from({ length: size }, (_, index) => index * 13)
    socket.send(payload)
    assert.deepEqual(await socket.receive(), payload)
  }
  await socket.close(1000, 'done')
  const expected = [...sizes.flatMap((size) => [`sent 2 ${size} masked`, `received 2 ${size}`]), 'sent 8 6 masked', 'received 8 6']
  assert.deepEqual(atClient.map(brief), expected)
  const swapped = expected.map((line) => (line.startsWith('sent') ? line.replace('sent', 'received') : line.replace('received', 'sent')))
  assert.deepEqual(atServer.map(brief), swapped)
  assert.deepEqual(
    atServer.map(({ payload }) => Buffer.from(payload).toString('hex')),
    atClient.map(({ payload }) => Buffer.from(payload).toString('hex')),
  )
})

test('tells when the transport is full and when everything has left', async () => {
  const blocks: [boolean, number][] = []
  const server = memoryServer({ observe: observer([], blocks) }, { capacity: 1000 })
  const socket = await server.connect('/')
  const [atServer] = server.connections
  socket.pause()
  atServer?.send(new Uint8Array(50_000))
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  assert.ok(blocks[0]?.[0] === true && blocks[0][1] > 10_000, JSON.stringify(blocks))
  socket.resume()
  await socket.receive()
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  assert.deepEqual(blocks.at(-1), [false, 0])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, permessageDeflate } from '../../src/index.ts'
import type { ObservedFrame } from '../../src/index.ts'
import { createDeflateCodec } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { MessageInflation } from '../../src/inspect/message-inflation.ts'
import { inspect } from '../../src/inspect/index.ts'
import type { ConnectionReport, FrameReport } from '../../src/inspect/report.ts'
import { serveFor } from '../peers/test-server.ts'
import { reportOf } from './reports.ts'

const codec = createDeflateCodec({ asyncAbove: 1 << 20 })
const limits = { inflated: 1000, payload: 20 }

/** The frames of messages as a sender with context takeover compresses them. */
function compressed(...messages: string[]): ObservedFrame[] {
  const deflater = codec.deflater({ windowBits: 15, contextTakeover: true })
  const frames = messages.map((text) => {
    const bytes = deflater.deflate(Buffer.from(text), true, () => undefined) as Uint8Array
    const payload = bytes.subarray(0, -4)
    return { opcode: 1, fin: true, rsv1: true, payload, payloadLength: payload.length } as unknown as ObservedFrame
  })
  deflater.dispose()
  return frames
}

const text = (data: string | undefined): string => Buffer.from(data ?? '', 'base64').toString()

test('decompresses messages with context takeover, and in fragments [RFC 7692 §7.2.2]', () => {
  const inflation = new MessageInflation(codec, 15, true, limits)
  const [first, second] = compressed('the same text again', 'the same text again') as [ObservedFrame, ObservedFrame]
  assert.equal(text(inflation.frame(first)?.data), 'the same text again')
  const piece = { ...second, payload: second.payload.subarray(0, 2), payloadLength: 2, fin: false }
  assert.equal(inflation.frame(piece), undefined)
  const rest = { ...second, opcode: 0, rsv1: false, payload: second.payload.subarray(2), payloadLength: second.payload.length - 2 }
  assert.equal(text(inflation.frame(rest)?.data), 'the same text again')
  assert.equal(inflation.frame({ ...first, rsv1: false }), undefined)
})

test('after a message that is not decompressed, later ones that may refer to it are not either, and the reason is said', () => {
  const inflation = new MessageInflation(codec, 15, true, limits)
  const [first, second, third] = compressed('a'.repeat(5000), 'aaa', 'b') as [ObservedFrame, ObservedFrame, ObservedFrame]
  assert.match(inflation.frame(first)?.problem ?? '', /cannot be decompressed/)
  for (const frame of [second, third]) assert.match(inflation.frame(frame)?.problem ?? '', /an earlier message was not/)
  const missed = new MessageInflation(codec, 15, true, limits)
  missed.missed()
  assert.match(missed.frame(third)?.problem ?? '', /not observed/)
})

test('without context takeover, one that is too large leaves the others alone', () => {
  const inflation = new MessageInflation(codec, 15, false, limits)
  const [small] = compressed('small') as [ObservedFrame]
  assert.match(inflation.frame({ ...small, payloadLength: 2000 })?.problem ?? '', /more than 1000 bytes/)
  assert.equal(text(inflation.frame(small)?.data), 'small')
})

test('shows what both ends of a connection send, decompressed', async (t) => {
  const server = await serveFor(t, { extensions: [permessageDeflate({ threshold: 0 })], message: (socket, data) => void socket.send(data) })
  const page = inspect(server)
  const socket = await connect(server.url, { extensions: [permessageDeflate({ threshold: 0 })], observe: page.observer })
  const messages = ['one and '.repeat(30), 'one and '.repeat(30), 'two '.repeat(30)]
  for (const message of messages) {
    socket.send(message)
    assert.equal(await socket.receive(), message)
  }
  await socket.close()
  const reports: ConnectionReport[] = [await reportOf(page, 1), await reportOf(page, 2)]
  assert.deepEqual(reports.map(({ role }) => role).sort(), ['client', 'server'])
  for (const report of reports) {
    for (const direction of ['sent', 'received']) {
      const shown = report.frames.filter((frame: FrameReport) => frame.direction === direction && frame.opcode === 1)
      assert.deepEqual(
        shown.map(({ inflated }) => text(inflated?.data)),
        messages,
      )
    }
    assert.equal(report.compression?.sent.compressedMessages, 3)
  }
})

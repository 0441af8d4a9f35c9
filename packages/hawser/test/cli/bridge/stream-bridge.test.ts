import assert from 'node:assert/strict'
import { PassThrough, Readable, Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { StreamBridge } from '../../../src/cli/bridge/stream-bridge.ts'
import type { BridgedSocket } from '../../../src/cli/bridge/stream-bridge.ts'

/** A socket whose peer reads only when it is told to. */
class SlowSocket implements BridgedSocket {
  readonly sent: (string | Uint8Array)[] = []
  readyState: 'OPEN' | 'CLOSED' = 'OPEN'
  isSlow = false
  drained: Promise<void> = Promise.resolve()
  drain: () => void = () => {}

  send(message: string | Uint8Array): 'sent' | 'buffered' | 'closed' {
    if (this.readyState !== 'OPEN') return 'closed'
    this.sent.push(message)
    if (!this.isSlow) return 'sent'
    this.drained = new Promise((resolve) => {
      this.drain = resolve
    })
    return 'buffered'
  }

  async close(): Promise<never> {
    throw new Error('the bridge does not close')
  }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a bridge between messages and a stream', () => {
  test('sends chunks as binary messages, and lines as text messages', async () => {
    const [bytes, lines] = [new SlowSocket(), new SlowSocket()]
    await new StreamBridge(new PassThrough(), 'bytes').send(Readable.from([Buffer.of(0, 255), Buffer.of(1)]), bytes, 0)
    assert.deepEqual(
      bytes.sent.map((one) => [...Buffer.from(one)]),
      [[0, 255], [1]],
    )
    await new StreamBridge(new PassThrough(), 'lines').send(Readable.from([Buffer.from('a\nb'), Buffer.from('c\n')]), lines, 10)
    assert.deepEqual(lines.sent, ['a', 'bc'])
  })

  test('reads no more of the stream while the peer does not read', async () => {
    const socket = new SlowSocket()
    socket.isSlow = true
    let given = 0
    const source = new Readable({
      highWaterMark: 1,
      read() {
        given += 1
        this.push(given > 50 ? null : Buffer.alloc(1000))
      },
    })
    const sending = new StreamBridge(new PassThrough(), 'bytes').send(source, socket, 0)
    await turns()
    assert.ok(socket.sent.length === 1 && given <= 3, `${socket.sent.length} sent, ${given} read`)
    const bytes = (): number => socket.sent.reduce((sum, message) => sum + message.length, 0)
    while (bytes() < 50_000) {
      socket.drain()
      await turns()
    }
    socket.drain()
    await sending
  })

  test('ends when the connection does, and leaves the writing side of the stream open', async () => {
    const socket = new SlowSocket()
    const stream = new PassThrough()
    socket.readyState = 'CLOSED'
    stream.write('x')
    await new StreamBridge(stream, 'bytes').send(stream, socket, 0)
    assert.equal(stream.writable, true)
  })

  test('holds back messages while the stream takes no more, until it does or is gone', async () => {
    for (const end of ['drain', 'destroy'] as const) {
      const taken: (() => void)[] = []
      const stream = new Writable({ highWaterMark: 4, write: (_chunk, _encoding, done) => void taken.push(done) })
      stream.on('error', () => {})
      const bridge = new StreamBridge(stream, 'bytes')
      assert.equal(bridge.message('ab'), undefined)
      const held = bridge.message('cdef')
      assert.ok(held instanceof Promise)
      if (end === 'destroy') stream.destroy()
      else
        while (taken.length > 0) {
          taken.shift()?.()
          await turns()
        }
      await held
      if (end === 'destroy') assert.equal(bridge.message('x'), undefined)
    }
  })

  test('a message is a line with lines', async () => {
    const stream = new PassThrough()
    const bridge = new StreamBridge(stream, 'lines')
    for (const message of ['one', Buffer.from('two')]) assert.equal(bridge.message(message), undefined)
    assert.equal(String(stream.read()), 'one\ntwo\n')
  })

  test('refuses lines that are too long or no UTF-8', async () => {
    const send = (chunk: Uint8Array, max: number) => new StreamBridge(new PassThrough(), 'lines').send(Readable.from([chunk]), new SlowSocket(), max)
    await assert.rejects(send(Buffer.from('abcd\n'), 3), RangeError)
    await assert.rejects(send(Buffer.of(0xff, 0x0a), 3), TypeError)
  })
})

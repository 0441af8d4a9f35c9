import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError, MessageError } from '../../src/core/errors.ts'
import { ReceivedStream, streamOverhead } from '../../src/connection/received-stream.ts'
import { nodePlatform } from '../../src/runtime/node/platform.ts'
import { settle } from '../../src/testing/index.ts'

function open(
  isText: boolean,
  collectLimit = 1e6,
): { stream: ReceivedStream; push(text: string): void; held(): number; collected(): number; failed: number[] } {
  let held = 0
  let collected = 0
  const failed: number[] = []
  const stream = new ReceivedStream(isText, {
    text: nodePlatform.text,
    buffers: nodePlatform.buffers,
    subprotocol: 'chat',
    collectLimit,
    held: (bytes) => void (held += bytes),
    collected: (bytes) => void (collected += bytes),
    changed() {},
    tooLong(length) {
      failed.push(length)
      return new ConnectionError('too long', { fault: 'peer', closeCode: 1009 })
    },
  })
  const push = (text: string): void => {
    const bytes = Buffer.from(text)
    stream.push(bytes, 0, bytes.length)
  }
  return { stream, push, held: () => held, collected: () => collected, failed }
}

const cutOff = new ConnectionError('gone', { fault: 'network', closeCode: 1006 })

test('chunks are given out as they come, and iteration ends with the message', async () => {
  const { stream, push, held } = open(true)
  assert.equal(held(), streamOverhead)
  const chunks: string[] = []
  const iterating = (async () => {
    for await (const chunk of stream) chunks.push(chunk)
  })()
  for (const piece of ['a', 'b', 'é']) {
    push(piece)
    await settle()
  }
  assert.deepEqual(chunks, ['a', 'b', 'é'])
  stream.complete()
  await iterating
  assert.equal(held(), 0)
})

test('what waits is joined, counted, and counted no more once it is taken', async () => {
  const { stream, push, held } = open(false)
  push('abc')
  push('def')
  assert.equal(held(), streamOverhead + 6)
  stream.complete()
  assert.deepEqual(Buffer.from(await stream.bytes()).toString(), 'abcdef')
  assert.equal(held(), 0)
})

test('text, bytes and json collect a message that is still arriving', async () => {
  for (const take of ['text', 'bytes', 'json'] as const) {
    for (const isText of [true, false]) {
      const { stream, push } = open(isText)
      push('{"a":')
      const taken = stream[take]()
      await settle()
      push('1}')
      stream.complete()
      const expected = take === 'json' ? { a: 1 } : '{"a":1}'
      const value = await taken
      assert.deepEqual(value instanceof Uint8Array ? Buffer.from(value).toString() : value, expected)
    }
  }
})

test('a message can be taken once: a second way throws or rejects and does not disturb the first', async () => {
  const { stream, push } = open(true)
  const taken = stream.text()
  push('é')
  await assert.rejects(stream.bytes(), { name: 'TypeError', message: /taken once, and this one was taken by text\(\)/ })
  await assert.rejects(stream.json(), TypeError)
  assert.throws(() => stream.stream(), TypeError)
  assert.throws(() => stream[Symbol.asyncIterator](), TypeError)
  push('a')
  stream.complete()
  assert.equal(await taken, 'éa')
})

test('a ReadableStream gives the same chunks, and cancelling it drops the rest', async () => {
  const { stream, push, held } = open(false)
  const reader = stream.stream().getReader()
  push('ab')
  assert.equal(Buffer.from((await reader.read()).value).toString(), 'ab')
  push('cd')
  await reader.cancel()
  push('ef')
  assert.equal(held(), 0)
})

test('leaving the loop drops the rest of the message', async () => {
  const { stream, push, held } = open(true)
  push('a')
  for await (const chunk of stream) {
    assert.equal(chunk, 'a')
    break
  }
  push('b')
  stream.complete()
  assert.equal(held(), 0)
})

test('calls of next wait in order, and end together', async () => {
  const { stream, push } = open(true)
  const iterator = stream[Symbol.asyncIterator]()
  const results = [iterator.next(), iterator.next(), iterator.next()]
  push('1')
  push('2')
  stream.complete()
  assert.deepEqual(await Promise.all(results), [
    { value: '1', done: false },
    { value: '2', done: false },
    { value: undefined, done: true },
  ])
})

test('a message that is cut off rejects with the reason, drops what waits, and raises no unhandled rejection', async () => {
  const { stream, push, held } = open(true)
  void stream.text()
  push('abc')
  stream.cut(cutOff)
  assert.equal(held(), 0)
  const other = open(true)
  other.push('a')
  other.stream.cut(cutOff)
  await assert.rejects(other.stream.text(), cutOff)
  const complete = open(true)
  complete.push('a')
  complete.stream.complete()
  complete.stream.cut(cutOff)
  assert.equal(await complete.stream.text(), 'a')
})

test('collecting more than the limit fails the connection and rejects; iteration has no such limit', async () => {
  const { stream, push, failed } = open(true, 5)
  const text = stream.text()
  push('abc')
  push('def')
  await assert.rejects(text, { closeCode: 1009 })
  assert.deepEqual(failed, [6])
  const other = open(true, 5)
  other.push('abcdef')
  other.stream.complete()
  for await (const chunk of other.stream) assert.equal(chunk, 'abcdef')
})

test('collecting keeps single bytes without an object for each, and counts them until the end', async () => {
  const { stream, push, held, collected } = open(false)
  push('ab')
  const taken = stream.bytes()
  for (let i = 0; i < 1000; i++) {
    push('c')
    await Promise.resolve()
  }
  assert.deepEqual([held(), collected()], [0, 1002])
  stream.complete()
  assert.equal(collected(), 0)
  const bytes = await taken
  assert.equal(Buffer.from(bytes).toString(), `ab${'c'.repeat(1000)}`)
  const cut = open(true)
  cut.push('a')
  const text = cut.stream.text()
  cut.push('b')
  cut.stream.cut(cutOff)
  await assert.rejects(text, cutOff)
  assert.deepEqual([cut.held(), cut.collected()], [0, 0])
})

test('bytes() of a text message gives a buffer with nothing else in it', async () => {
  const { stream, push } = open(true)
  push('x'.repeat(20_000))
  stream.complete()
  assert.equal((await stream.bytes()).buffer.byteLength, 20_000)
})

test('a message that is cancelled is never given as an empty or a shorter one', async () => {
  const { stream, push } = open(true)
  push('a')
  const text = stream.text()
  push('b')
  stream.cancel()
  await assert.rejects(text, { name: 'TypeError', message: /cancelled before its end/ })
  const dropped = open(true)
  dropped.push('a')
  dropped.stream.cancelUntaken()
  await assert.rejects(dropped.stream.text(), { name: 'TypeError', message: /was dropped/ })
  await assert.rejects(dropped.stream.bytes(), TypeError)
  await assert.rejects(dropped.stream.json(), TypeError)
  assert.throws(() => dropped.stream.stream(), TypeError)
  assert.throws(() => dropped.stream[Symbol.asyncIterator](), TypeError)
})

test('what is not JSON, and a binary message that is not UTF-8, reject with a MessageError', async () => {
  const { stream, push } = open(true)
  push('{')
  stream.complete()
  await assert.rejects(stream.json(), (error) => error instanceof MessageError && error.fault === 'peer' && error.received === '{')
  const binary = open(false)
  binary.stream.push(Uint8Array.of(0xff), 0, 1)
  binary.stream.complete()
  await assert.rejects(binary.stream.text(), MessageError)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeflateContext } from '../src/deflate.ts'

const noise = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * index * 31 + (index >> 3) * 7) & 0xff))

test('the examples of RFC 7692 sections 7.2.3.1 to 7.2.3.6 inflate', () => {
  const inflate = (...messages: string[]): string[] => {
    const context = new DeflateContext(15, true)
    return messages.map((hex) => context.inflate(Buffer.from(hex, 'hex'), 100).toString())
  }
  assert.deepEqual(inflate('f248cdc9c90700', 'f200110000'), ['Hello', 'Hello'])
  assert.deepEqual(inflate('000500faff48656c6c6f00'), ['Hello'])
  assert.deepEqual(inflate('f348cdc9c9070000'), ['Hello'])
  assert.deepEqual(inflate('f24805000000ffffcac9c90700'), ['Hello'])
  assert.deepEqual(inflate('00'), [''])
})

test('with context takeover the second message refers to the first, without it does not', () => {
  const keeps = new DeflateContext(15, true)
  const forgets = new DeflateContext(15, false)
  const lengths = [keeps, forgets].map((context) => [context.deflate(noise).length, context.deflate(noise).length] as const)
  assert.ok(lengths[0]![1] < 40, String(lengths[0]))
  assert.equal(lengths[1]![1], lengths[1]![0])
})

test('a reference behind the agreed window is an error (RFC 7692 section 7.1.2)', () => {
  const filler = Buffer.alloc(300, 'x')
  for (const bits of [8, 9]) {
    const wide = new DeflateContext(15, true)
    const narrow = new DeflateContext(bits, true)
    const messages = [noise, filler, filler, noise].map((plain) => wide.deflate(plain))
    for (const packed of messages.slice(0, 3)) narrow.inflate(packed, 1 << 20)
    assert.throws(() => narrow.inflate(messages[3]!, 1 << 20), /too far back/)
  }
})

test('both ends agree for every window', () => {
  for (const bits of [8, 9, 10, 11, 12, 13, 14, 15])
    for (const takeover of [true, false]) {
      const [from, to] = [new DeflateContext(bits, takeover), new DeflateContext(bits, takeover)]
      for (const plain of [noise, Buffer.alloc(70_000, 'ab'), Buffer.alloc(0), noise])
        assert.deepEqual(to.inflate(from.deflate(plain), 1 << 20), plain)
    }
})

test('a message of a peer becomes no longer than the suite allows', () => {
  const bomb = new DeflateContext(15, true).deflate(Buffer.alloc(1 << 20))
  assert.equal(new DeflateContext(15, true).inflate(bomb, 1 << 20).length, 1 << 20)
  assert.throws(() => new DeflateContext(15, true).inflate(bomb, (1 << 20) - 1), { code: 'ERR_BUFFER_TOO_LARGE' })
})

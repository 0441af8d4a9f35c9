import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RepeatedText } from '../../src/connection/repeated-text.ts'
import { connect, permessageDeflate, serve } from '../../src/index.ts'
import type { Socket } from '../../src/index.ts'
import { createTestPlatform } from '../../src/testing/index.ts'

test('the second of two equal texts has a frame, which the third shares; another text in between has none [RFC 6455 §5.6]', () => {
  const repeated = new RepeatedText(createTestPlatform(1))
  assert.equal(repeated.frameOf('same'), undefined)
  const frame = repeated.frameOf('same')
  assert.deepEqual([...frame!.bytes], [0x81, 4, ...Buffer.from('same')])
  assert.equal(repeated.frameOf('same'), frame)
  assert.equal(repeated.frameOf('some'), undefined)
  assert.equal(repeated.frameOf('same'), undefined)
})

test('a lone surrogate and U+FFFD, which are equal on the wire, are different texts; a long text is never kept', () => {
  const repeated = new RepeatedText(createTestPlatform(1))
  for (const text of ['\ud800', '\ufffd', '\ud800']) assert.equal(repeated.frameOf(text), undefined)
  assert.deepEqual([...repeated.frameOf('\ud800')!.bytes], [0x81, 3, 0xef, 0xbf, 0xbd])
  const long = 'x'.repeat(4097)
  for (let i = 0; i < 3; i++) assert.equal(repeated.frameOf(long), undefined)
})

for (const extensions of [[], [permessageDeflate()]]) {
  test(`texts sent to each of a set arrive whole, once and in order, ${extensions.length === 0 ? 'plain' : 'compressed'}`, async (t) => {
    const everyone = new Set<Socket>()
    const server = await serve({ port: 0, extensions, open: (socket) => void everyone.add(socket) })
    t.after(() => server.close())
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect(server.url, { extensions })))
    t.after(() => clients.forEach((client) => client.terminate()))
    while (everyone.size < clients.length) await new Promise((resolve) => setImmediate(resolve))
    const texts = ['a', 'a', 'b', 'é'.repeat(300), 'a', 'x'.repeat(5000), 'x'.repeat(5000), 'a']
    for (const text of texts) for (const socket of everyone) assert.equal(socket.send(text), 'sent')
    for (const client of clients) {
      const received: unknown[] = []
      for (let i = 0; i < texts.length; i++) received.push(await client.receive())
      assert.deepEqual(received, texts)
    }
  })
}

test('a client masks each frame anew, also of a text that it sends again [RFC 6455 §5.3]', async (t) => {
  const received: unknown[] = []
  const { promise, resolve } = deferred()
  const server = await serve({
    port: 0,
    message(_, message) {
      if (received.push(message) === 3) resolve()
    },
  })
  t.after(() => server.close())
  const client = await connect(server.url)
  t.after(() => client.terminate())
  for (let i = 0; i < 3; i++) client.send('again')
  await promise
  assert.deepEqual(received, ['again', 'again', 'again'])
})

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

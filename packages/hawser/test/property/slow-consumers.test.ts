/** Every mode of `slowConsumer` on real transports, with and without compression: what arrives is whole, in order and as was told to the sender. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, permessageDeflate } from '../../src/index.ts'
import type { SendResult, SlowConsumer } from '../../src/index.ts'
import { authority, localhost } from '../certificates/index.ts'
import { serveFor } from '../peers/test-server.ts'

const transports = {
  TCP: { server: {}, client: {} },
  TLS: { server: { tls: localhost }, client: { tls: { ca: authority } } },
  'HTTP/2': { server: { tls: localhost, http2: true }, client: { tls: { ca: authority }, http: '2' } },
} as const

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** 20 000 letters that differ in each message and that DEFLATE makes half as long. */
function text(seed: number): string {
  let state = seed + 1
  let letters = ''
  while (letters.length < 20_000) letters += (state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff).toString(36)
  return letters
}
const padding = Array.from({ length: 16 }, (_, i) => text(i))

for (const [name, options] of Object.entries(transports)) {
  for (const compressed of [false, true]) {
    for (const how of ['send', 'broadcast'] as const) {
      test(`drop-oldest and coalesce over ${name}${compressed ? ' with compression' : ''}, by ${how}: a slow peer gets the newest, whole and in order`, async (t) => {
        const extensions = compressed ? { extensions: [permessageDeflate()] } : {}
        const server = await serveFor(t, { open() {}, limits: { sendBuffer: 2_000_000 }, ...extensions, ...options.server })
        const url = server.url.replace('127.0.0.1', 'localhost')
        const clients = await Promise.all([1, 2, 3].map(() => connect(url, { ...extensions, ...options.client })))
        const sockets = [...server.connections]
        const modes: SlowConsumer[] = ['drop-oldest', 'coalesce', 'wait']
        sockets.forEach((socket, i) => socket.setSlowConsumer(modes[i] as SlowConsumer))
        const all = sockets.map((): SendResult[] => [])
        let count = 0
        // Until the drop-oldest socket has dropped many.
        for (; (sockets[0]?.droppedMessages ?? 0) < 200; count++) {
          const message = `${count} ${padding[count % padding.length]}`
          if (how === 'send') sockets.forEach((socket, i) => all[i]?.push(socket.send(message, { key: count % 7 })))
          else {
            const { sent, buffered, replaced, dropped } = server.broadcast(message, { key: count % 7 })
            assert.deepEqual([sent + buffered + replaced, dropped], [3, 0])
          }
          if (count % 10 === 0) await turn()
        }
        if (how === 'send') assert.deepEqual([all[0]?.at(-1), all[1]?.at(-1), all[2]?.at(-1)], ['replaced', 'replaced', 'buffered'])
        // The handshakes may have ended in another order than the calls: each client learns its mode from what arrives.
        const received = await Promise.all(
          clients.map(async (client) => {
            const numbers: number[] = []
            while (true) {
              const [number, letters] = String(await client.receive()).split(' ')
              numbers.push(Number(number))
              assert.equal(letters, padding[Number(number) % padding.length])
              if (new Set(numbers.slice(-7)).size === 7 && numbers.slice(-7).every((one) => one >= count - 7)) return numbers
            }
          }),
        )
        const droppedBy = new Map(sockets.map((socket, i) => [modes[i], socket.droppedMessages]))
        assert.equal(droppedBy.get('wait'), 0)
        const expected = modes.map((mode) => count - (droppedBy.get(mode) ?? 0)).toSorted((a, b) => a - b)
        assert.deepEqual(
          received.map(({ length }) => length).toSorted((a, b) => a - b),
          expected,
        )
        // A message that replaces another takes its place, so only those of one key keep their order with `coalesce`.
        const isSorted = (numbers: readonly number[]): boolean => numbers.every((one, i) => i === 0 || one > (numbers[i - 1] as number))
        assert.ok(received.filter(isSorted).length >= 2)
        for (const numbers of received) for (let key = 0; key < 7; key++) assert.ok(isSorted(numbers.filter((one) => one % 7 === key)))
        await Promise.all(clients.map((client) => client.close()))
      })
    }
  }
}

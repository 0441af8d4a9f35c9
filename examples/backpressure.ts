/**
 * A producer that is faster than its peer. send() returns `buffered` while the peer does not keep up, and `drained` resolves when it has caught up.
 * sendStream() sends one large message in pieces, without holding all of it in memory.
 *
 * Prints:
 *   1000 messages arrived, the sender waited: true
 *   at most 8 MiB were buffered: true
 *   one message of 5000000 bytes from 50 pieces
 */
import { connect, serve } from 'hawser'

let waited = 0
let mostBuffered = 0

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < 50; index++) yield new Uint8Array(100_000).fill(index)
}

const server = await serve({
  async open(socket) {
    const message = new Uint8Array(50_000)
    for (let index = 0; index < 1000; index++) {
      if (socket.send(message) === 'buffered') {
        waited++
        mostBuffered = Math.max(mostBuffered, socket.bufferedAmount)
        await socket.drained
      }
    }
    await socket.sendStream(pieces())
  },
})

const socket = await connect(server.url, { limits: { message: 8_000_000 } })
let count = 0
for await (const message of socket) {
  if (++count === 1000) {
    console.log(`1000 messages arrived, the sender waited: ${waited > 0}`)
    console.log(`at most 8 MiB were buffered: ${mostBuffered < 8 << 20}`)
  }
  if (count === 1001) {
    console.log(`one message of ${message.length} bytes from 50 pieces`)
    break
  }
}
await socket.close()
await server.drain()

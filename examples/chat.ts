/**
 * A chat room: a typed subprotocol with a schema, and broadcast. Both ends know the type of every message.
 *
 * Prints:
 *   bob sees ada: hello
 *   bob sees ada: how are you?
 *   a message without text is refused: text
 */
import { connect, json, serve } from 'hawser'
import * as z from 'zod'

const Say = z.object({ from: z.string(), text: z.string() })
const subprotocols = { 'room.v1': json(Say) }

const server = await serve({
  subprotocols,
  noSubprotocol: 'refuse',
  message(socket, said, subprotocol) {
    if (subprotocol === 'room.v1') server.broadcast({ from: said.from, text: said.text }, { except: socket })
  },
  invalid(_socket, error) {
    console.log(`a message without text is refused: ${error.issues[0]?.path.join('.')}`)
  },
})

const ada = await connect(server.url, { subprotocols })
const bob = await connect(server.url, { subprotocols })
ada.send({ from: 'ada', text: 'hello' })
ada.send({ from: 'ada', text: 'how are you?' })
let heard = 0
for await (const { from, text } of bob) {
  console.log(`bob sees ${from}: ${text}`)
  if (++heard === 2) break
}

await ada.close()
await bob.close()

// A client that does not use this schema.
const stranger = await connect(server.url, { subprotocols: ['room.v1'] })
stranger.send(JSON.stringify({ from: 'stranger' }))
await stranger.close()
await server.drain()

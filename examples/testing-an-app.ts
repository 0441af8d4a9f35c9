/**
 * Tests the handlers of an application without a port, a sleep or a real clock: pair() connects two sockets in memory, and the test advances a
 * manual clock.
 *
 * Prints:
 *   two pings were answered
 *   a silent client is gone after 40 seconds: 1006 timeout
 */
import assert from 'node:assert/strict'
import type { Socket } from 'hawser'
import { pair } from 'hawser/testing'

// The application.
const app = {
  message(socket: Socket, message: string | Uint8Array): void {
    if (message === 'ping') socket.send('pong')
  },
}

const { client, server } = pair({ server: app })
client.send('ping')
client.send('nothing to answer')
client.send('ping')
const answers: unknown[] = []
for await (const answer of client) if (answers.push(answer) === 2) break
assert.deepEqual(answers, ['pong', 'pong'])
await client.close()
assert.equal((await server.closed).wasClean, true)
console.log('two pings were answered')

const silent = pair({ server: { ...app, faults: { dropAfter: 0 } } })
await silent.clock.advance(41_000)
const { code, error } = await silent.server.closed
console.log(`a silent client is gone after 40 seconds: ${code} ${error?.fault}`)

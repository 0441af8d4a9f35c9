/**
 * On SIGTERM the server takes no new connections and closes the open ones with 1001 Going Away, spread over time so that the clients do not all
 * reconnect at once. It drops connections that do not answer within the grace period.
 *
 * Prints:
 *   client 1 was closed with 1001 a new version is coming
 *   client 2 was closed with 1001 a new version is coming
 *   client 3 was closed with 1001 a new version is coming
 *   drained: 3 closed, 0 terminated
 */
import process from 'node:process'
import { connect, serve } from 'hawser'

const server = await serve({ message() {} })

process.once('SIGTERM', async () => {
  const { closed, terminated } = await server.drain({ reason: 'a new version is coming', spreadMs: 300, graceMs: 5_000 })
  console.log(`drained: ${closed} closed, ${terminated} terminated`)
})

for (const number of [1, 2, 3]) {
  const socket = await connect(server.url)
  void socket.closed.then(({ code, reason }) => console.log(`client ${number} was closed with ${code} ${reason}`))
}
process.kill(process.pid, 'SIGTERM')

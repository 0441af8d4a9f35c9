/** What several programs need: a listener on a free port, and the end of everything that a program started. */
import { once } from 'node:events'

/** Listens on a free port of the loopback. */
export async function listen(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}

/** A callback-style close as a promise. */
export function closed(server) {
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())))
}

/** Resolves as soon as `condition` holds, looked at after each `poll` ms. */
export async function until(condition, poll = 5) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, poll))
}

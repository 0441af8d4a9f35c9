import type { TestContext } from 'node:test'
import type { NoSubprotocol } from '../../src/core/handshake/index.ts'
import type { Subprotocols } from '../../src/core/subprotocols/index.ts'
import { serve } from '../../src/runtime/node/serve.ts'
import type { ServeOptions } from '../../src/runtime/node/serve.ts'
import type { ListeningServer } from '../../src/runtime/node/server.ts'
import { RawClient } from './raw-client.ts'

/** A server on a free port that ends with the test. Errors of its handlers fail the test, unless it has an `error` handler. */
export async function serveFor<
  const S extends Subprotocols = readonly [],
  Context = undefined,
  const N extends NoSubprotocol = 'accept',
  const Path extends string = string,
>(t: TestContext, options: ServeOptions<S, Context, N, Path>): Promise<ListeningServer<S, Context, N> & { client(): Promise<RawClient> }> {
  const errors: unknown[] = []
  const server = await serve({ error: (error) => void errors.push(error), ...options } as ServeOptions<S, Context, N, Path>)
  const clients: RawClient[] = []
  t.after(async () => {
    for (const client of clients) client.destroy()
    await server.close()
    if (errors.length > 0) throw errors[0]
  })
  return Object.assign(server, {
    client: async () => {
      const client = await RawClient.to({ port: server.port })
      clients.push(client)
      return client
    },
  })
}

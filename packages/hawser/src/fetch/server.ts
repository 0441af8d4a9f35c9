import { showAs } from '../connection/inspect.ts'
import type { BroadcastResult } from '../server/broadcast.ts'
import type { BroadcastOptions } from '../server/broadcast-options.ts'
import type { DrainOptions, DrainResult } from '../server/options.ts'
import type { AnyServerOptions } from '../server/settings.ts'
import type { FetchCapabilities } from './capabilities.ts'
import { FetchCore } from './fetch-core.ts'
import type { FetchServer } from './options.ts'

/** The part that the servers of all platforms have in common. */
export class PlatformServer implements FetchServer {
  readonly #core: FetchCore

  constructor(core: FetchCore) {
    this.#core = core
  }

  get capabilities(): FetchCapabilities {
    return this.#core.capabilities
  }

  get connections(): ReadonlySet<any> {
    return this.#core.connectionSet
  }

  broadcast(message: unknown, options?: BroadcastOptions<any>): BroadcastResult {
    return this.#core.broadcast(message, options)
  }

  async drain(options?: DrainOptions): Promise<DrainResult> {
    return this.#core.drain(options)
  }

  close(): void {
    this.#core.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain({ graceMs: 1_000 })
  }

  static {
    showAs(PlatformServer, 'Server', (server) => ({ platform: server.capabilities.platform, connections: server.connections.size }))
  }
}

/** Options of a server, and the function for ordinary requests, which is called on them. */
export type OptionsWithRequest = AnyServerOptions & { request?(...args: unknown[]): unknown }

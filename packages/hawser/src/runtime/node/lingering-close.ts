import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { Transport, TransportHandler } from '../../connection/transport.ts'
import type { ServerCore } from '../../server/server-core.ts'

const lingerMs = 1_000
const maxDiscarded = 1_048_576

/**
 * Ends a transport so that what was written last arrives: with unread input a plain close is a reset, and the peer may lose the
 * response (RFC 9112 section 9.6). What still comes is thrown away, for a while and up to a size.
 */
export class LingeringClose extends TimedEntry implements TransportHandler {
  readonly #transport: Transport
  readonly #core: ServerCore
  #discarded = 0

  constructor(transport: Transport, core: ServerCore) {
    super()
    this.#transport = transport
    this.#core = core
    core.ending.add(transport)
    transport.attach(this)
    transport.end()
    transport.resume()
    const { environment } = core
    environment.timers.schedule(this, environment.clock.now() + lingerMs)
  }

  data(chunk: Uint8Array): void {
    this.#discarded += chunk.byteLength
    if (this.#discarded > maxDiscarded) this.#transport.abort()
  }

  end(): void {}

  drained(): void {}

  closed(): void {
    this.#core.refusalEnded(this.#transport)
    this.#core.environment.timers.cancel(this)
  }

  override timeout(): number {
    this.#transport.abort()
    return Number.POSITIVE_INFINITY
  }
}

import { lingerMs } from '../connection/linger.ts'
import { TimedEntry } from '../connection/timer-wheel.ts'
import type { Transport, TransportHandler } from '../connection/transport.ts'
import type { ServerCore } from './server-core.ts'

const maxDiscarded = 1_048_576

/**
 * Ends a transport so that the last response arrives: a plain close with unread input sends a reset, and the peer may lose the
 * response (RFC 9112 section 9.6). Input is discarded for at most `lingerMs` and 1 MiB, then the transport is aborted.
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
    const { runtime } = core
    runtime.timers.schedule(this, runtime.clock.now() + lingerMs)
  }

  data(chunk: Uint8Array): void {
    this.#discarded += chunk.byteLength
    if (this.#discarded > maxDiscarded) this.#transport.abort()
  }

  end(): void {}

  drained(): void {}

  closed(): void {
    this.#core.refusalEnded(this.#transport)
    this.#core.runtime.timers.cancel(this)
  }

  /** The maximum wait, even for a transport that does not report its end. */
  override timeout(): number {
    this.#transport.abort()
    this.#core.refusalEnded(this.#transport)
    return Number.POSITIVE_INFINITY
  }
}

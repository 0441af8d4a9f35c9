import type { FieldLine } from '../../core/handshake/fields.ts'
import type { ConnectionEnvironment } from '../../connection/environment.ts'
import { SessionWatch } from '../../connection/session-watch.ts'
import type { SessionHandle } from '../../connection/session-watch.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { StreamExchange } from '../dial.ts'
import type { ExchangeResult } from '../exchange.ts'
import { exchangeOverStream } from './exchange.ts'
import type { ClientStream } from './exchange.ts'

/** A session at the client, whose server's SETTINGS have arrived. */
export interface ClientSession extends SessionHandle {
  /** SETTINGS_ENABLE_CONNECT_PROTOCOL is 1 (RFC 8441 section 3). */
  readonly allowsConnect: boolean
  readonly maxConcurrentStreams: number
  /** @throws Error where the session takes no new stream */
  request(fields: readonly FieldLine[], environment: ConnectionEnvironment): ClientStream
  /** A session without a stream does not. */
  keepsProcessAlive(keeps: boolean): void
  onClosed(callback: () => void): void
}

/** How long a session without a stream is kept for the next connection. */
const idleMs = 10_000
/** A server that neither sends nor answers a PING for so long is given up. */
const silentMs = 60_000

/** A session that several connections to one origin use. */
export class PooledSession extends TimedEntry {
  readonly #session: ClientSession
  readonly #environment: ConnectionEnvironment
  readonly #watch: SessionWatch
  #streams = 0
  #idleSince: number

  constructor(session: ClientSession, environment: ConnectionEnvironment, gone: () => void) {
    super()
    this.#session = session
    this.#environment = environment
    const { clock, timers } = environment
    this.#idleSince = clock.now()
    this.#watch = new SessionWatch(session, this.#idleSince, silentMs)
    timers.schedule(this, this.#idleSince)
    session.keepsProcessAlive(false)
    session.onClosed(() => {
      timers.cancel(this)
      gone()
    })
  }

  get isOver(): boolean {
    return this.#session.isClosing || this.#session.isOver
  }

  get hasRoom(): boolean {
    return !this.isOver && this.#streams < this.#session.maxConcurrentStreams
  }

  async exchange<T>(request: StreamExchange<T>): Promise<ExchangeResult<T>> {
    this.#streams++
    this.#session.keepsProcessAlive(true)
    try {
      const result = await exchangeOverStream<T>(this.#session, this.#environment, {
        ...request,
        switched: (head, stream) => {
          const value = request.switched(head, stream)
          stream.onClosed(() => this.#release())
          return value
        },
      })
      if (result.kind === 'answered') this.#release()
      return result
    } catch (error) {
      this.#release()
      throw error
    }
  }

  #release(): void {
    if (--this.#streams > 0) return
    this.#idleSince = this.#environment.clock.now()
    this.#session.keepsProcessAlive(false)
  }

  override timeout(now: number): number {
    if (this.#streams === 0 && !this.isOver && now - this.#idleSince >= idleMs) this.#session.goAway()
    return this.#watch.check(now, this.#streams)
  }
}

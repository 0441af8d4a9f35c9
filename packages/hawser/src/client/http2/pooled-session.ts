import type { Runtime } from '../../connection/runtime.ts'
import { SessionWatch } from '../../connection/session-watch.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { StreamExchange } from '../dial.ts'
import type { ExchangeResult } from '../exchange.ts'
import { exchangeOverStream } from './exchange.ts'
import type { ClientSession } from './session.ts'

/** How long a session without a stream is kept for the next connection. */
const idleMs = 10_000
/** A session is given up after this time without data and without an answer to a PING. */
const silentMs = 60_000

/** A session that several connections to one origin use. */
export class PooledSession extends TimedEntry {
  readonly #session: ClientSession
  readonly #runtime: Runtime
  readonly #watch: SessionWatch
  #streams = 0
  #idleSince: number

  constructor(session: ClientSession, runtime: Runtime, gone: () => void) {
    super()
    this.#session = session
    this.#runtime = runtime
    const { clock, timers } = runtime
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
      const result = await exchangeOverStream<T>(this.#session, this.#runtime, {
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
    this.#idleSince = this.#runtime.clock.now()
    this.#session.keepsProcessAlive(false)
  }

  override timeout(now: number): number {
    if (this.#streams === 0 && !this.isOver && now - this.#idleSince >= idleMs) this.#session.goAway()
    return this.#watch.check(now, this.#streams)
  }
}

import type { ScheduledTask } from '../../connection/clock.ts'
import { Deferred } from '../../connection/deferred.ts'
import type { ReconnectingRuntime } from './runtime.ts'

/** The time to the next attempt: it is over after the delay, but not before the machine is online. */
export class Wait {
  readonly #runtime: ReconnectingRuntime
  readonly #over = new Deferred<void>()
  #task: ScheduledTask | undefined
  #dueAt = Infinity

  constructor(runtime: ReconnectingRuntime, delayMs: number) {
    this.#runtime = runtime
    this.#schedule(delayMs)
  }

  get over(): Promise<void> {
    return this.#over.promise
  }

  end(): void {
    this.#task?.cancel()
    this.#over.resolve()
  }

  /** The machine is awake, or online: waits no longer than this. */
  hasten(delayMs: number): void {
    if (this.#runtime.isOffline?.() === true) return
    // Also where the time passed while the machine was offline: its timer does not come again.
    if (this.#runtime.now() >= this.#dueAt || delayMs <= 0) this.end()
    else this.#schedule(delayMs)
  }

  #schedule(delayMs: number): void {
    const dueAt = this.#runtime.now() + delayMs
    if (dueAt >= this.#dueAt) return
    this.#task?.cancel()
    this.#dueAt = dueAt
    this.#task = this.#runtime.schedule(() => {
      // What ends the wait then is `hasten`.
      if (this.#runtime.isOffline?.() !== true) this.end()
    }, delayMs)
  }
}

import type { Clock } from './clock.ts'

export interface Flushable {
  flush(): void
}

/** Flushes all output of one tick at its end, with one deferred call for all connections of a server or client. */
export class FlushQueue {
  readonly #clock: Clock
  #dirty: Flushable[] = []
  #scheduled = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The caller adds itself once and not again before it was flushed. */
  add(connection: Flushable): void {
    this.#dirty.push(connection)
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.defer(this.#run)
  }

  readonly #run = (): void => {
    this.#scheduled = false
    const dirty = this.#dirty
    this.#dirty = []
    for (let i = 0; i < dirty.length; i++) (dirty[i] as Flushable).flush()
  }
}

/**
 * Keeps the generator from sleeping while it measures: a server whose write has to wake the reader pays for that, up to 10 µs,
 * and it pays the more often the slower it is. Measured: it made a ratio of 1.5 into one of 2.1.
 */
export class Awake {
  /** Set by whoever did something. */
  static worked = false
  #running = true
  #idleMs = 0
  #last: number = performance.now()

  constructor() {
    setImmediate(this.#turn)
  }

  /** @returns how long there was nothing to do */
  stop(): number {
    this.#running = false
    return this.#idleMs
  }

  readonly #turn = (): void => {
    if (!this.#running) return
    const now = performance.now()
    if (Awake.worked) Awake.worked = false
    else this.#idleMs += now - this.#last
    this.#last = now
    setImmediate(this.#turn)
  }
}

import type { Clock } from './clock.ts'

/** Messages that a connection dropped or replaced since the last report, as the `dropped` handler gets it. */
export interface DropReport {
  /** How many messages. */
  readonly messages: number
  /** Their bytes, as they were given to `send`; text counts in UTF-16 code units. */
  readonly bytes: number
}

/** Counts dropped messages, and reports them together at the end of the tick: a handler that sends again cannot recurse. Made with the first drop. */
export class Drops {
  /** All messages so far. */
  total = 0
  #messages = 0
  #bytes = 0
  readonly #clock: Clock
  readonly #report: ((report: DropReport) => void) | undefined

  /** @param report undefined where nobody wants to know */
  constructor(clock: Clock, report: ((report: DropReport) => void) | undefined) {
    this.#clock = clock
    this.#report = report
  }

  add(bytes: number): void {
    this.total++
    const report = this.#report
    if (report === undefined) return
    if (this.#messages === 0) {
      this.#clock.defer(() => {
        const dropped = { messages: this.#messages, bytes: this.#bytes }
        this.#messages = 0
        this.#bytes = 0
        report(dropped)
      })
    }
    this.#messages++
    this.#bytes += bytes
  }
}

import { setImmediate } from 'node:timers'

/** Work in one turn of the event loop, in bytes of output: 0.5 to 4 ms. */
const MOST = 1_048_576

/**
 * Counts the work done since the event loop last turned, for all connections of a codec. A chunk of 64 KiB may carry hundreds of small
 * messages that each decompress to a quarter of a mebibyte: they are bounded together, not only each.
 */
export class TurnWork {
  #done = 0
  #resets = false

  get isExhausted(): boolean {
    return this.#done >= MOST
  }

  /** Costs an immediate only once half of the work is done, so that ordinary traffic pays nothing. */
  add(work: number): void {
    this.#done += work
    if (this.#resets || this.#done < MOST / 2) return
    this.#resets = true
    setImmediate(() => {
      this.#done = 0
      this.#resets = false
    })
  }
}

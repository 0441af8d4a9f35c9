import { deflateRaw } from 'node:zlib'
import { process } from '../process.ts'

/** Deno 2.9 calls back at the second tick. */
const TICKS = 16

/**
 * Whether zlib's asynchronous functions run on other threads. Deno's block the event loop: they call back before it turns, within a few
 * ticks, which the work of a thread never does.
 */
export class ZlibThreads {
  #exist = true

  constructor(compress: (callback: () => void) => void = (callback) => deflateRaw(new Uint8Array(1), callback)) {
    let ticks = 0
    const tick = (): void => {
      if (++ticks < TICKS) process.nextTick(tick)
    }
    compress(() => {
      if (ticks < TICKS) this.#exist = false
    })
    process.nextTick(tick)
  }

  /** True until the trial that the constructor starts shows otherwise, within the same turn of the event loop. */
  get exist(): boolean {
    return this.#exist
  }
}

import { performance } from 'node:perf_hooks'
import { clearTimeout, setTimeout } from 'node:timers'
import type { Clock, ScheduledTask } from '../../connection/clock.ts'
import { process } from './process.ts'

class TimerTask implements ScheduledTask {
  readonly #timer: NodeJS.Timeout

  constructor(callback: () => void, delayMs: number) {
    this.#timer = setTimeout(callback, delayMs)
    this.#timer.unref()
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }
}

/** `defer` is `process.nextTick`: its queue runs after every promise callback that is ready, so all their sends leave together. */
export const nodeClock: Clock = {
  now: () => performance.now(),
  schedule: (callback, delayMs) => new TimerTask(callback, delayMs),
  defer: (callback) => process.nextTick(callback),
}

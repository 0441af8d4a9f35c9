import type { Clock, ScheduledTask } from '../connection/clock.ts'

interface Deno {
  unrefTimer?(id: unknown): void
}

class TimerTask implements ScheduledTask {
  readonly #timer: ReturnType<typeof setTimeout>

  constructor(callback: () => void, delayMs: number) {
    this.#timer = setTimeout(callback, delayMs)
    // Bun's timers have `unref`, Deno's are numbers, and a Worker has no process that could end.
    if (typeof this.#timer === 'object') this.#timer.unref?.()
    else (globalThis as { Deno?: Deno }).Deno?.unrefTimer?.(this.#timer)
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }
}

/** The clock of every platform with the timers of the web. */
export const webClock: Clock = {
  now: () => performance.now(),
  schedule: (callback, delayMs) => new TimerTask(callback, delayMs),
  defer: (callback) => queueMicrotask(callback),
}

import { OptionError } from '../core/errors.ts'
import type { Clock, ScheduledTask } from '../connection/clock.ts'

interface Task {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that moves only by `advance`. Deferred callbacks run as microtasks. */
export class ManualClock implements Clock {
  #now: number
  #order = 0
  readonly #tasks = new Set<Task>()

  /**
   * `now` is the time at which the clock begins, in milliseconds. Default 0.
   * @throws OptionError unless it is a number of at least 0
   */
  constructor(now: number = 0) {
    checkTime('now', now)
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  /** Tasks that are scheduled and not due yet. */
  get pending(): number {
    return this.#tasks.size
  }

  schedule(callback: () => void, delayMs: number): ScheduledTask {
    const task: Task = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback }
    this.#tasks.add(task)
    return { cancel: () => void this.#tasks.delete(task) }
  }

  defer(callback: () => void): void {
    void Promise.resolve().then(callback)
  }

  /**
   * Advances the clock by `ms` and runs due tasks in order, each at its own time. Promise callbacks run between tasks and before it resolves.
   * Rejects with an OptionError unless `ms` is a number of at least 0.
   */
  async advance(ms: number): Promise<void> {
    checkTime('ms', ms)
    const target = this.#now + ms
    await settle()
    for (let task = this.#nextDue(target); task !== undefined; task = this.#nextDue(target)) {
      this.#tasks.delete(task)
      this.#now = Math.max(this.#now, task.at)
      task.callback()
      await settle()
    }
    this.#now = target
    await settle()
  }

  #nextDue(target: number): Task | undefined {
    let next: Task | undefined
    for (const task of this.#tasks) {
      if (task.at > target) continue
      if (next === undefined || task.at < next.at || (task.at === next.at && task.order < next.order)) next = task
    }
    return next
  }
}

/** @throws OptionError unless it has the methods of a clock */
export function checkClock(clock: Clock): void {
  for (const method of ['now', 'schedule', 'defer'] as const) {
    if (typeof (clock as Partial<Clock> | null)?.[method] !== 'function') throw new OptionError('clock', 'a clock, such as a ManualClock', clock)
  }
}

function checkTime(name: string, time: unknown): void {
  if (typeof time !== 'number' || !Number.isFinite(time) || time < 0) throw new OptionError(name, 'a number of at least 0', time)
}

/** Lets chains of promise callbacks run to their end; long enough for what this library chains. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

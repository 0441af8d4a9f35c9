import type { Clock, ScheduledTask } from '../../../connection/clock.ts'

/** Holds memory that it can release. */
export interface Sweepable {
  /** Releases what was not used since the last call. @returns whether it still holds anything */
  sweep(): boolean
}

/** Sweeps at an interval while a target holds anything: unused memory is released after one to two intervals. */
export class IdleSweep {
  readonly #clock: Pick<Clock, 'schedule'>
  readonly #intervalMs: number
  readonly #targets: readonly Sweepable[]
  #task: ScheduledTask | undefined

  constructor(clock: Pick<Clock, 'schedule'>, intervalMs: number, targets: readonly Sweepable[]) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#targets = targets
  }

  /** Call after an allocation. */
  start(): void {
    if (this.#task === undefined && this.#intervalMs !== 0) this.#task = this.#clock.schedule(() => this.#sweep(), this.#intervalMs)
  }

  #sweep(): void {
    this.#task = undefined
    let held = false
    for (const target of this.#targets) held = target.sweep() || held
    if (held) this.start()
  }
}

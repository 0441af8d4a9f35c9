import type { Clock, ScheduledTask } from '../../connection/clock.ts'

/** Something that holds memory it can do without. */
export interface Sweepable {
  /** Releases what was not used since the last call. @returns whether it still holds anything */
  sweep(): boolean
}

/** Sweeps at an interval while there is something to release: what lies idle goes after one to two intervals. */
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

  /** Something was allocated. */
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

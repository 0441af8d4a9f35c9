import type { HandshakeStage } from '../../core/errors.ts'
import type { Clock } from '../../connection/clock.ts'
import { Deferred } from '../../connection/deferred.ts'
import type { DialProgress } from '../dial.ts'

/** One dial of the connects to one origin: the one that began it, and those that wait for its outcome. */
export class SharedDial<Outcome> {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>
  readonly #clock: Clock
  readonly #since: number
  readonly #followers = new Set<DialProgress>()
  #stage: HandshakeStage | undefined

  /** @param run dials, and tells the given progress its stages */
  constructor(clock: Clock, leader: DialProgress, run: (progress: DialProgress) => Promise<Outcome>) {
    this.#clock = clock
    this.#since = clock.now()
    const stage = (stage: HandshakeStage): void => {
      this.#stage = stage
      for (const progress of [leader, ...this.#followers]) progress.stage(stage)
    }
    this.outcome = run({
      signal: leader.signal,
      get abortSignal() {
        return leader.abortSignal
      },
      race: (promise) => leader.race(promise),
      enter: (places) => leader.enter(places),
      stage,
    })
  }

  /**
   * Waits within the follower's own deadline and signal.
   * @param turnMs how long after its start the dial holds back others
   * @returns undefined once it has held back this one for so long
   */
  async follow(progress: DialProgress, turnMs: number): Promise<Outcome | undefined> {
    const overdue = new Deferred<undefined>()
    const task = this.#clock.schedule(() => overdue.resolve(undefined), Math.max(0, this.#since + turnMs - this.#clock.now()))
    this.#followers.add(progress)
    if (this.#stage !== undefined) progress.stage(this.#stage)
    try {
      return await progress.race(Promise.race([this.outcome, overdue.promise]))
    } finally {
      task.cancel()
      this.#followers.delete(progress)
    }
  }
}

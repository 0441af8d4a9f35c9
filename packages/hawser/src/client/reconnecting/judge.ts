import { OptionError } from '../../core/errors.ts'
import { withoutPromise } from '../../core/thenable.ts'
import type { AttemptResult } from './connected.ts'
import type { ReconnectFailure, ReconnectingCallback } from './options.ts'
import { delayOf, MAX_DELAY_MS } from './policy.ts'
import type { PolicySettings } from './policy.ts'
import type { ReconnectingRuntime } from './runtime.ts'
import { ofAttempt, ofClose } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** Decides what follows the end of an attempt or of a connection, and counts failures in a row. */
export class Judge {
  readonly #policy: PolicySettings
  readonly #runtime: ReconnectingRuntime
  readonly #hasFreshOptions: boolean
  readonly #report: (error: unknown, where: ReconnectingCallback) => void
  #failures = 0
  /** The last failure was for want of credentials. */
  #wasRefused = false

  /** @param hasFreshOptions whether the next attempt may have other credentials */
  constructor(
    policy: PolicySettings,
    runtime: ReconnectingRuntime,
    hasFreshOptions: boolean,
    report: (error: unknown, where: ReconnectingCallback) => void,
  ) {
    this.#policy = policy
    this.#runtime = runtime
    this.#hasFreshOptions = hasFreshOptions
    this.#report = report
  }

  /** In a row. */
  get failures(): number {
    return this.#failures
  }

  /** The credentials were taken. */
  connected(): void {
    this.#wasRefused = false
  }

  /** `reconnect()`: a new row. */
  forget(): void {
    this.#failures = 0
  }

  judge({ error, close, openMs }: AttemptResult, connectionCount: number): ReconnectFailure {
    const failures = (this.#failures = close !== undefined && openMs >= this.#policy.stableMs ? 1 : this.#failures + 1)
    const verdict = close === undefined ? ofAttempt(error) : ofClose(close)
    const plan = (as: Verdict): number => delayOf(this.#policy, as, failures, this.#runtime.retryAfterMs?.(error) ?? 0, this.#runtime.random())
    const isFinal = verdict === 'never' || failures >= this.#policy.attempts || (verdict === 'credentials' && !this.#mayHaveOthers())
    this.#wasRefused = verdict === 'credentials'
    const planned = isFinal ? undefined : plan(verdict)
    const failure = { error, close, failures, connectionCount, delayMs: planned }
    const decided = this.#decide(failure)
    if (decided === undefined || (decided === true && planned !== undefined)) return failure
    return { ...failure, delayMs: decided === false ? undefined : decided === true ? plan('later') : decided }
  }

  #mayHaveOthers(): boolean {
    return this.#hasFreshOptions && !this.#wasRefused
  }

  /** The application's word; undefined where it leaves the decision to the table. */
  #decide(failure: ReconnectFailure): boolean | number | undefined {
    try {
      const decided: unknown = withoutPromise('reconnect.retry', this.#policy.retry?.(failure))
      if (decided === undefined || typeof decided === 'boolean') return decided
      if (typeof decided === 'number' && decided >= 0 && decided <= MAX_DELAY_MS) return decided
      throw new OptionError('reconnect.retry', 'a function that returns true, false, milliseconds or undefined', decided)
    } catch (error) {
      this.#report(error, 'retry')
      return undefined
    }
  }
}

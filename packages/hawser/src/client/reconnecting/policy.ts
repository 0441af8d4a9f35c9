import { OptionError } from '../../core/errors.ts'
import { checkObject } from '../../core/option-names.ts'
import { checkFunction, checkInteger } from '../../connection/option-checks.ts'
import type { ReconnectPolicy } from './options.ts'
import type { Verdict } from './verdict.ts'

/** The longest time of a timer. */
export const MAX_DELAY_MS = 0x7fff_ffff
/** Nobody comes in the first part of a window: a server that restarts has that time. */
const SILENT_SHARE = 0.05

/** {@link ReconnectPolicy} with its defaults, checked. */
export type PolicySettings = Required<Omit<ReconnectPolicy, 'retry'>> & Pick<ReconnectPolicy, 'retry'>

/** @throws OptionError naming the option that is wrong */
export function readPolicy(policy: ReconnectPolicy | undefined): PolicySettings {
  checkObject('reconnect', policy, ['firstDelayMs', 'maxDelayMs', 'maxRetryAfterMs', 'stableMs', 'attempts', 'prepareMs', 'retry'])
  const { firstDelayMs, maxDelayMs, maxRetryAfterMs, stableMs, attempts, prepareMs, retry } = policy ?? {}
  checkInteger('reconnect.firstDelayMs', firstDelayMs, 1, MAX_DELAY_MS)
  checkInteger('reconnect.maxDelayMs', maxDelayMs, 1, MAX_DELAY_MS)
  checkInteger('reconnect.maxRetryAfterMs', maxRetryAfterMs, 0, MAX_DELAY_MS)
  checkInteger('reconnect.stableMs', stableMs, 0, MAX_DELAY_MS)
  checkInteger('reconnect.prepareMs', prepareMs, 1, MAX_DELAY_MS)
  if (attempts !== Infinity) checkInteger('reconnect.attempts', attempts, 1)
  checkFunction('reconnect.retry', retry)
  const first = firstDelayMs ?? Math.min(1000, maxDelayMs ?? 1000)
  const max = maxDelayMs ?? Math.max(30_000, first)
  if (first > max) throw new OptionError('reconnect.firstDelayMs', `at most reconnect.maxDelayMs, ${max}`, first)
  return {
    firstDelayMs: first,
    maxDelayMs: max,
    maxRetryAfterMs: maxRetryAfterMs ?? 3_600_000,
    stableMs: stableMs ?? 5000,
    attempts: attempts ?? Infinity,
    prepareMs: prepareMs ?? 30_000,
    ...(retry === undefined ? {} : { retry }),
  }
}

/** Milliseconds to the next attempt. @param failures in a row, from 1; @param random from 0 to 1 */
export function delayOf(policy: PolicySettings, verdict: Verdict, failures: number, retryAfterMs: number, random: number): number {
  const grown = policy.firstDelayMs * 2 ** Math.min(failures - 1, 31)
  const window = verdict === 'restart' ? policy.maxDelayMs : Math.min(policy.maxDelayMs, grown)
  const delayMs = Math.min(retryAfterMs, policy.maxRetryAfterMs) + window * (SILENT_SHARE + (1 - SILENT_SHARE) * random)
  return Math.min(MAX_DELAY_MS, Math.ceil(delayMs))
}

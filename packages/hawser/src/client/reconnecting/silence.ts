import { checkObject } from '../../core/option-names.ts'
import { OptionError } from '../../core/errors.ts'
import { checkInteger } from '../../connection/option-checks.ts'
import type { ScheduledTask } from '../../connection/clock.ts'
import type { ProbeOptions } from './options.ts'

/** {@link ProbeOptions} with their defaults, checked. */
export type ProbeSettings = Required<ProbeOptions>

const MAX_DELAY_MS = 0x7fff_ffff

/** @throws OptionError naming the option that is wrong */
export function readProbe(probe: ProbeOptions | undefined, hasMessageHandler: boolean): ProbeSettings | undefined {
  if (probe === undefined) return undefined
  checkObject('probe', probe, ['message', 'intervalMs', 'timeoutMs'])
  if (probe.message === undefined) throw new OptionError('probe.message', 'a message that the server answers', undefined)
  checkInteger('probe.intervalMs', probe.intervalMs, 1, MAX_DELAY_MS)
  checkInteger('probe.timeoutMs', probe.timeoutMs, 1, MAX_DELAY_MS)
  if (!hasMessageHandler) {
    const message = 'option probe needs a message handler: of messages that are received or iterated nobody knows whether they came late'
    throw new OptionError('probe', 'a message handler beside it', undefined, message)
  }
  return { message: probe.message, intervalMs: probe.intervalMs ?? 20_000, timeoutMs: probe.timeoutMs ?? 10_000 }
}

/** What a watch over silence needs of its connection. */
export interface SilenceTarget {
  now(): number
  schedule(callback: () => void, delayMs: number): ScheduledTask
  sendProbe(): void
  /** There was no answer. */
  silent(): void
}

/** Watches one connection: sends the probe after silence, and gives the connection up after more of it. */
export class SilenceWatch {
  readonly #probe: ProbeSettings
  readonly #target: SilenceTarget
  #heardAt: number
  #probedAt: number | undefined
  /** Messages whose handler is not done: meanwhile the next one waits, so there is no silence. */
  #handling = 0
  #task: ScheduledTask | undefined

  constructor(probe: ProbeSettings, target: SilenceTarget) {
    this.#probe = probe
    this.#target = target
    this.#heardAt = target.now()
    this.#schedule(probe.intervalMs)
  }

  /** A message was handed to its handler. */
  began(): void {
    this.#handling++
    this.#probedAt = undefined
  }

  /** Its handler is done. */
  done(): void {
    this.#handling--
    this.#heardAt = this.#target.now()
  }

  stop(): void {
    this.#task?.cancel()
    this.#task = undefined
  }

  #schedule(delayMs: number): void {
    this.#task = this.#target.schedule(() => this.#check(), delayMs)
  }

  #check(): void {
    const now = this.#target.now()
    const { intervalMs, timeoutMs } = this.#probe
    if (this.#handling > 0) this.#schedule(intervalMs)
    else if (this.#probedAt !== undefined) {
      if (now - this.#probedAt >= timeoutMs) this.#target.silent()
      else this.#schedule(timeoutMs - (now - this.#probedAt))
    } else if (now - this.#heardAt < intervalMs) this.#schedule(intervalMs - (now - this.#heardAt))
    else {
      this.#probedAt = now
      this.#schedule(timeoutMs)
      this.#target.sendProbe()
    }
  }
}

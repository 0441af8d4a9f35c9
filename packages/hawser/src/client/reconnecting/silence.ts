import { checkObject } from '../../core/option-names.ts'
import { OptionError } from '../../core/errors.ts'
import { checkInteger } from '../../connection/option-checks.ts'
import type { ScheduledTask } from '../../connection/clock.ts'
import type { ProbeOptions } from './options.ts'
import { MAX_DELAY_MS } from './policy.ts'

/** {@link ProbeOptions} with their defaults, checked. */
export type ProbeSettings = Required<ProbeOptions>

/** A timer that comes later than this shows that the page was frozen or the machine asleep: nothing was heard meanwhile, whoever spoke. */
const STOOD_STILL_MS = 1000

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
  /** Bytes that wait to be sent, the probe perhaps behind them. */
  bufferedAmount(): number
  /** @returns false where the message cannot be sent at all */
  sendProbe(): boolean
  /** There was no answer. */
  silent(): void
}

/** Since the probe was sent. */
interface Awaited {
  readonly buffered: number
  /** The time has passed once, and everything that may have come meanwhile is about to be read. */
  readonly isLastChance: boolean
}

/** Watches one connection: sends the probe after silence, and gives the connection up after more of it. */
export class SilenceWatch {
  readonly #probe: ProbeSettings
  readonly #target: SilenceTarget
  #heardAt: number
  #awaited: Awaited | undefined
  /** Calls of handlers that are not done: meanwhile the next message waits, so there is no silence. */
  #handling = 0
  #dueAt = 0
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
    this.#awaited = undefined
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
    this.#dueAt = this.#target.now() + delayMs
    this.#task = this.#target.schedule(() => this.#check(), delayMs)
  }

  #check(): void {
    const { intervalMs } = this.#probe
    const restMs = this.#heardAt + intervalMs - this.#target.now()
    if (this.#handling > 0) this.#schedule(intervalMs)
    else if (this.#awaited !== undefined) this.#overdue(this.#awaited)
    else if (restMs > 0) this.#schedule(restMs)
    else this.#sendProbe(false)
  }

  #overdue({ buffered, isLastChance }: Awaited): void {
    const now = this.#target.bufferedAmount()
    if (now < buffered) {
      // The peer makes room for what is in front of the probe.
      this.#await(now, false)
    } else if (isLastChance) this.#target.silent()
    else if (this.#target.now() - this.#dueAt > STOOD_STILL_MS) this.#sendProbe(true)
    else {
      this.#awaited = { buffered, isLastChance: true }
      this.#schedule(1)
    }
  }

  #sendProbe(isLastChance: boolean): void {
    if (this.#target.sendProbe()) this.#await(this.#target.bufferedAmount(), isLastChance)
    else this.#schedule(this.#probe.intervalMs)
  }

  #await(buffered: number, isLastChance: boolean): void {
    this.#awaited = { buffered, isLastChance }
    this.#schedule(this.#probe.timeoutMs)
  }
}

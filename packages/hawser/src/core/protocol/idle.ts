import type { CloseFrame } from './events.ts'
import { GOING_AWAY } from './close-code.ts'

/** A connection is looked at that often in `idleTimeoutMs`, so that a message costs no more than a count. */
const LOOKS = 4

/**
 * Ends a connection that is alive and carries no messages. A pure policy: time is an argument. Activity counts from the look that found it, so the
 * end comes after the timeout and at most a quarter more.
 */
export class Idle {
  readonly #timeoutMs: number
  #lookAt: number
  #activeAt: number
  #messages = 0

  constructor(timeoutMs: number, now: number) {
    this.#timeoutMs = timeoutMs
    this.#activeAt = now
    this.#lookAt = now + Math.ceil(timeoutMs / LOOKS)
  }

  get deadline(): number {
    return this.#lookAt
  }

  /**
   * @param messages how many were sent and received so far
   * @param isBusy a message is on its way: incomplete, held, or waiting for the transport
   * @returns the Close frame to send
   */
  handleTimeout(now: number, messages: number, isBusy: boolean): CloseFrame | undefined {
    if (now < this.#lookAt) return undefined
    if (isBusy || messages !== this.#messages) this.#activeAt = now
    this.#messages = messages
    const idleMs = now - this.#activeAt
    this.#lookAt = now + Math.max(1, Math.min(Math.ceil(this.#timeoutMs / LOOKS), this.#timeoutMs - idleMs))
    return idleMs < this.#timeoutMs ? undefined : { code: GOING_AWAY, reason: `idle: no message for ${this.#timeoutMs} ms` }
  }
}

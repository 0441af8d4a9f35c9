import { ConnectionError } from '../errors.ts'
import { POLICY_VIOLATION } from './close-code.ts'
import * as rules from './rules.ts'

/** Counts Ping and Pong frames, whose answers and handlers cost more than they cost their sender. */
export class ControlFrameLimit {
  readonly #perSecond: number
  #since: number
  #count = 0

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond
    this.#since = now
  }

  /** @returns the violation, when this frame is one too many within a second */
  count(now: number): ConnectionError | undefined {
    if (now - this.#since >= 1000) {
      this.#since = now
      this.#count = 0
    }
    if (++this.#count <= this.#perSecond) return undefined
    const message = `more than ${this.#perSecond} Ping and Pong frames within a second`
    return new ConnectionError(message, { fault: 'peer', closeCode: POLICY_VIOLATION, rule: rules.CONTROL_FLOOD, condition: 'control-flood' })
  }
}

import { ConnectionError } from '../errors.ts'
import { POLICY_VIOLATION } from './close-code.ts'
import * as rules from './rules.ts'

/** An incomplete message gets `limits.incompleteMs`, and a second more for each such number of bytes. */
const BYTES_PER_SECOND = 1024

/** The deadline of a message that has begun and not ended, control frames and cut off headers included. */
export class IncompleteMessage {
  /** When it began; Infinity before the first `note`. */
  #since = Infinity
  #bytes = 0
  /** Messages that had ended when it began. */
  #messages = 0
  readonly #limitMs: number

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /**
   * After each chunk that leaves a message incomplete.
   * @param messages how many have ended so far: another number means that the incomplete one is another
   */
  note(messages: number, bytes: number, now: number): void {
    if (this.#since === Infinity || messages !== this.#messages) {
      this.#messages = messages
      this.#since = now
      this.#bytes = 0
    }
    this.#bytes += bytes
  }

  /** What the time counts from. */
  protected get start(): string {
    return 'it began'
  }

  /** The time starts again. */
  restart(now: number): void {
    this.#since = now
  }

  get deadline(): number {
    return this.#since === Infinity ? Infinity : this.#since + this.#limitMs + (this.#bytes * 1000) / BYTES_PER_SECOND
  }

  /** @param isHeld input is held and nothing is read now, so the rest may be here: the time starts again */
  handleTimeout(now: number, isHeld: boolean): ConnectionError | undefined {
    if (now < this.deadline) return undefined
    if (isHeld) {
      this.restart(now)
      return undefined
    }
    const message = `a message was still incomplete ${Math.round(now - this.#since)} ms after ${this.start}`
    return new ConnectionError(message, {
      fault: 'timeout',
      closeCode: POLICY_VIOLATION,
      rule: rules.INCOMPLETE_MESSAGE,
      condition: 'message-incomplete',
    })
  }
}

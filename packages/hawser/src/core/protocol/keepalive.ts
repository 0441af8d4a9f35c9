import { ConnectionError } from '../errors.ts'
import { INTERNAL_ERROR } from './close-code.ts'
import { type ConnectionOptions, KEEPALIVE_INTERVAL_MS, KEEPALIVE_TIMEOUT_MS } from './connection-options.ts'
import * as rules from './rules.ts'

/**
 * Decides when to send a Ping and when the peer is gone. A pure policy: time is an argument. Any received byte is a sign of life, and so are
 * bytes that leave a full transport, since the peer made room for them; bytes that a transport with room takes prove nothing.
 * `received` costs three stores.
 */
export class Keepalive {
  /** The last sign of life. */
  #lastLife: number
  /** A Ping was sent and nothing was received since. */
  #awaiting = false
  /** The Pong is overdue and the transport is read once more before the peer is given up: a process that stood still has not looked. */
  #lastChance = false
  /** When the next decision is due, while `awaiting`. */
  #dueAt = 0
  #sentBytes = 0
  /** The transport was full at the last decision. */
  #wasFull = false
  readonly #intervalMs: number
  readonly #timeoutMs: number

  constructor(options: Pick<ConnectionOptions, 'keepaliveIntervalMs' | 'keepaliveTimeoutMs'>, now: number) {
    this.#intervalMs = options.keepaliveIntervalMs ?? KEEPALIVE_INTERVAL_MS
    this.#timeoutMs = options.keepaliveTimeoutMs ?? KEEPALIVE_TIMEOUT_MS
    this.#lastLife = now
  }

  received(now: number): void {
    this.#lastLife = now
    this.#awaiting = false
    this.#lastChance = false
  }

  nextTimeout(): number {
    if (this.#intervalMs === 0) return Infinity
    return this.#awaiting ? this.#dueAt : this.#lastLife + this.#intervalMs
  }

  /**
   * @returns what to do: send a Ping, or fail the connection with this error
   * @param isHeld input is held and nothing is read now, so silence proves nothing; a Ping still shows a transport that is broken
   * @param sentBytes bytes that have left so far
   * @param isFull bytes wait for the transport, the Ping perhaps among them: the time of its Pong starts when they have left
   */
  handleTimeout(now: number, isHeld: boolean, sentBytes: number, isFull: boolean): 'ping' | ConnectionError | undefined {
    if (now < this.nextTimeout()) return undefined
    if (!this.#awaiting) {
      this.#awaiting = true
      this.#wait(now, sentBytes, isFull)
      return 'ping'
    }
    if (isHeld) {
      this.received(now)
      return undefined
    }
    if (this.#wasFull && sentBytes > this.#sentBytes) {
      this.#wait(now, sentBytes, isFull)
      return undefined
    }
    if (!this.#lastChance) {
      this.#lastChance = true
      this.#dueAt = now + 1
      return undefined
    }
    const message = `no data for ${Math.round(now - this.#lastLife)} ms, including no Pong`
    return new ConnectionError(message, { fault: 'timeout', closeCode: INTERNAL_ERROR, rule: rules.KEEPALIVE })
  }

  #wait(now: number, sentBytes: number, isFull: boolean): void {
    this.#lastChance = false
    this.#wasFull = isFull
    this.#dueAt = now + this.#timeoutMs
    this.#sentBytes = sentBytes
  }
}

import { ConnectionError } from '../errors.ts'
import { INTERNAL_ERROR } from './close-code.ts'
import { type ConnectionOptions, KEEPALIVE_INTERVAL_MS, KEEPALIVE_TIMEOUT_MS } from './connection-options.ts'
import * as rules from './rules.ts'

/** What keepalive needs of the options of a connection. */
export type KeepaliveSettings = Pick<
  ConnectionOptions,
  'keepaliveIntervalMs' | 'keepaliveTimeoutMs' | 'keepaliveJitter' | 'keepaliveAlways' | 'random'
>

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
  /** When the next decision is due, while `awaiting`; the timeout after the latest Ping, or after the start. */
  #dueAt: number
  #sentBytes = 0
  /** The transport was full at the last decision. */
  #wasFull = false
  readonly #options: KeepaliveSettings
  /** The interval until the next Ping, with its jitter. */
  #intervalMs: number
  readonly #timeoutMs: number

  constructor(options: KeepaliveSettings, now: number) {
    this.#options = options
    this.#intervalMs = this.#drawInterval()
    this.#timeoutMs = options.keepaliveTimeoutMs ?? KEEPALIVE_TIMEOUT_MS
    this.#lastLife = now
    this.#dueAt = now + this.#timeoutMs
  }

  received(now: number): void {
    this.#lastLife = now
    this.#awaiting = false
    this.#lastChance = false
  }

  nextTimeout(): number {
    if (this.#intervalMs === 0) return Infinity
    if (this.#awaiting) return this.#dueAt
    return (this.#options.keepaliveAlways === true ? this.#dueAt - this.#timeoutMs : this.#lastLife) + this.#intervalMs
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
      this.#intervalMs = this.#drawInterval()
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

  /** Shorter by up to the jitter, never longer: the interval stays below the idle timeouts of proxies that it was chosen for. */
  #drawInterval(): number {
    const { keepaliveIntervalMs = KEEPALIVE_INTERVAL_MS, keepaliveJitter = 0, random } = this.#options
    if (keepaliveIntervalMs === 0 || keepaliveJitter === 0) return keepaliveIntervalMs
    return Math.max(1, Math.ceil(keepaliveIntervalMs * (1 - (keepaliveJitter * random.uint32()) / 0x1_0000_0000)))
  }

  #wait(now: number, sentBytes: number, isFull: boolean): void {
    this.#lastChance = false
    this.#wasFull = isFull
    this.#dueAt = now + this.#timeoutMs
    this.#sentBytes = sentBytes
  }
}

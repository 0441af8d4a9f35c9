import { ConnectionError } from '../errors.ts'
import { INTERNAL_ERROR } from './close-code.ts'
import { type ConnectionOptions, KEEPALIVE_INTERVAL_MS, KEEPALIVE_TIMEOUT_MS } from './connection-options.ts'
import * as rules from './rules.ts'

/** What keepalive needs of the options of a connection. */
export type KeepaliveSettings = Pick<
  ConnectionOptions,
  'keepaliveIntervalMs' | 'keepaliveTimeoutMs' | 'keepaliveJitter' | 'keepaliveAlways' | 'random'
>

/** What is kept from a Ping to the next sign of life, so that an idle connection does without. */
interface Awaited {
  /** When the next decision is due. */
  dueAt: number
  readonly sentBytes: number
  /** The transport was full at the last decision. */
  readonly wasFull: boolean
  /** The Pong is overdue and the transport is read once more before the peer is given up: a process that stood still has not looked. */
  isLastChance: boolean
}

/**
 * Decides when to send a Ping and when the peer is gone. A pure policy: time is an argument. Any received byte is a sign of life, and so are
 * bytes that leave a full transport, since the peer made room for them; bytes that a transport with room takes prove nothing.
 * `received` costs two stores.
 */
export class Keepalive {
  /** The last sign of life. */
  #lastLife: number
  /** A Ping was sent and nothing was received since. */
  #awaited: Awaited | undefined
  /** The latest Ping, or the start, from which the next Ping counts; undefined where it counts from the last sign of life. */
  #pingedAt: number | undefined
  readonly #options: KeepaliveSettings
  /** The interval until the next Ping, with its jitter. */
  #intervalMs: number
  static #off: Keepalive | undefined

  constructor(options: KeepaliveSettings, now: number) {
    this.#options = options
    this.#intervalMs = this.#drawInterval()
    this.#lastLife = now
    if (options.keepaliveAlways === true) this.#pingedAt = now
  }

  /** Keepalive of one connection. Where it is off, nothing that it keeps is ever used, so all connections share one: 80 bytes less for each (Node 20). */
  static of(options: KeepaliveSettings, now: number): Keepalive {
    return options.keepaliveIntervalMs === 0
      ? (Keepalive.#off ??= new Keepalive({ keepaliveIntervalMs: 0, random: options.random }, now))
      : new Keepalive(options, now)
  }

  received(now: number): void {
    this.#lastLife = now
    this.#awaited = undefined
  }

  nextTimeout(): number {
    if (this.#intervalMs === 0) return Infinity
    if (this.#awaited !== undefined) return this.#awaited.dueAt
    return (this.#pingedAt ?? this.#lastLife) + this.#intervalMs
  }

  /**
   * @returns what to do: send a Ping, or fail the connection with this error
   * @param isHeld input is held and nothing is read now, so silence proves nothing; a Ping still shows a transport that is broken
   * @param sentBytes bytes that have left so far
   * @param isFull bytes wait for the transport, the Ping perhaps among them: the time of its Pong starts when they have left
   */
  handleTimeout(now: number, isHeld: boolean, sentBytes: number, isFull: boolean): 'ping' | ConnectionError | undefined {
    if (now < this.nextTimeout()) return undefined
    const awaited = this.#awaited
    if (awaited === undefined) {
      this.#intervalMs = this.#drawInterval()
      this.#wait(now, sentBytes, isFull)
      return 'ping'
    }
    if (isHeld) {
      this.received(now)
      return undefined
    }
    if (awaited.wasFull && sentBytes > awaited.sentBytes) {
      this.#wait(now, sentBytes, isFull)
      return undefined
    }
    if (!awaited.isLastChance) {
      awaited.isLastChance = true
      awaited.dueAt = now + 1
      return undefined
    }
    const message = `no data for ${Math.round(now - this.#lastLife)} ms, including no Pong`
    return new ConnectionError(message, { fault: 'timeout', closeCode: INTERNAL_ERROR, rule: rules.KEEPALIVE, condition: 'keepalive-timeout' })
  }

  /** Shorter by up to the jitter, never longer: the interval stays below the idle timeouts of proxies that it was chosen for. */
  #drawInterval(): number {
    const { keepaliveIntervalMs = KEEPALIVE_INTERVAL_MS, keepaliveJitter = 0, random } = this.#options
    if (keepaliveIntervalMs === 0 || keepaliveJitter === 0) return keepaliveIntervalMs
    return Math.max(1, Math.ceil(keepaliveIntervalMs * (1 - (keepaliveJitter * random.uint32()) / 0x1_0000_0000)))
  }

  #wait(now: number, sentBytes: number, isFull: boolean): void {
    const { keepaliveTimeoutMs = KEEPALIVE_TIMEOUT_MS } = this.#options
    this.#awaited = { dueAt: now + keepaliveTimeoutMs, sentBytes, wasFull: isFull, isLastChance: false }
    if (this.#pingedAt !== undefined) this.#pingedAt = now
  }
}

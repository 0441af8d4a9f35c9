import type { ConnectionError } from '../errors.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { CloseFrame, ConnectionTransport } from './events.ts'
import { Idle } from './idle.ts'
import { IncompleteMessage } from './incomplete-message.ts'
import { Keepalive, type KeepaliveSettings } from './keepalive.ts'

export type KeepaliveTimes = Omit<KeepaliveSettings, 'random'>

/** What ends an open connection by time, or sends a Ping: a dead peer, an incomplete message, no messages. */
export class Deadlines {
  /** Replaced by `setKeepalive`. */
  keepalive: Keepalive
  readonly #options: ConnectionOptions
  readonly #idle: Idle | undefined
  /** Undefined while no message is incomplete. */
  protected incomplete: IncompleteMessage | undefined

  constructor(options: ConnectionOptions, now: number) {
    const { idleTimeoutMs = 0 } = options
    this.#options = options
    this.keepalive = Keepalive.of(options, now)
    if (idleTimeoutMs > 0) this.#idle = new Idle(idleTimeoutMs, now)
  }

  /** Silence counts from now on. */
  setKeepalive(times: KeepaliveTimes, now: number): void {
    this.keepalive = Keepalive.of({ ...times, random: this.#options.random }, now)
  }

  /** After each chunk, as `IncompleteMessage.note`. */
  note(incomplete: boolean, messages: number, bytes: number, now: number): void {
    if (incomplete) (this.incomplete ??= this.begin(this.#options.limits.incompleteMs)).note(messages, bytes, now)
    else if (this.incomplete !== undefined) this.incomplete = undefined
  }

  protected begin(limitMs: number): IncompleteMessage {
    return new IncompleteMessage(limitMs)
  }

  /** Reading continues after a pause. */
  resumed(_now: number): void {}

  nextTimeout(): number {
    const alive = this.keepalive.nextTimeout()
    const at = this.incomplete === undefined ? alive : Math.min(alive, this.incomplete.deadline)
    return this.#idle === undefined ? at : Math.min(at, this.#idle.deadline)
  }

  /**
   * @param isHeld input is held and nothing is read now
   * @param messages how many were sent and received so far
   * @returns what to do: send a Ping, fail the connection with this error, or start the closing handshake with this Close frame
   */
  handleTimeout(now: number, isHeld: boolean, transport: ConnectionTransport, messages: number): 'ping' | ConnectionError | CloseFrame | undefined {
    const { sentBytes, unsentBytes } = transport
    const isFull = unsentBytes > 0
    return (
      this.incomplete?.handleTimeout(now, isHeld) ??
      this.#idle?.handleTimeout(now, messages, isHeld || isFull || this.incomplete !== undefined) ??
      this.keepalive.handleTimeout(now, isHeld, sentBytes, isFull)
    )
  }
}

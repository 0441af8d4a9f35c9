import { ConnectionError } from '../core/errors.ts'
import { POLICY_VIOLATION } from '../core/protocol/close-code.ts'
import type { CloseInfo, MessageSink } from '../core/protocol/events.ts'
import { RECEIVE_RATE } from '../core/protocol/rules.ts'
import type { Clock } from './clock.ts'
import type { SocketLimits } from './limits.ts'

/** The connection whose rate is limited. */
export interface RateOwner {
  /** Stops parsing after the current message. Reading stops after each chunk as long as `resumeAt` is ahead. */
  pauseInput(): void
  fail(error: ConnectionError): void
}

/**
 * Counts what a peer sends against `limits.messagesPerSecond` and `limits.bytesPerSecond`: two token buckets that hold one second. It stands before
 * the sink of a connection that has one of the limits; others have none.
 */
export class ReceiveRate implements MessageSink {
  /** Nothing is read before this time. */
  resumeAt: number = Number.NEGATIVE_INFINITY
  readonly #sink: MessageSink
  readonly #limits: Pick<SocketLimits, 'messagesPerSecond' | 'bytesPerSecond'>
  readonly #closes: boolean
  readonly #clock: Clock
  readonly #owner: RateOwner
  #messages: number
  #bytes: number
  #since: number

  /** @param tooFast what to do beyond a limit */
  constructor(sink: MessageSink, limits: SocketLimits, tooFast: 'pause' | 'close', clock: Clock, owner: RateOwner) {
    this.#sink = sink
    this.#limits = limits
    this.#closes = tooFast === 'close'
    this.#clock = clock
    this.#owner = owner
    this.#messages = limits.messagesPerSecond
    this.#bytes = limits.bytesPerSecond
    this.#since = clock.now()
  }

  static isLimited({ messagesPerSecond, bytesPerSecond }: SocketLimits): boolean {
    return messagesPerSecond !== Number.POSITIVE_INFINITY || bytesPerSecond !== Number.POSITIVE_INFINITY
  }

  get isWorking(): boolean {
    return this.#sink.isWorking
  }

  /** Counts one chunk of the transport, before it is parsed: frame headers and incomplete messages count, too. The chunk itself is still used. */
  received(bytes: number): void {
    const { bytesPerSecond } = this.#limits
    if (bytesPerSecond === Number.POSITIVE_INFINITY) return
    this.#refill()
    this.#bytes -= bytes
    if (this.#bytes < 0) this.#exceeded('bytesPerSecond', -this.#bytes)
  }

  message(data: string | Uint8Array, isText: boolean, fragments?: readonly number[]): void {
    const { messagesPerSecond } = this.#limits
    if (messagesPerSecond === Number.POSITIVE_INFINITY) {
      this.#sink.message(data, isText, fragments)
      return
    }
    this.#refill()
    if (this.#closes && this.#messages < 1) {
      this.#exceeded('messagesPerSecond', 1)
      return
    }
    this.#messages -= 1
    if (!this.#closes && this.#messages < 1) {
      this.#exceeded('messagesPerSecond', 1 - this.#messages)
      this.#owner.pauseInput()
    }
    this.#sink.message(data, isText, fragments)
  }

  ping(payload: Uint8Array): void {
    this.#sink.ping(payload)
  }

  pong(payload: Uint8Array): void {
    this.#sink.pong(payload)
  }

  closing(): void {
    this.#sink.closing()
  }

  failed(error: ConnectionError): void {
    this.#sink.failed?.(error)
  }

  closed(info: CloseInfo): void {
    this.#sink.closed(info)
  }

  #refill(): void {
    const now = this.#clock.now()
    const seconds = (now - this.#since) / 1_000
    this.#since = now
    const { messagesPerSecond, bytesPerSecond } = this.#limits
    this.#messages = Math.min(messagesPerSecond, this.#messages + seconds * messagesPerSecond)
    this.#bytes = Math.min(bytesPerSecond, this.#bytes + seconds * bytesPerSecond)
  }

  /** @param missing what has to flow into the bucket before the next message or chunk */
  #exceeded(limit: 'messagesPerSecond' | 'bytesPerSecond', missing: number): void {
    const perSecond = this.#limits[limit]
    if (this.#closes) {
      const what = limit === 'messagesPerSecond' ? 'messages' : 'bytes'
      const message = `more than ${perSecond} ${what} in a second (limits.${limit})`
      this.#owner.fail(new ConnectionError(message, { fault: 'peer', closeCode: POLICY_VIOLATION, rule: RECEIVE_RATE }))
      return
    }
    this.resumeAt = Math.max(this.resumeAt, this.#since + (missing / perSecond) * 1_000)
  }
}

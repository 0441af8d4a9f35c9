import { ConnectionError } from '../core/errors.ts'
import { checkSendOptions } from '../connection/option-checks.ts'
import type { Clock, ScheduledTask } from '../connection/clock.ts'
import { Deferred } from '../connection/deferred.ts'
import { Drops } from '../connection/drops.ts'
import type { DropReport } from '../connection/drops.ts'
import { encodeMessage } from '../connection/outgoing-message.ts'
import type { SendOptions, SendResult, SlowConsumer } from '../connection/socket.ts'
import { withSlowConsumer } from '../connection/socket-settings.ts'
import type { SocketSettings } from '../connection/socket-settings.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import type { FetchCapabilities } from './capabilities.ts'
import type { PlatformSocket } from './platform-socket.ts'
import { refuseUnsupported, unsupported } from './unsupported.ts'

/** How often the amount that waits is looked at on a platform that does not report less. */
const pollMs = 20

/** What a connection over a platform's socket is made of. */
export interface SendingParts {
  readonly capabilities: FetchCapabilities
  readonly clock: Clock
  readonly settings: SocketSettings
  /** `''` if none was agreed. */
  readonly subprotocol: string
  readonly codec: SubprotocolCodec<any, any> | undefined
}

/** The sending half of a connection over a platform's socket: codec, backpressure as a value, and `drained`. */
export abstract class FetchSending {
  readonly subprotocol: string
  protected readonly capabilities: FetchCapabilities
  protected readonly clock: Clock
  protected settings: SocketSettings
  protected platform: PlatformSocket | undefined
  readonly #codec: SubprotocolCodec<any, any> | undefined
  /** `send` returned `buffered`, and the low-water mark is not reached yet. */
  #isFull = false
  #drained: Deferred<void> | undefined
  #poll: ScheduledTask | undefined
  #drops: Drops | undefined
  /** Messages that were given to the platform. */
  protected sentCount = 0

  constructor({ subprotocol, capabilities, clock, settings, codec }: SendingParts) {
    this.subprotocol = subprotocol
    this.capabilities = capabilities
    this.clock = clock
    this.settings = settings
    this.#codec = codec
  }

  abstract readonly readyState: 'OPEN' | 'CLOSING' | 'CLOSED'
  abstract fail(error: ConnectionError): void
  /** The platform threw, which it does for a socket that it has lost. */
  protected abstract sendingFailed(error: unknown): void
  /** Calls the `drained` handler. */
  protected abstract reportDrained(): void
  /** Calls the `dropped` handler; undefined without one. */
  protected abstract get dropReporter(): ((report: DropReport) => void) | undefined

  /** 0 on a platform that does not tell. */
  get bufferedAmount(): number {
    return this.platform?.bufferedAmount ?? 0
  }

  get droppedMessages(): number {
    return this.#drops?.total ?? 0
  }

  get drained(): Promise<void> {
    if (this.readyState === 'CLOSED' || this.bufferedAmount <= this.settings.limits.lowWaterMark) return Promise.resolve()
    this.#drained ??= new Deferred<void>()
    this.#watch()
    return this.#drained.promise
  }

  setSlowConsumer(slowConsumer: SlowConsumer): void {
    const settings = withSlowConsumer(this.settings, slowConsumer)
    refuseUnsupported({ slowConsumer }, this.capabilities)
    this.settings = settings
  }

  send(message: unknown, options?: SendOptions): SendResult {
    if (options !== undefined) this.checkSending(options)
    if (this.readyState !== 'OPEN') return 'closed'
    return this.sendEncoded(this.encode(message), options?.compress)
  }

  /** @throws OptionError */
  checkSending(options: SendOptions): void {
    checkSendOptions(options)
    if (options.compress !== undefined && !this.capabilities.compress) {
      throw unsupported('compress', 'it decides about compression itself', this.capabilities)
    }
  }

  /** @throws MessageError or TypeError for a message that cannot be encoded */
  encode(message: unknown): string | Uint8Array {
    return encodeMessage(message, this.#codec, this.subprotocol)
  }

  /** Sends an encoded message. */
  sendEncoded(data: string | Uint8Array, compress: boolean | undefined): SendResult {
    const { platform } = this
    if (platform === undefined || this.readyState !== 'OPEN') return 'closed'
    const { limits, slowConsumer } = this.settings
    const buffered = platform.bufferedAmount
    // A single message may exceed the limit; it applies only when other messages wait too.
    if (buffered !== undefined && buffered > 0 && buffered + data.length > limits.sendBuffer && slowConsumer !== 'wait')
      return this.#overflow(data.length)
    try {
      platform.send(data, compress)
    } catch (error) {
      // Thrown into a broadcast, it would keep the message from all connections that follow.
      this.sendingFailed(error)
      return 'closed'
    }
    this.sentCount++
    // A failed write may close the connection within the call.
    if ((this.readyState as string) === 'CLOSED') return 'closed'
    if (buffered === undefined) return 'sent'
    if (!this.#isFull && (platform.bufferedAmount ?? 0) <= limits.highWaterMark) return 'sent'
    this.#isFull = true
    this.#watch()
    return 'buffered'
  }

  #overflow(size: number): SendResult {
    const { limits, slowConsumer } = this.settings
    if (slowConsumer === 'close') {
      const message = `the peer reads too slowly: more than limits.sendBuffer, ${limits.sendBuffer} bytes, would wait for it`
      this.fail(new ConnectionError(message, { fault: 'peer', closeCode: 1013, condition: 'slow-consumer' }))
      return 'dropped'
    }
    ;(this.#drops ??= new Drops(this.clock, this.dropReporter)).add(size)
    this.#isFull = true
    this.#watch()
    return 'dropped'
  }

  /** Less is buffered than before, or time has passed. */
  protected checkDrained(): void {
    if (!this.#isFull && this.#drained === undefined) return
    if (this.bufferedAmount > this.settings.limits.lowWaterMark) {
      this.#watch()
      return
    }
    const wasFull = this.#isFull
    this.#settle()
    if (wasFull && this.readyState === 'OPEN') this.reportDrained()
  }

  #watch(): void {
    if (this.platform?.reportsDrain !== false || this.#poll !== undefined) return
    this.#poll = this.clock.schedule(() => {
      this.#poll = undefined
      this.checkDrained()
    }, pollMs)
  }

  #settle(): void {
    this.#isFull = false
    this.#drained?.resolve()
    this.#drained = undefined
  }

  /** CLOSED: nothing is sent any more. */
  protected endSending(): void {
    this.#poll?.cancel()
    this.#settle()
  }
}

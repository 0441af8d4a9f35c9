import { ConnectionError } from '../core/errors.ts'
import { POLICY_VIOLATION } from '../core/protocol/close-code.ts'
import type { CloseInfo, MessageSink, PieceSink } from '../core/protocol/events.ts'
import type { ExtensionSession } from '../core/protocol/extension.ts'
import { RECEIVE_RATE } from '../core/protocol/rules.ts'
import type { Clock } from './clock.ts'
import type { SocketLimits } from './limits.ts'

/** The connection whose rate is limited. */
export interface RateOwner {
  /** Stops parsing after the current message. Reading stops after each chunk as long as `resumeAt` is ahead. */
  pauseInput(): void
  fail(error: ConnectionError): void
}

type RateLimit = 'messagesPerSecond' | 'bytesPerSecond' | 'expandedPerSecond'

const units: Readonly<Record<RateLimit, string>> = { messagesPerSecond: 'messages', bytesPerSecond: 'bytes', expandedPerSecond: 'bytes of expansion' }

/**
 * A received byte may become as many without being counted. JSON stays below it (24 times for a table of 5,000 equal rows, 8 for one of different rows)
 * unless it is the same again; DEFLATE reaches 1032.
 */
const UNCOUNTED_RATIO = 64

/**
 * Counts what a peer sends against `limits.messagesPerSecond`, `limits.bytesPerSecond` and, where an extension decompresses, `limits.expandedPerSecond`:
 * token buckets that hold one second. It stands before the sink of a connection that has one of the limits; others have none.
 */
export class ReceiveRate implements MessageSink, PieceSink {
  /** Nothing is read before this time. */
  resumeAt: number = Number.NEGATIVE_INFINITY
  readonly #sink: MessageSink
  readonly #limits: Pick<SocketLimits, RateLimit>
  readonly #closes: boolean
  readonly #clock: Clock
  readonly #owner: RateOwner
  /** The one extension that changes the size of messages; undefined without a limit for it. */
  readonly #expander: ExtensionSession | undefined
  #messages: number
  #bytes: number
  #expansion: number
  /** What the extension had received and made of it, before this message. */
  #wireBytes = 0
  #rawBytes = 0
  #since: number
  /** What one streamed message has added so far, and the rest of it is not delivered. */
  #counted = 0
  #isRefused = false

  /** @param tooFast what to do beyond a limit */
  constructor(
    sink: MessageSink,
    limits: SocketLimits,
    tooFast: 'pause' | 'close',
    extensions: readonly ExtensionSession[],
    clock: Clock,
    owner: RateOwner,
  ) {
    this.#sink = sink
    this.#limits = limits
    this.#closes = tooFast === 'close'
    this.#clock = clock
    this.#owner = owner
    this.#expander = expanderOf(limits, extensions)
    this.#messages = limits.messagesPerSecond
    this.#bytes = limits.bytesPerSecond
    this.#expansion = limits.expandedPerSecond
    this.#since = clock.now()
  }

  static isLimited(limits: SocketLimits, extensions: readonly ExtensionSession[]): boolean {
    const { messagesPerSecond, bytesPerSecond } = limits
    return (
      messagesPerSecond !== Number.POSITIVE_INFINITY ||
      bytesPerSecond !== Number.POSITIVE_INFINITY ||
      (extensions.length > 0 && expanderOf(limits, extensions) !== undefined)
    )
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
    if (this.#expander !== undefined && this.#expanded(this.#expander)) return
    if (this.#takesMessage()) this.#sink.message(data, isText, fragments)
  }

  get pieces(): PieceSink | undefined {
    return this.#sink.pieces === undefined ? undefined : this
  }

  begin(isText: boolean): void {
    this.#counted = 0
    this.#isRefused = !this.#takesMessage()
    if (this.#expander !== undefined) this.#begun(this.#expander)
    if (!this.#isRefused) this.#sink.pieces?.begin(isText)
  }

  piece(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isRefused) return
    this.#isRefused = this.#expander !== undefined && this.#exceedsInside(this.#expander)
    if (!this.#isRefused) this.#sink.pieces?.piece(bytes, start, end)
  }

  end(): void {
    if (!this.#isRefused) this.#sink.pieces?.end()
  }

  cut(error: ConnectionError | undefined): void {
    this.#sink.pieces?.cut(error)
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

  /** Counts a message. @returns false where the connection was failed instead */
  #takesMessage(): boolean {
    if (this.#limits.messagesPerSecond === Number.POSITIVE_INFINITY) return true
    this.#refill()
    if (this.#closes && this.#messages < 1) {
      this.#exceeded('messagesPerSecond', 1)
      return false
    }
    this.#messages -= 1
    if (!this.#closes && this.#messages < 1) {
      this.#exceeded('messagesPerSecond', 1 - this.#messages)
      this.#owner.pauseInput()
    }
    return true
  }

  /**
   * Counts what decompression made of the last message. The work is done by then, so a message that exceeds the limit is still delivered, whatever its
   * size, and made up for afterwards.
   * @returns whether the connection was failed instead
   */
  #expanded(expander: ExtensionSession): boolean {
    const expansion = this.#expansionOf(expander)
    this.#begun(expander)
    return expansion > 0 && this.#exceeds(expansion)
  }

  /** The same for a message that goes on, whose bytes so far may add less later: each counts once. */
  #exceedsInside(expander: ExtensionSession): boolean {
    const expansion = this.#expansionOf(expander) - this.#counted
    if (expansion <= 0) return false
    this.#counted += expansion
    return this.#exceeds(expansion)
  }

  /** What decompression has made of the bytes since `#begun`, beyond what does not count. */
  #expansionOf({ statistics }: ExtensionSession): number {
    if (statistics === undefined) return 0
    const { wireBytes, rawBytes } = statistics.received
    return rawBytes - this.#rawBytes - UNCOUNTED_RATIO * (wireBytes - this.#wireBytes)
  }

  /** The next message is about to be received. */
  #begun({ statistics }: ExtensionSession): void {
    if (statistics === undefined) return
    this.#wireBytes = statistics.received.wireBytes
    this.#rawBytes = statistics.received.rawBytes
  }

  #exceeds(expansion: number): boolean {
    this.#refill()
    if (this.#closes && this.#expansion < 0) {
      this.#exceeded('expandedPerSecond', 0)
      return true
    }
    this.#expansion -= expansion
    if (!this.#closes && this.#expansion < 0) {
      this.#exceeded('expandedPerSecond', -this.#expansion)
      this.#owner.pauseInput()
    }
    return false
  }

  #refill(): void {
    const now = this.#clock.now()
    const seconds = (now - this.#since) / 1_000
    this.#since = now
    const { messagesPerSecond, bytesPerSecond, expandedPerSecond } = this.#limits
    this.#messages = Math.min(messagesPerSecond, this.#messages + seconds * messagesPerSecond)
    this.#bytes = Math.min(bytesPerSecond, this.#bytes + seconds * bytesPerSecond)
    this.#expansion = Math.min(expandedPerSecond, this.#expansion + seconds * expandedPerSecond)
  }

  /** @param missing what has to flow into the bucket before the next message or chunk */
  #exceeded(limit: RateLimit, missing: number): void {
    const perSecond = this.#limits[limit]
    if (this.#closes) {
      const message = `more than ${perSecond} ${units[limit]} in a second (limits.${limit})`
      this.#owner.fail(new ConnectionError(message, { fault: 'peer', closeCode: POLICY_VIOLATION, rule: RECEIVE_RATE, condition: 'receive-rate' }))
      return
    }
    this.resumeAt = Math.max(this.resumeAt, this.#since + (missing / perSecond) * 1_000)
  }
}

/** The extension whose messages grow; permessage-deflate is the only one with statistics, and applied first when receiving. */
function expanderOf({ expandedPerSecond }: SocketLimits, extensions: readonly ExtensionSession[]): ExtensionSession | undefined {
  if (expandedPerSecond === Number.POSITIVE_INFINITY) return undefined
  // Not read: a session makes them when somebody does.
  for (const session of extensions) if ('statistics' in session) return session
  return undefined
}

import { ConnectionError } from '../core/errors.ts'
import type { ExtensionSession } from '../core/protocol/extension.ts'
import { PreparedFrame } from '../core/protocol/prepared-frame.ts'
import type { SendOutcome } from '../core/protocol/sending.ts'
import { SharedMessage, shareMessage } from '../core/protocol/shared-message.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { droppable } from './application-code.ts'
import type { ConnectionParts } from './connection-parts.ts'
import { Deferred } from './deferred.ts'
import type { Driver } from './driver.ts'
import { Drops } from './drops.ts'
import type { DropReport } from './drops.ts'
import { checkClose, checkControlPayload, checkSendOptions } from './option-checks.ts'
import { encodeMessage } from './outgoing-message.ts'
import type { RepeatedText } from './repeated-text.ts'
import { SendQueue } from './send-queue.ts'
import type { MessageSender } from './send-queue.ts'
import type { StreamSource } from './stream-source.ts'
import type { SendOptions, SendResult, SlowConsumer } from './socket.ts'
import { withSlowConsumer } from './socket-settings.ts'
import type { SocketSettings } from './socket-settings.ts'
import type { WholeMessage } from './waiting-messages.ts'

const noExtensions: readonly ExtensionSession[] = Object.freeze([])

/**
 * The sending half of a connection: encodes messages, keeps their order behind a streamed one, bounds what waits for a slow peer, and ends with
 * the Close frame. A base class for the reason that `Sending` of the core is one: no further call for each message.
 */
export abstract class SocketSending implements MessageSender {
  abstract readonly driver: Driver
  readonly subprotocol: string
  protected readonly sessions: readonly ExtensionSession[]
  #settings: SocketSettings
  readonly #codec: SubprotocolCodec<any, any> | undefined
  /** Only a server without extensions sends the same frame twice. */
  readonly #repeated: RepeatedText | undefined
  #queue: SendQueue | undefined
  /** `send` returned `buffered`, and the low-water mark is not reached yet. */
  #isFull = false
  /** `close` was called and waits for a streamed message. */
  #closing = false
  #drained: Deferred<void> | undefined

  constructor({ subprotocol, settings, codec, core, runtime }: ConnectionParts) {
    this.subprotocol = subprotocol
    this.sessions = core.extensions.length === 0 ? noExtensions : core.extensions
    this.#settings = settings
    this.#codec = codec
    this.#repeated = core.role === 'server' && core.extensions.length === 0 ? runtime.repeated : undefined
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    const { readyState } = this.driver.core
    return readyState === 'OPEN' && this.#closing ? 'CLOSING' : readyState
  }

  get isOpen(): boolean {
    return this.driver.core.readyState === 'OPEN'
  }

  get bufferedAmount(): number {
    const { driver } = this
    return driver.bufferedBytes + driver.core.droppedBytes + (this.#queue?.bytes ?? 0)
  }

  protected get queuedMemory(): number {
    return this.#queue?.waiting.heldBytes ?? 0
  }

  get drained(): Promise<void> {
    if (this.readyState === 'CLOSED' || this.bufferedAmount <= this.#settings.limits.lowWaterMark) return Promise.resolve()
    this.driver.awaitDrained()
    return (this.#drained ??= new Deferred<void>()).promise
  }

  get droppedMessages(): number {
    return this.#queue?.drops?.total ?? 0
  }

  setSlowConsumer(slowConsumer: SlowConsumer): void {
    this.#settings = withSlowConsumer(this.#settings, slowConsumer)
  }

  send(message: unknown, options?: SendOptions): SendResult {
    if (options !== undefined) checkSendOptions(options)
    if (this.driver.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    return this.#sendData(this.encode(message), options)
  }

  /** Sends an encoded message, or raw data past the codec. */
  sendEncoded(data: string | Uint8Array, options?: SendOptions): SendResult {
    if (this.driver.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    return this.#sendData(data, options)
  }

  /**
   * Encodes a message of this connection's subprotocol.
   * @throws MessageError when the codec refuses the message
   * @throws TypeError when it is neither a string nor bytes
   */
  encode(message: unknown): string | Uint8Array {
    return encodeMessage(message, this.#codec, this.subprotocol)
  }

  #sendData(data: string | Uint8Array, options: SendOptions | undefined): SendResult {
    if (this.#queue?.isBusy === true) return this.#enqueue(this.#queue, data, data.length, options)
    const buffered = this.driver.bufferedBytes
    // A single message may exceed the limit; it applies only when other messages wait too.
    if (buffered > 0 && buffered + data.length > this.#settings.directBytes) return this.#beyond(data, data.length, options)
    return this.#writeData(data, options, buffered)
  }

  /** @param buffered how much was buffered before */
  #writeData(data: string | Uint8Array, options: SendOptions | undefined, buffered: number): SendResult {
    const { core } = this.driver
    if (typeof data !== 'string') return this.#result(core.sendBinary(data, options))
    const frame = this.#repeated?.frameOf(data)
    if (frame === undefined) return this.#result(core.sendText(data, options))
    return this.#result(core.sendPrepared(frame), buffered + frame.length)
  }

  /** Gives a message to the core, whatever is buffered. */
  write(message: WholeMessage, options: SendOptions | undefined): SendResult {
    if (message instanceof PreparedFrame) return this.#result(this.driver.core.sendPrepared(message))
    if (message instanceof SharedMessage) return this.#result(this.driver.core.sendShared(message))
    return this.#writeData(message, options, this.driver.bufferedBytes)
  }

  get hasRoom(): boolean {
    return this.#closing || this.driver.bufferedBytes <= this.#settings.limits.highWaterMark
  }

  /** More than `directBytes` would be buffered. */
  #beyond(message: WholeMessage, size: number, options: SendOptions | undefined): SendResult {
    const { slowConsumer, directBytes } = this.#settings
    if (slowConsumer === 'wait') return this.write(message, options)
    if (slowConsumer === 'close' || slowConsumer === 'drop-newest') return this.#overflow(size)
    // What was sent in this tick may still find room in the transport.
    if (this.driver.unsentBytes === 0) this.driver.flush()
    const buffered = this.driver.bufferedBytes
    if (buffered === 0 || buffered + size <= directBytes) return this.write(message, options)
    return this.#enqueue((this.#queue ??= new SendQueue(this)), message, size, options)
  }

  #enqueue(queue: SendQueue, message: WholeMessage, size: number, options: SendOptions | undefined): SendResult {
    const result = queue.add(message, size, options, this.#settings, this.driver.bufferedBytes)
    if (result === 'overflow') return this.#overflow(size)
    if (queue.isBacklogged) {
      this.#isFull = true
      this.driver.awaitDrained()
    }
    this.driver.account?.update()
    return result
  }

  sendFragmentNow(piece: string | Uint8Array, first: boolean, fin: boolean, options: SendOptions | undefined): SendResult {
    return this.#result(this.driver.core.sendFragment(piece, { first, fin }, options))
  }

  /** A frame serialized once for many connections: same role, no extensions, same encoding of the message. */
  sendPrepared(frame: PreparedFrame, options?: SendOptions): SendResult {
    const { driver } = this
    if (driver.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    if (this.#queue?.isBusy === true) return this.#enqueue(this.#queue, frame, frame.length, options)
    const buffered = driver.bufferedBytes
    if (buffered > 0 && buffered + frame.length > this.#settings.directBytes) return this.#beyond(frame, frame.length, options)
    return this.#result(driver.core.sendPrepared(frame), buffered + frame.length)
  }

  /** Whether `sendPrepared` keeps the encoding of this connection's messages. */
  get takesPrepared(): boolean {
    return this.sessions.length === 0
  }

  /** Connections with the same key can send the result of `share` of one of them; undefined where this one cannot. */
  get shareKey(): unknown {
    return this.sessions.length === 1 ? this.sessions[0]?.shareKey : undefined
  }

  /** Encodes for all connections that have this one's `shareKey` and encoding of the message. */
  share(data: string | Uint8Array, options: SendOptions): SharedMessage {
    const [session] = this.sessions
    if (session === undefined) throw new TypeError('a connection without extensions takes prepared frames, not shared messages')
    return shareMessage(session, data, this.driver.runtime.platform.text, options)
  }

  sendShared(message: SharedMessage, options?: SendOptions): SendResult {
    const { driver } = this
    const { length } = message.original.payload
    if (driver.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    if (this.#queue?.isBusy === true) return this.#enqueue(this.#queue, message, length, options)
    const buffered = driver.bufferedBytes
    if (buffered > 0 && buffered + length > this.#settings.directBytes) return this.#beyond(message, length, options)
    return this.#result(driver.core.sendShared(message))
  }

  /** @param atMost how much may be buffered now, where that is known without looking again */
  #result(outcome: SendOutcome, atMost: number = Number.POSITIVE_INFINITY): SendResult {
    const { driver } = this
    if (outcome !== true) {
      if (outcome !== false) driver.fail(outcome)
      return 'closed'
    }
    driver.outputReady()
    const { highWaterMark } = this.#settings.limits
    if (!this.#isFull && (atMost <= highWaterMark || driver.bufferedBytes <= highWaterMark)) return 'sent'
    this.#isFull = true
    driver.awaitDrained()
    return 'buffered'
  }

  /** The message does not fit. */
  #overflow(size: number): SendResult {
    const { limits, slowConsumer } = this.#settings
    if ((slowConsumer === 'close' || slowConsumer === 'coalesce') && this.isOpen) {
      const message = `the peer reads too slowly: more than limits.sendBuffer, ${limits.sendBuffer} bytes, would wait for it`
      this.fail(new ConnectionError(message, { fault: 'peer', closeCode: 1013, condition: 'slow-consumer' }))
      return 'dropped'
    }
    this.drop(size)
    this.#isFull = true
    this.driver.awaitDrained()
    return 'dropped'
  }

  drop(size: number): void {
    const queue = (this.#queue ??= new SendQueue(this))
    ;(queue.drops ??= new Drops(this.driver.runtime.clock, this.dropReporter)).add(size)
  }

  /** Undefined without a `dropped` handler. */
  protected abstract get dropReporter(): ((report: DropReport) => void) | undefined

  sendStream(pieces: StreamSource, options?: SendOptions): Promise<SendResult> {
    if (options !== undefined) checkSendOptions(options)
    if (!this.isOpen || this.#closing) return Promise.resolve('closed')
    this.#queue ??= new SendQueue(this)
    return droppable(this.#queue.stream(pieces, options))
  }

  messageFailed(what: string, cause: { readonly cause?: unknown } = {}): void {
    this.fail(new ConnectionError(what, { fault: 'application', closeCode: 1011, condition: 'stream-failed', ...cause }))
  }

  fail(error: ConnectionError): void {
    this.driver.fail(error)
  }

  pong(payload?: Uint8Array): SendResult {
    checkControlPayload(payload)
    if (!this.isOpen || this.#closing) return 'closed'
    return this.#result(this.driver.core.sendPong(payload))
  }

  /**
   * As `close`, with `undefined` for a Close frame without code, and without waiting.
   * @throws OptionError for a code that must not be sent or a reason that is too long
   */
  startClosing(code: number | undefined, reason: string): void {
    checkClose(code, reason, this.driver.runtime.platform.text)
    if (!this.isOpen || this.#closing) return
    this.#closing = true
    if (this.#queue?.isBusy === true) this.#closeAfter(this.#queue, code, reason)
    else this.driver.close(code, reason)
  }

  #closeAfter(queue: SendQueue, code: number | undefined, reason: string): void {
    queue.whenIdle(() => this.driver.close(code, reason), this.#settings.closeTimeoutMs, this.driver.runtime.clock)
  }

  /** The low-water mark is reached. @returns whether nothing else waits that could leave now */
  protected sendWaiting(): boolean {
    this.#isFull = false
    const queue = this.#queue
    queue?.pump()
    if (queue?.isBacklogged !== true) return !this.#isFull
    this.#isFull = true
    this.driver.awaitDrained()
    return false
  }

  protected resolveDrained(): void {
    this.#drained?.resolve()
    this.#drained = undefined
  }

  /** CLOSED: nothing is sent any more. */
  protected endSending(): void {
    this.resolveDrained()
    this.#queue?.end()
  }
}

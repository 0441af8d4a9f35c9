import { ConnectionError } from '../core/errors.ts'
import type { ExtensionSession } from '../core/protocol/extension.ts'
import { encodeText } from '../core/protocol/frame-serializer.ts'
import type { PreparedFrame } from '../core/protocol/prepared-frame.ts'
import type { SendOutcome } from '../core/protocol/sending.ts'
import { SharedMessage } from '../core/protocol/shared-message.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { droppable } from './application-code.ts'
import type { ConnectionParts } from './connection-parts.ts'
import { Deferred } from './deferred.ts'
import type { Driver } from './driver.ts'
import { checkClose, checkControlPayload, checkSendOptions } from './option-checks.ts'
import { encodeMessage } from './outgoing-message.ts'
import type { RepeatedText } from './repeated-text.ts'
import { SendQueue } from './send-queue.ts'
import type { MessageSender, StreamPieces } from './send-queue.ts'
import type { SendOptions, SendResult } from './socket.ts'
import type { SocketSettings } from './socket-settings.ts'

const noExtensions: readonly ExtensionSession[] = Object.freeze([])

/**
 * The sending half of a connection: encodes messages, keeps their order behind a streamed one, bounds what waits for a slow peer, and ends with
 * the Close frame. A base class for the reason that `Sending` of the core is one: no further call for each message.
 */
export abstract class SocketSending implements MessageSender {
  abstract readonly driver: Driver
  readonly subprotocol: string
  protected readonly sessions: readonly ExtensionSession[]
  readonly #settings: SocketSettings
  readonly #codec: SubprotocolCodec<any, any> | undefined
  /** Only a server without extensions sends the same frame twice. */
  readonly #repeated: RepeatedText | undefined
  #queue: SendQueue | undefined
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

  get drained(): Promise<void> {
    if (this.readyState === 'CLOSED' || this.bufferedAmount === 0) return Promise.resolve()
    this.driver.awaitDrained()
    return (this.#drained ??= new Deferred<void>()).promise
  }

  send(message: unknown, options?: SendOptions): SendResult {
    if (options !== undefined) checkSendOptions(options)
    if (this.driver.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    const data = this.encode(message)
    if (this.#queue?.isBusy === true) return this.#enqueue(data, options)
    return this.sendNow(data, options)
  }

  /** Sends an encoded message, or raw data past the codec. */
  sendEncoded(data: string | Uint8Array, options?: SendOptions): SendResult {
    if (this.driver.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    if (this.#queue?.isBusy === true) return this.#enqueue(data, options)
    return this.sendNow(data, options)
  }

  /**
   * Encodes a message of this connection's subprotocol.
   * @throws MessageError when the codec refuses the message
   * @throws TypeError when it is neither a string nor bytes
   */
  encode(message: unknown): string | Uint8Array {
    return encodeMessage(message, this.#codec, this.subprotocol)
  }

  #enqueue(data: string | Uint8Array, options: SendOptions | undefined): SendResult {
    const size = typeof data === 'string' ? data.length : data.byteLength
    if (this.driver.bufferedBytes + (this.#queue?.heldBytes ?? 0) + size > this.#settings.limits.sendBuffer) return this.#overflow()
    this.#queue?.push(data, options)
    return 'buffered'
  }

  sendNow(data: string | Uint8Array, options: SendOptions | undefined): SendResult {
    const { driver } = this
    const buffered = driver.bufferedBytes
    // A single message may exceed the limit; it applies only when other messages wait too.
    if (buffered > 0 && buffered + data.length > this.#settings.limits.sendBuffer) return this.#overflow()
    if (typeof data !== 'string') return this.#result(driver.core.sendBinary(data, options))
    const frame = this.#repeated?.frameOf(data)
    if (frame === undefined) return this.#result(driver.core.sendText(data, options))
    return this.#result(driver.core.sendPrepared(frame), buffered + frame.length)
  }

  sendFragmentNow(piece: string | Uint8Array, first: boolean, fin: boolean, options: SendOptions | undefined): SendResult {
    return this.#result(this.driver.core.sendFragment(piece, { first, fin }, options))
  }

  /** A frame serialized once for many connections: same role, no extensions, same encoding of the message. */
  sendPrepared(frame: PreparedFrame): SendResult {
    const { driver } = this
    if (driver.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    const buffered = driver.bufferedBytes
    if (buffered > 0 && buffered + frame.length > this.#settings.limits.sendBuffer) return this.#overflow()
    return this.#result(driver.core.sendPrepared(frame), buffered + frame.length)
  }

  /** Whether `sendPrepared` would keep the order and the encoding of this connection's messages. */
  get takesPrepared(): boolean {
    return this.sessions.length === 0 && this.#queue?.isBusy !== true
  }

  /** Connections with the same key can send the result of `share` of one of them; undefined where this one cannot now. */
  get shareKey(): unknown {
    return this.sessions.length === 1 && this.#queue?.isBusy !== true ? this.sessions[0]?.shareKey : undefined
  }

  /** Encodes for all connections that have this one's `shareKey` and encoding of the message. */
  share(data: string | Uint8Array, options: SendOptions): SharedMessage {
    const opcode = typeof data === 'string' ? 1 : 2
    const payload = typeof data === 'string' ? encodeText(data, this.driver.runtime.platform.text) : new Uint8Array(data)
    const frame = { opcode, first: true, fin: true, rsv: 0, payload } as const
    const session = this.sessions[0]
    if (session === undefined) throw new TypeError('a connection without extensions takes prepared frames, not shared messages')
    return new SharedMessage(session, frame, options)
  }

  sendShared(message: SharedMessage): SendResult {
    const { driver } = this
    if (driver.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    const buffered = driver.bufferedBytes
    if (buffered > 0 && buffered + message.original.payload.length > this.#settings.limits.sendBuffer) return this.#overflow()
    return this.#result(driver.core.sendShared(message))
  }

  /** @param atMost how much may be buffered now, where that is known without looking again */
  #result(outcome: SendOutcome, atMost: number = Number.POSITIVE_INFINITY): SendResult {
    const { driver } = this
    if (outcome !== true) {
      if (outcome !== false) driver.fail(outcome)
      return 'closed'
    }
    const { highWaterMark } = this.#settings.limits
    driver.outputReady()
    if (atMost <= highWaterMark || driver.bufferedBytes <= highWaterMark) return 'sent'
    driver.awaitDrained()
    return 'buffered'
  }

  #overflow(): SendResult {
    const { limits, slowConsumer } = this.#settings
    if (slowConsumer === 'close' && this.isOpen) {
      const message = `the peer reads too slowly: more than limits.sendBuffer, ${limits.sendBuffer} bytes, would wait for it`
      this.fail(new ConnectionError(message, { fault: 'peer', closeCode: 1013 }))
    } else {
      this.driver.awaitDrained()
    }
    return 'dropped'
  }

  sendStream(pieces: StreamPieces, options?: SendOptions): Promise<SendResult> {
    if (options !== undefined) checkSendOptions(options)
    if (!this.isOpen || this.#closing) return Promise.resolve('closed')
    this.#queue ??= new SendQueue(this)
    return droppable(this.#queue.stream(pieces, options))
  }

  messageFailed(what: string, cause: unknown): void {
    this.fail(new ConnectionError(what, { fault: 'application', closeCode: 1011, cause }))
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
    else this.#sendClose(code, reason)
  }

  /** A streamed message has `closeTimeoutMs` to end. */
  #closeAfter(queue: SendQueue, code: number | undefined, reason: string): void {
    const { closeTimeoutMs } = this.#settings
    const message = `a streamed message did not end within ${closeTimeoutMs} ms of close()`
    const late = (): void => this.fail(new ConnectionError(message, { fault: 'application', closeCode: 1011 }))
    const task = this.driver.runtime.clock.schedule(late, closeTimeoutMs)
    queue.whenIdle(() => {
      task.cancel()
      this.#sendClose(code, reason)
    })
  }

  #sendClose(code: number | undefined, reason: string): void {
    this.driver.close(code, reason)
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

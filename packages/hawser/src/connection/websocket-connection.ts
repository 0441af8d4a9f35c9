import { ConnectionError } from '../core/errors.ts'
import type { SendOutcome } from '../core/protocol/sending.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { ExtensionSession } from '../core/protocol/extension.ts'
import { encodeText } from '../core/protocol/frame-serializer.ts'
import type { PreparedFrame } from '../core/protocol/prepared-frame.ts'
import { SharedMessage } from '../core/protocol/shared-message.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import type { ConnectionParts } from './connection-parts.ts'
import { Deferred } from './deferred.ts'
import { Driver } from './driver.ts'
import { Inbox } from './inbox.ts'
import type { InboxSocket } from './inbox.ts'
import { inspectAs } from './inspect.ts'
import { checkClose, checkControlPayload, checkSendOptions } from './option-checks.ts'
import { encodeMessage } from './outgoing-message.ts'
import { Pings } from './pings.ts'
import type { Member } from './members.ts'
import type { SocketSettings } from './socket-settings.ts'
import { SendQueue } from './send-queue.ts'
import type { MessageSender, StreamPieces } from './send-queue.ts'
import type { AgreedExtension, DeclinedExtension, SendOptions, SendResult, Socket } from './socket.ts'
import type { TransportInfo } from './transport.ts'

const noExtensions: readonly ExtensionSession[] = Object.freeze([])
const nothingDeclined: readonly DeclinedExtension[] = Object.freeze([])

/** One connection, from the end of its opening handshake on. `open()` lets it begin. */
export class WebSocketConnection implements Socket<string, unknown, unknown>, InboxSocket, MessageSender, Member {
  memberIndex: number = -1
  readonly subprotocol: string
  readonly context: unknown
  readonly declinedExtensions: readonly DeclinedExtension[]
  readonly driver: Driver
  readonly #settings: SocketSettings
  readonly #codec: SubprotocolCodec<any, any> | undefined
  readonly #sessions: readonly ExtensionSession[]
  readonly #inbox: Inbox
  #queue: SendQueue | undefined
  #pings: Pings | undefined
  /** `close` was called and waits for a streamed message. */
  #closing = false
  #info: CloseInfo | undefined
  #closed: Deferred<CloseInfo> | undefined
  #drained: Deferred<void> | undefined

  constructor(setup: ConnectionParts) {
    this.subprotocol = setup.subprotocol
    this.context = setup.context
    this.declinedExtensions = setup.declined ?? nothingDeclined
    this.#settings = setup.settings
    this.#codec = setup.codec
    this.#sessions = setup.core.extensions.length === 0 ? noExtensions : setup.core.extensions
    this.#inbox = new Inbox(this, setup.handlers, setup.owner, setup.codec, setup.settings)
    const { transport, runtime, core, early, settings } = setup
    this.driver = new Driver(transport, runtime, core, this.#inbox, () => this.#bufferDrained(), early, settings.limits.sendBuffer)
  }

  /**
   * Calls the `open` handler, and reads.
   * @param unreachable only handlers can ever take messages of this connection: without one they are discarded
   */
  open(unreachable: boolean): void {
    this.#inbox.open(unreachable)
  }

  get extensions(): readonly AgreedExtension[] {
    return this.#sessions.map(({ name, parameters, statistics }) => ({ name, parameters, ...(statistics === undefined ? {} : { statistics }) }))
  }

  get transport(): TransportInfo {
    return this.driver.transport.info
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    const { readyState } = this.driver.core
    return readyState === 'OPEN' && this.#closing ? 'CLOSING' : readyState
  }

  get isOpen(): boolean {
    return this.driver.core.readyState === 'OPEN'
  }

  get bufferedAmount(): number {
    return this.driver.bufferedBytes + (this.#queue?.bytes ?? 0)
  }

  get drained(): Promise<void> {
    if (this.#info !== undefined || this.bufferedAmount === 0) return Promise.resolve()
    this.driver.awaitDrained()
    return (this.#drained ??= new Deferred<void>()).promise
  }

  get closed(): Promise<CloseInfo> {
    if (this.#info !== undefined) return Promise.resolve(this.#info)
    return (this.#closed ??= new Deferred<CloseInfo>()).promise
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
    // A single message may exceed the limit: only messages that wait beside others are bounded.
    if (buffered > 0 && buffered + data.length > this.#settings.limits.sendBuffer) return this.#overflow()
    return this.#result(typeof data === 'string' ? driver.core.sendText(data, options) : driver.core.sendBinary(data, options))
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
    return this.#sessions.length === 0 && this.#queue?.isBusy !== true
  }

  /** Connections with the same key can send the result of `share` of one of them; undefined where this one cannot now. */
  get shareKey(): unknown {
    return this.#sessions.length === 1 && this.#queue?.isBusy !== true ? this.#sessions[0]?.shareKey : undefined
  }

  /** Encodes for all connections that have this one's `shareKey` and encoding of the message. */
  share(data: string | Uint8Array, options: SendOptions): SharedMessage {
    const opcode = typeof data === 'string' ? 1 : 2
    const payload = typeof data === 'string' ? encodeText(data, this.driver.runtime.platform.text) : new Uint8Array(data)
    const frame = { opcode, first: true, fin: true, rsv: 0, payload } as const
    const session = this.#sessions[0]
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
    return handled(this.#queue.stream(pieces, options))
  }

  streamFailed(cause: unknown): void {
    this.fail(new ConnectionError('a streamed message could not be completed', { fault: 'application', closeCode: 1011, cause }))
  }

  fail(error: ConnectionError): void {
    this.driver.fail(error)
  }

  setReading(reading: boolean): void {
    this.driver.setReading(reading)
  }

  applicationIdle(): void {
    this.driver.applicationIdle()
  }

  ping(payload?: Uint8Array): Promise<number> {
    const { driver } = this
    checkControlPayload(payload)
    const content = payload === undefined ? new Uint8Array(8) : new Uint8Array(payload)
    if (payload === undefined) driver.runtime.platform.random.fill(content)
    if (!this.isOpen || this.#closing || !driver.core.sendPing(content)) return handled(Promise.reject(this.#endError('the connection is not OPEN')))
    driver.outputReady()
    return (this.#pings ??= new Pings()).add(content, driver.now)
  }

  pong(payload?: Uint8Array): SendResult {
    checkControlPayload(payload)
    if (!this.isOpen || this.#closing) return 'closed'
    return this.#result(this.driver.core.sendPong(payload))
  }

  receive(): Promise<unknown> {
    return handled(new Promise((resolve, reject) => this.#inbox.receive(resolve, reject)))
  }

  discard(): void {
    this.#inbox.discard()
  }

  close(code: number = 1000, reason: string = ''): Promise<CloseInfo> {
    this.startClosing(code, reason)
    return this.closed
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

  static {
    inspectAs(WebSocketConnection, 'Socket', ({ subprotocol, readyState, extensions, bufferedAmount, context, transport }) => {
      const { remoteAddress, remotePort } = transport
      return { subprotocol, readyState, extensions, bufferedAmount, context, remoteAddress, remotePort }
    })
  }

  terminate(): void {
    if (this.#info !== undefined) return
    // 1006 never goes on the wire: there is no Close frame, only the reason in `closed`.
    // Dropped first: a transport that has ended its writing side can no longer be reset.
    this.driver.transport.abort()
    this.fail(new ConnectionError('terminate() was called', { fault: 'application', closeCode: 1006 }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  pause(): void {
    this.#inbox.pause()
  }

  resume(): void {
    this.#inbox.resume()
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> & AsyncIterable<unknown> {
    return this.#inbox.iterate()
  }

  pongReceived(payload: Uint8Array): void {
    this.#pings?.pongReceived(payload, this.driver.now)
  }

  #bufferDrained(): void {
    this.#resolveDrained()
    this.#inbox.drained()
  }

  #resolveDrained(): void {
    this.#drained?.resolve()
    this.#drained = undefined
  }

  connectionClosed(info: CloseInfo): void {
    this.#info = info
    this.#resolveDrained()
    this.#queue?.end()
    this.#closed?.resolve(info)
    this.#closed = undefined
    this.#pings?.reject(this.#endError('the connection ended before the Pong came'))
  }

  #endError(message: string): ConnectionError {
    const info = this.#info
    return new ConnectionError(message, { fault: info?.error?.fault ?? 'peer', closeCode: info?.code ?? 1006, cause: info?.error })
  }
}

/** A promise that may be dropped: its rejection then ends nothing. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

import { ConnectionError } from '../core/errors.ts'
import { explainClose } from '../core/protocol/closing.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { ExtensionSession } from '../core/protocol/extension.ts'
import { encodeText } from '../core/protocol/frame-serializer.ts'
import type { PreparedFrame } from '../core/protocol/prepared-frame.ts'
import { SharedMessage } from '../core/protocol/shared-message.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { ConnectionPump } from './connection-pump.ts'
import type { ConnectionSetup } from './connection-setup.ts'
import { Inbox } from './inbox.ts'
import type { InboxSocket } from './inbox.ts'
import { inspectAs } from './inspect.ts'
import { checkClose, checkControlPayload } from './option-checks.ts'
import { encodeMessage } from './outgoing-message.ts'
import { Pings } from './pings.ts'
import type { SocketPolicy } from './policy.ts'
import { SendQueue } from './send-queue.ts'
import type { MessageSender, StreamPieces } from './send-queue.ts'
import { Settlement } from './settlement.ts'
import type { AgreedExtension, DeclinedExtension, SendOptions, SendResult, Socket } from './socket.ts'
import type { TransportInfo } from './transport.ts'

const noExtensions: readonly ExtensionSession[] = Object.freeze([])
const nothingDeclined: readonly DeclinedExtension[] = Object.freeze([])

/** One connection, from the end of its opening handshake on. `open()` lets it begin. */
export class WebSocketConnection implements Socket<string, unknown, unknown>, InboxSocket, MessageSender {
  readonly subprotocol: string
  readonly context: unknown
  readonly declinedExtensions: readonly DeclinedExtension[]
  readonly pump: ConnectionPump
  readonly #policy: SocketPolicy
  readonly #codec: SubprotocolCodec<any, any> | undefined
  readonly #sessions: readonly ExtensionSession[]
  readonly #inbox: Inbox
  #queue: SendQueue | undefined
  #pings: Pings | undefined
  /** `close` was called and waits for a streamed message. */
  #closing = false
  #info: CloseInfo | undefined
  #closed: Settlement<CloseInfo> | undefined
  #drained: Settlement<void> | undefined

  constructor(setup: ConnectionSetup) {
    this.subprotocol = setup.subprotocol
    this.context = setup.context
    this.declinedExtensions = setup.declined ?? nothingDeclined
    this.#policy = setup.policy
    this.#codec = setup.codec
    this.#sessions = setup.core.extensions.length === 0 ? noExtensions : setup.core.extensions
    this.#inbox = new Inbox(this, setup.handlers, setup.owner, setup.codec, setup.policy)
    this.pump = new ConnectionPump(setup.transport, setup.environment, setup.core, this.#inbox, setup.early, setup.policy.limits.sendBuffer)
  }

  /** Calls the `open` handler, and reads if someone can receive. */
  open(): void {
    this.#inbox.open()
  }

  get extensions(): readonly AgreedExtension[] {
    return this.#sessions.map(({ name, parameters, statistics }) => ({ name, parameters, ...(statistics === undefined ? {} : { statistics }) }))
  }

  get transport(): TransportInfo {
    return this.pump.transport.info
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    const { readyState } = this.pump.core
    return readyState === 'OPEN' && this.#closing ? 'CLOSING' : readyState
  }

  get isOpen(): boolean {
    return this.pump.core.readyState === 'OPEN'
  }

  get bufferedAmount(): number {
    return this.pump.bufferedBytes + (this.#queue?.bytes ?? 0)
  }

  get drained(): Promise<void> {
    if (this.#info !== undefined || this.bufferedAmount === 0) return Promise.resolve()
    this.pump.awaitDrained()
    return (this.#drained ??= new Settlement<void>()).promise
  }

  get closed(): Promise<CloseInfo> {
    if (this.#info !== undefined) return Promise.resolve(explainClose(this.#info))
    this.#inbox.start()
    return (this.#closed ??= new Settlement<CloseInfo>()).promise
  }

  send(message: unknown, options?: SendOptions): SendResult {
    if (this.pump.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    const data = this.encode(message)
    if (this.#queue?.isBusy === true) return this.#enqueue(data, options)
    return this.sendNow(data, options)
  }

  /** Sends what `encode` gave, or raw data past the codec. */
  sendEncoded(data: string | Uint8Array, options?: SendOptions): SendResult {
    if (this.pump.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    if (this.#queue?.isBusy === true) return this.#enqueue(data, options)
    return this.sendNow(data, options)
  }

  /**
   * What goes on the wire for a message of this connection's subprotocol.
   * @throws MessageError when the codec refuses the message
   * @throws TypeError when it is neither a string nor bytes
   */
  encode(message: unknown): string | Uint8Array {
    return encodeMessage(message, this.#codec, this.subprotocol)
  }

  #enqueue(data: string | Uint8Array, options: SendOptions | undefined): SendResult {
    const size = typeof data === 'string' ? data.length : data.byteLength
    if (this.bufferedAmount + size > this.#policy.limits.sendBuffer) return this.#overflow()
    this.#queue?.push(data, options)
    return 'buffered'
  }

  sendNow(data: string | Uint8Array, options: SendOptions | undefined): SendResult {
    const { pump } = this
    const buffered = pump.bufferedBytes
    // A single message may be larger than the buffer's limit: it is what waits beside others that is bounded.
    if (buffered > 0 && buffered + data.length > this.#policy.limits.sendBuffer) return this.#overflow()
    const accepted = typeof data === 'string' ? pump.core.sendText(data, options) : pump.core.sendBinary(data, options)
    return accepted ? this.#pushed() : 'closed'
  }

  sendFragmentNow(piece: string | Uint8Array, first: boolean, fin: boolean, options: SendOptions | undefined): SendResult {
    return this.pump.core.sendFragment(piece, { first, fin }, options) ? this.#pushed() : 'closed'
  }

  /** A frame serialized once for many connections: same role, no extensions, same encoding of the message. */
  sendPrepared(frame: PreparedFrame): SendResult {
    const { pump } = this
    if (pump.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    const buffered = pump.bufferedBytes
    if (buffered > 0 && buffered + frame.length > this.#policy.limits.sendBuffer) return this.#overflow()
    return pump.core.sendPrepared(frame) ? this.#pushed(buffered + frame.length) : 'closed'
  }

  /** Whether `sendPrepared` would keep the order and the encoding of this connection's messages. */
  get takesPrepared(): boolean {
    return this.#sessions.length === 0 && this.#queue?.isBusy !== true
  }

  /** Connections with the same key take what `share` of one of them gives; undefined where this one cannot now. */
  get shareKey(): unknown {
    return this.#sessions.length === 1 && this.#queue?.isBusy !== true ? this.#sessions[0]?.shareKey : undefined
  }

  /** Encodes for all connections that have this one's `shareKey` and encoding of the message. */
  share(data: string | Uint8Array, options: SendOptions): SharedMessage {
    const opcode = typeof data === 'string' ? 1 : 2
    const payload = typeof data === 'string' ? encodeText(data, this.pump.environment.platform.text) : data
    const frame = { opcode, first: true, fin: true, rsv: 0, payload } as const
    return new SharedMessage(frame, this.#sessions[0]?.encodeShared?.(frame, options) ?? frame)
  }

  sendShared(message: SharedMessage): SendResult {
    const { pump } = this
    if (pump.core.readyState !== 'OPEN' || this.#closing) return 'closed'
    const buffered = pump.bufferedBytes
    if (buffered > 0 && buffered + message.original.payload.length > this.#policy.limits.sendBuffer) return this.#overflow()
    return pump.core.sendShared(message) ? this.#pushed() : 'closed'
  }

  /** @param atMost how much may be buffered now, where that is known without looking again */
  #pushed(atMost: number = Number.POSITIVE_INFINITY): SendResult {
    const { pump } = this
    const { highWaterMark } = this.#policy.limits
    pump.outputPending()
    if (atMost <= highWaterMark || pump.bufferedBytes <= highWaterMark) return 'sent'
    pump.awaitDrained()
    return 'buffered'
  }

  #overflow(): SendResult {
    const { policy, pump } = { policy: this.#policy, pump: this.pump }
    if (policy.slowConsumer === 'close' && this.isOpen) {
      const message = `the peer reads too slowly: more than limits.sendBuffer, ${policy.limits.sendBuffer} bytes, would wait for it`
      this.#fail(new ConnectionError(message, { fault: 'peer', closeCode: 1013 }))
    } else {
      pump.awaitDrained()
    }
    return 'dropped'
  }

  sendStream(pieces: StreamPieces, options?: SendOptions): Promise<SendResult> {
    if (!this.isOpen || this.#closing) return Promise.resolve('closed')
    this.#queue ??= new SendQueue(this)
    return this.#queue.stream(pieces, options)
  }

  streamFailed(cause: unknown): void {
    this.#fail(new ConnectionError('a streamed message could not be completed', { fault: 'application', closeCode: 1011, cause }))
  }

  #fail(error: ConnectionError): void {
    const { pump } = this
    pump.core.fail(error, pump.environment.clock.now())
    pump.outputPending()
    pump.rearm()
  }

  ping(payload?: Uint8Array): Promise<number> {
    const { pump } = this
    checkControlPayload(payload)
    const content = payload === undefined ? new Uint8Array(8) : payload.slice()
    if (payload === undefined) pump.environment.platform.random.fill(content)
    if (!this.isOpen || this.#closing || !pump.core.sendPing(content)) return Promise.reject(this.#endError('the connection is not OPEN'))
    pump.outputPending()
    const pong = (this.#pings ??= new Pings()).add(content, pump.environment.clock.now())
    this.#inbox.start()
    return pong
  }

  get awaitsPong(): boolean {
    return this.#pings?.isWaiting === true
  }

  pong(payload?: Uint8Array): SendResult {
    checkControlPayload(payload)
    if (!this.isOpen || this.#closing) return 'closed'
    return this.pump.core.sendPong(payload?.slice()) ? this.#pushed() : 'closed'
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
    checkClose(code, reason, this.pump.environment.platform.text)
    if (!this.isOpen || this.#closing) return
    this.#closing = true
    if (this.#queue?.isBusy === true) this.#closeAfter(this.#queue, code, reason)
    else this.#sendClose(code, reason)
  }

  /** A streamed message has `closeTimeoutMs` to end. */
  #closeAfter(queue: SendQueue, code: number | undefined, reason: string): void {
    const { closeTimeoutMs } = this.#policy
    const message = `a streamed message did not end within ${closeTimeoutMs} ms of close()`
    const late = (): void => this.#fail(new ConnectionError(message, { fault: 'application', closeCode: 1011 }))
    const task = this.pump.environment.clock.schedule(late, closeTimeoutMs)
    queue.whenIdle(() => {
      task.cancel()
      this.#sendClose(code, reason)
    })
  }

  #sendClose(code: number | undefined, reason: string): void {
    const { pump } = this
    pump.core.close(code, reason, pump.environment.clock.now())
    pump.outputPending()
    pump.rearm()
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
    this.#fail(new ConnectionError('terminate() was called', { fault: 'application', closeCode: 1006 }))
    this.pump.transport.abort()
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
    this.#pings?.pongReceived(payload, this.pump.environment.clock.now())
  }

  bufferDrained(): void {
    this.#drained?.resolve()
    this.#drained = undefined
  }

  connectionClosed(info: CloseInfo): void {
    this.#info = info
    this.bufferDrained()
    this.#queue?.end()
    this.#closed?.resolve(explainClose(info))
    this.#closed = undefined
    this.#pings?.reject(this.#endError('the connection ended before the Pong came'))
  }

  #endError(message: string): ConnectionError {
    const info = this.#info
    return new ConnectionError(message, { fault: info?.error?.fault ?? 'peer', closeCode: info?.code ?? 1006, cause: info?.error })
  }
}

import { hideUserinfo } from '../client/address.ts'
import { inspectAs } from '../connection/inspect.ts'
import type { HawserError } from '../core/errors.ts'
import { serializeExtensions } from '../core/handshake/field-values.ts'
import { countUtf8 } from '../core/protocol/frame-serializer.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { readCloseArguments, readConstructorArguments, readMessage } from './arguments.ts'
import { EventHandlers } from './event-handlers.ts'
import type { AssignedEventHandler, EventHandler } from './event-handlers.ts'
import { defineInterface } from './define-interface.ts'
import { CloseEvent, describeFailure, ErrorEvent } from './events.ts'
import type { WebSocketListeners } from './events.ts'
import type { EstablishedConnection, WebSocketRuntime } from './runtime.ts'
import { toEventData } from './event-data.ts'
import type { BinaryType } from './event-data.ts'
import { PendingMessages } from './pending-messages.ts'
import { SendQueue } from './send-queue.ts'

/** How long `close()` waits for Blobs that were given to `send` before it. */
const BLOB_TIMEOUT_MS = 10_000

const CONNECTING = 0
const OPEN = 1
const CLOSING = 2
const CLOSED = 3

/** The runtime's class; its methods know the events. */
const TypedEventTarget: new () => WebSocketListeners & EventTarget = EventTarget

/**
 * The WebSocket interface of the WHATWG WebSockets standard, section 3.1, over a connection that the runtime makes. Beyond the
 * standard, the second argument may be an object, and an `error` event has the reason in `error`. Each event is fired in its own task, so a
 * listener added after `await once(socket, 'open')` misses no message.
 */
export class WebSocketBase extends TypedEventTarget {
  /** 0: the opening handshake is not complete. */
  static readonly CONNECTING: 0 = CONNECTING
  /** 1: messages may be sent. */
  static readonly OPEN: 1 = OPEN
  /** 2: the closing handshake has begun, or `close` was called. */
  static readonly CLOSING: 2 = CLOSING
  /** 3: the connection has ended, or could not be opened. */
  static readonly CLOSED: 3 = CLOSED
  declare readonly CONNECTING: 0
  declare readonly OPEN: 1
  declare readonly CLOSING: 2
  declare readonly CLOSED: 3
  declare readonly [Symbol.toStringTag]: 'WebSocket'

  readonly #runtime: WebSocketRuntime
  readonly #url: string
  readonly #origin: string
  readonly #handlers: EventHandlers
  readonly #outgoing: SendQueue
  readonly #abort: AbortController = new AbortController()
  #socket: EstablishedConnection | undefined
  #readyState: 0 | 1 | 2 | 3 = CONNECTING
  #binaryType: BinaryType = 'blob'
  #failure: unknown
  /** The connection has ended; its last events are queued. */
  #ended = false
  /** Tasks that are queued. */
  #pendingTasks = 0
  readonly #pending: PendingMessages = new PendingMessages()

  /** @throws DOMException SyntaxError for an invalid URL or invalid protocols; OptionError for an invalid option of `connect` */
  constructor(runtime: WebSocketRuntime, url: string | URL, second: unknown) {
    super()
    this.#runtime = runtime
    this.#handlers = new EventHandlers(this)
    this.#outgoing = new SendQueue(runtime.queueTask, (error) => this.#blobFailed(error))
    // 1. Let baseURL be this's relevant settings object's API base URL.
    // 2. to 4. Let urlRecord be the result of getting a URL record given url and baseURL. Check protocols.
    const { url: record, protocols, extra } = readConstructorArguments(url, second, runtime.baseUrl)
    // 5. Set this's url to urlRecord.
    this.#url = record
    this.#origin = new URL(record).origin
    // 6. Let client be this's relevant settings object.
    // 7. Run this step in parallel: Establish a WebSocket connection given urlRecord, protocols, and client.
    runtime.establish(
      { url: record, subprotocols: protocols, extra, signal: this.#abort.signal },
      {
        open: (socket) => this.#opened(socket),
        message: (data) => this.#received(data),
        closed: (info) => this.#closed(info.code, info.reason, info.wasClean, info),
        failed: (error) => this.#failed(error),
      },
    )
  }

  /** Serialized, with any userinfo, as the standard's URL serializer does. */
  get url(): string {
    return this.#url
  }

  /** 0 CONNECTING, 1 OPEN, 2 CLOSING or 3 CLOSED. */
  get readyState(): 0 | 1 | 2 | 3 {
    // When the WebSocket closing handshake is started, the user agent must queue a task to change the ready state to CLOSING (2): after the
    // events of the messages that came before it.
    if (this.#readyState === OPEN && this.#pendingTasks === 0 && this.#socket?.readyState !== 'OPEN') return CLOSING
    return this.#readyState
  }

  /** Bytes of application data that `send` queued and the network has not taken; after the connection closed it can only grow. */
  get bufferedAmount(): number {
    return this.#outgoing.bufferedAmount
  }

  /** The agreed extensions, as Sec-WebSocket-Extensions has them; empty while CONNECTING and where none was agreed. */
  get extensions(): string {
    return this.#readyState === CONNECTING || this.#socket === undefined ? '' : serializeExtensions(this.#socket.extensions)
  }

  /** The agreed subprotocol; empty while CONNECTING and where none was agreed. */
  get protocol(): string {
    return this.#readyState === CONNECTING ? '' : (this.#socket?.subprotocol ?? '')
  }

  static {
    inspectAs(WebSocketBase, 'WebSocket', ({ url, readyState, protocol, extensions, binaryType, bufferedAmount }) => {
      return { url: hideUserinfo(url), readyState, protocol, extensions, binaryType, bufferedAmount }
    })
  }

  /** The type of binary messages. Default `blob`; values other than `blob` and `arraybuffer` are ignored. */
  get binaryType(): BinaryType {
    return this.#binaryType
  }

  set binaryType(value: BinaryType) {
    // Web IDL: a value that is not in the enumeration is ignored.
    if (value === 'blob' || value === 'arraybuffer') this.#binaryType = value
  }

  /** Called for the `open` event: the connection is OPEN. */
  get onopen(): AssignedEventHandler {
    return this.#handlers.get('open')
  }

  set onopen(handler: EventHandler<Event>) {
    this.#handlers.set('open', handler)
  }

  /** Called for each `message` event; `data` is a string, or a Blob or ArrayBuffer by `binaryType`. */
  get onmessage(): AssignedEventHandler {
    return this.#handlers.get('message')
  }

  set onmessage(handler: EventHandler<MessageEvent>) {
    this.#handlers.set('message', handler)
  }

  /** Called for the `error` event, before `close`, where the connection failed; `error` says why. */
  get onerror(): AssignedEventHandler {
    return this.#handlers.get('error')
  }

  set onerror(handler: EventHandler<ErrorEvent>) {
    this.#handlers.set('error', handler)
  }

  /** Called for the `close` event, the last one. */
  get onclose(): AssignedEventHandler {
    return this.#handlers.get('close')
  }

  set onclose(handler: EventHandler<CloseEvent>) {
    this.#handlers.set('close', handler)
  }

  /** @throws DOMException InvalidStateError while CONNECTING */
  send(data: string | ArrayBufferLike | ArrayBufferView | Blob): void {
    if (arguments.length === 0) throw new TypeError('WebSocket.send: 1 argument required')
    const message = readMessage(data)
    // 1. If this's ready state is CONNECTING, then throw an "InvalidStateError" DOMException.
    if (this.#readyState === CONNECTING) throw new DOMException('The WebSocket is still CONNECTING.', 'InvalidStateError')
    // 2. Run the appropriate set of steps: a string is converted to Unicode, bytes are those of the buffer, view or Blob, and any
    //    invocation increases bufferedAmount by their number, also when the data cannot be sent.
    const byteLength = typeof message === 'string' ? countUtf8(message) : message instanceof Blob ? message.size : message.byteLength
    if (this.readyState === OPEN) this.#outgoing.send(message, byteLength)
    else this.#outgoing.discard(byteLength)
  }

  /** @throws DOMException InvalidAccessError for a code that is neither 1000 nor 3000 to 4999, SyntaxError for a reason above 123 bytes */
  close(code?: number, reason?: string): void {
    const parsed = readCloseArguments(code, reason)
    // 3. Run the first matching steps from the following list:
    switch (this.#readyState) {
      // If this's ready state is CLOSING (2) or CLOSED (3): Do nothing.
      case CLOSING:
      case CLOSED:
        return
      // If the WebSocket connection is not yet established: Fail the WebSocket connection and set this's ready state to CLOSING (2).
      case CONNECTING:
        this.#readyState = CLOSING
        this.#abort.abort(new DOMException('close() was called before the connection was established.', 'AbortError'))
        return
      // If the WebSocket closing handshake has not yet been started: Start the WebSocket closing handshake and set this's ready state
      // to CLOSING (2). Messages queued by `send` leave first.
      case OPEN:
        this.#readyState = CLOSING
        this.#closeAfterBlobs(parsed.code, parsed.reason)
    }
  }

  #closeAfterBlobs(code: number | undefined, reason: string): void {
    const late = this.#runtime.schedule(() => {
      this.#outgoing.stop()
      this.#blobFailed(new DOMException(`A Blob given to send() was not read within ${BLOB_TIMEOUT_MS} ms of close().`, 'TimeoutError'))
    }, BLOB_TIMEOUT_MS)
    this.#outgoing.whenEmpty(() => {
      late.cancel()
      this.#socket?.startClosing(code, reason)
    })
  }

  /** Queues a task; each fires at most one event. */
  #queueTask(steps: () => void): void {
    this.#pendingTasks++
    this.#runtime.queueTask(() => {
      this.#pendingTasks--
      steps()
    })
  }

  #opened(socket: EstablishedConnection): void {
    this.#socket = socket
    // When the WebSocket connection is established, the user agent must queue a task to run these steps:
    this.#queueTask(() => {
      // close() came first.
      if (this.#readyState !== CONNECTING) {
        this.#failure ??= this.#abort.signal.reason
        socket.terminate()
        return
      }
      this.#outgoing.open(socket)
      // 1. Change the ready state to OPEN (1).
      this.#readyState = OPEN
      // 2. Change extensions to the extensions in use, 3. change protocol to the subprotocol in use: both are read from the socket.
      // 4. Fire an event named open at the WebSocket object.
      this.dispatchEvent(new Event('open'))
    })
  }

  #received(data: string | Uint8Array): void {
    const size = this.#pending.add(data, this.#socket)
    // When a WebSocket message has been received, the user agent must queue a task to run these steps:
    this.#queueTask(() => {
      this.#pending.fired(size, this.#socket)
      this.#fireMessage(data)
    })
  }

  #fireMessage(data: string | Uint8Array): void {
    // 1. If ready state is not OPEN (1), then return.
    if (this.#readyState !== OPEN) return
    // 2. Let dataForEvent be determined by switching on type and binary type.
    const dataForEvent = toEventData(data, this.#binaryType)
    // 3. Fire an event named message, using MessageEvent, with the origin attribute initialized to the serialization of the
    //    WebSocket object's url's origin, and the data attribute initialized to dataForEvent.
    this.dispatchEvent(new MessageEvent('message', { data: dataForEvent, origin: this.#origin }))
  }

  /** Messages before the Blob have been sent, so the closing handshake follows them; the `error` event gives the reason. */
  #blobFailed(error: unknown): void {
    if (this.#ended) return
    this.#failure ??= error
    this.#readyState = CLOSING
    // 1011: an unexpected condition (RFC 6455 section 7.4.1).
    this.#socket?.startClosing(1011, 'a Blob could not be read')
  }

  #failed(error: HawserError | Error): void {
    this.#failure ??= error
    // RFC 6455 section 7.1.5: no Close frame was received, so the close code is 1006.
    this.#closed(1006, '', false, undefined)
  }

  #closed(code: number, reason: string, wasClean: boolean, info: CloseInfo | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#outgoing.close()
    // When the WebSocket connection is closed, possibly cleanly, the user agent must queue a task to run these steps:
    this.#queueTask(() => {
      // 1. Change the ready state to CLOSED (3).
      this.#readyState = CLOSED
      const fireClose = (): void => {
        // 3. Fire an event named close, using CloseEvent, with wasClean, code and reason.
        this.dispatchEvent(new CloseEvent('close', { wasClean, code, reason }))
      }
      const failure = this.#failure ?? info?.error
      if (failure === undefined) {
        fireClose()
        return
      }
      // 2. If the user agent was required to fail the WebSocket connection, fire an event named error. In a browser, promise callbacks run
      //    between the listeners of two events of one task; here that takes a task for each.
      this.#queueTask(fireClose)
      this.dispatchEvent(new ErrorEvent('error', { error: failure, message: describeFailure(failure) }))
    })
  }
}

defineInterface(WebSocketBase, 'WebSocket', { CONNECTING, OPEN, CLOSING, CLOSED }, [
  'WebSocket',
  'url',
  'readyState',
  'bufferedAmount',
  'extensions',
  'protocol',
  'binaryType',
  'onopen',
  'onmessage',
  'onerror',
  'onclose',
  'send',
  'close',
])

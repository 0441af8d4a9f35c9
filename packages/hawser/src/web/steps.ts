import { countUtf8 } from '../core/protocol/frame-serializer.ts'
import type { HawserError } from '../core/errors.ts'
import { serializeExtensions } from '../core/handshake/field-values.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { ConstructorArguments } from './arguments.ts'
import { toEventData } from './event-data.ts'
import type { BinaryType } from './event-data.ts'
import { CloseEvent, describeFailure, ErrorEvent } from './events.ts'
import { PendingMessages } from './pending-messages.ts'
import { CLOSED, CLOSING, CONNECTING, OPEN } from './ready-state.ts'
import type { ReadyState } from './ready-state.ts'
import type { EstablishedConnection, WebSocketRuntime } from './runtime.ts'
import { SendQueue } from './send-queue.ts'

/** How long `close()` waits for Blobs that were given to `send` before it. */
const BLOB_TIMEOUT_MS = 10_000

/**
 * The steps of the WHATWG WebSockets standard, sections 3.1 and 4, behind the members of one `WebSocket`, which converts arguments. Each event is
 * fired in its own task, so a listener added after `await once(socket, 'open')` misses no message.
 */
export class WebSocketSteps {
  binaryType: BinaryType = 'blob'
  /** Empty until the connection is established. */
  protocol = ''
  /** Empty until the connection is established. */
  extensions = ''
  readonly url: string
  readonly #target: EventTarget
  readonly #runtime: WebSocketRuntime
  readonly #origin: string
  readonly #outgoing: SendQueue
  readonly #abort: AbortController = new AbortController()
  #socket: EstablishedConnection | undefined
  #readyState: ReadyState = CONNECTING
  #failure: unknown
  /** The connection has ended; its last events are queued. */
  #ended = false
  /** Tasks that are queued. */
  #pendingTasks = 0
  readonly #pending: PendingMessages = new PendingMessages()

  /** @throws OptionError for an invalid option of `connect` */
  constructor(target: EventTarget, runtime: WebSocketRuntime, { url, protocols, extra }: ConstructorArguments) {
    this.#target = target
    this.#runtime = runtime
    this.#outgoing = new SendQueue(runtime.queueTask, (error) => this.#blobFailed(error))
    // 5. Set this's url to urlRecord.
    this.url = url
    this.#origin = new URL(url).origin
    // 6. Let client be this's relevant settings object.
    // 7. Run this step in parallel: Establish a WebSocket connection given urlRecord, protocols, and client.
    runtime.establish(
      { url, subprotocols: protocols, extra, signal: this.#abort.signal },
      {
        open: (socket) => this.#opened(socket),
        message: (data) => this.#received(data),
        closed: (info) => this.#closed(info.code, info.reason, info.wasClean, info),
        failed: (error) => this.#failed(error),
      },
    )
  }

  get readyState(): ReadyState {
    // When the WebSocket closing handshake is started, the user agent must queue a task to change the ready state to CLOSING (2): after the
    // events of the messages that came before it.
    if (this.#readyState === OPEN && this.#pendingTasks === 0 && this.#socket?.readyState !== 'OPEN') return CLOSING
    return this.#readyState
  }

  get bufferedAmount(): number {
    return this.#outgoing.bufferedAmount
  }

  send(message: string | Uint8Array | Blob): void {
    // 1. If this's ready state is CONNECTING, then throw an "InvalidStateError" DOMException.
    if (this.#readyState === CONNECTING) throw new DOMException('The WebSocket is still CONNECTING.', 'InvalidStateError')
    // 2. Run the appropriate set of steps: a string is converted to Unicode, bytes are those of the buffer, view or Blob, and any
    //    invocation increases bufferedAmount by their number, also when the data cannot be sent.
    const byteLength = typeof message === 'string' ? countUtf8(message) : message instanceof Blob ? message.size : message.byteLength
    if (this.readyState === OPEN) this.#outgoing.send(message, byteLength)
    else this.#outgoing.discard(byteLength)
  }

  close(code: number | undefined, reason: string): void {
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
        this.#closeAfterBlobs(code, reason)
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
      // 2. Change the extensions attribute's value to the extensions in use, if it is not the null value.
      this.extensions = serializeExtensions(socket.extensions)
      // 3. Change the protocol attribute's value to the subprotocol in use, if it is not the null value.
      this.protocol = socket.subprotocol
      // 4. Fire an event named open at the WebSocket object.
      this.#target.dispatchEvent(new Event('open'))
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
    const dataForEvent = toEventData(data, this.binaryType)
    // 3. Fire an event named message, using MessageEvent, with the origin attribute initialized to the serialization of the
    //    WebSocket object's url's origin, and the data attribute initialized to dataForEvent.
    this.#target.dispatchEvent(new MessageEvent('message', { data: dataForEvent, origin: this.#origin }))
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
        this.#target.dispatchEvent(new CloseEvent('close', { wasClean, code, reason }))
      }
      const failure = this.#failure ?? info?.error
      if (failure === undefined) {
        fireClose()
        return
      }
      // 2. If the user agent was required to fail the WebSocket connection, fire an event named error. In a browser, promise callbacks run
      //    between the listeners of two events of one task; here that takes a task for each.
      this.#queueTask(fireClose)
      this.#target.dispatchEvent(new ErrorEvent('error', { error: failure, message: describeFailure(failure) }))
    })
  }
}

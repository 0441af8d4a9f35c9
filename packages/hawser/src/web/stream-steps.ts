import type { HawserError } from '../core/errors.ts'
import { serializeExtensions } from '../core/handshake/field-values.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { validateCloseCodeAndReason, withDefaultCode } from './close-info.ts'
import type { CloseCodeAndReason, WebSocketCloseInfo } from './close-info.ts'
import { describeFailure } from './events.ts'
import { PromiseCapability } from './promise-capability.ts'
import { CLOSED, CLOSING, CONNECTING, OPEN } from './ready-state.ts'
import type { ReadyState } from './ready-state.ts'
import type { EstablishedConnection, EstablishRuntime } from './runtime.ts'
import type { StreamArguments } from './stream-arguments.ts'
import type { WebSocketOpenInfo } from './stream-interface.ts'
import { StreamSink } from './stream-sink.ts'
import type { SinkOwner } from './stream-sink.ts'
import { StreamSource } from './stream-source.ts'
import { createWebSocketError, isWebSocketError } from './websocket-error.ts'

interface Streams {
  readonly connection: EstablishedConnection
  readonly source: StreamSource
  readonly sink: StreamSink
}

type Ended = Pick<CloseInfo, 'code' | 'reason' | 'wasClean'> & { readonly error: Error | undefined }

/**
 * The steps of the WebSockets standard behind the members of one `WebSocketStream`, which converts arguments: section "The WebSocketStream interface"
 * of whatwg/websockets pull request 48. The runtime calls back in tasks of the network, so none is queued for the feedback from the protocol.
 */
export class WebSocketStreamSteps implements SinkOwner {
  readonly url: string
  isClosing: boolean = false
  // 6. Set this's opened promise and closed promise to new promises.
  readonly #opened: PromiseCapability<WebSocketOpenInfo> = new PromiseCapability()
  readonly #closed: PromiseCapability<Required<WebSocketCloseInfo>> = new PromiseCapability()
  readonly #abort: AbortController = new AbortController()
  #signal: AbortSignal | undefined
  #readyState: ReadyState = CONNECTING
  #handshakeAborted = false
  /** Undefined until the connection is established. */
  #streams: Streams | undefined

  /** @throws OptionError for an invalid option of `connect` */
  constructor(runtime: EstablishRuntime, { url, protocols, signal, extra }: StreamArguments) {
    // 5. Set this's url to urlRecord.
    this.url = url
    // 7. Apply backpressure to the WebSocket. A `StreamSource` begins with that.
    // 8. If options["signal"] exists, let signal be options["signal"].
    //    2. If signal is aborted, then reject this's opened promise and closed promise with signal's abort reason and return.
    if (signal?.aborted === true) {
      this.#readyState = CLOSED
      this.#reject(signal.reason)
      return
    }
    // 9. Let client be this's relevant settings object.
    // 10. Run this step in parallel: Establish a WebSocket connection given urlRecord, protocols, and client.
    runtime.establish(
      { url, subprotocols: protocols, extra, signal: this.#abort.signal },
      {
        open: (connection) => this.#established(connection),
        message: (data) => this.#received(data),
        closed: (info) => this.#ended(info),
        failed: (error) => this.#failed(error),
      },
    )
    // 8.3. Add the following abort steps to signal. After step 10, which throws for wrong options.
    this.#signal = signal
    signal?.addEventListener('abort', this.#aborted)
  }

  get opened(): Promise<WebSocketOpenInfo> {
    return this.#opened.promise
  }

  get closed(): Promise<Required<WebSocketCloseInfo>> {
    return this.#closed.promise
  }

  /** Closes the WebSocket with a code and a reason that are valid. */
  close(info: CloseCodeAndReason = { code: undefined, reason: '' }): void {
    // 4. Run the first matching steps from the following list:
    switch (this.#readyState) {
      // If the ready state is CLOSING (2) or CLOSED (3): Do nothing.
      case CLOSING:
      case CLOSED:
        return
      // If the WebSocket connection is not yet established: Fail the WebSocket connection and set the ready state to CLOSING (2).
      case CONNECTING:
        this.#readyState = CLOSING
        this.#abort.abort(new DOMException('close() was called before the connection was established.', 'AbortError'))
        return
      // If the WebSocket closing handshake has not yet been started: Start the WebSocket closing handshake and set the ready state to CLOSING (2).
      // If neither code nor reason is present, the Close frame has no body. If reason is non-empty but code is null, then code is 1000.
      case OPEN: {
        this.#readyState = CLOSING
        this.isClosing = true
        const { code, reason } = withDefaultCode(info)
        this.#streams?.connection.startClosing(code, reason)
      }
    }
  }

  /** To close using reason a WebSocketStream stream given reason: */
  abort(reason: unknown): void {
    // 1. Let code be null. 2. Let reasonString be the empty string.
    let info: CloseCodeAndReason = { code: undefined, reason: '' }
    // 3. If reason implements WebSocketError, set code to reason's closeCode, and reasonString to reason's reason.
    if (isWebSocketError(reason)) info = { code: reason.closeCode ?? undefined, reason: reason.reason }
    // 4. Close the WebSocket with stream, code, and reasonString. If this throws an exception, discard code and reasonString and close the
    //    WebSocket with stream. It throws for an error of a connection, whose code may be 1006.
    try {
      validateCloseCodeAndReason(info.code, info.reason)
    } catch {
      info = { code: undefined, reason: '' }
    }
    this.close(info)
  }

  /** The abort steps of the signal. */
  readonly #aborted = (): void => {
    // 8.3.1. If the WebSocket connection is not yet established:
    if (this.#readyState !== CONNECTING) return
    const reason: unknown = this.#signal?.reason
    // 2. Set this's ready state to CLOSING.
    this.#readyState = CLOSING
    // 3. Reject this's opened promise and closed promise with signal's abort reason.
    this.#reject(reason)
    // 4. Set this's handshake aborted to true.
    this.#handshakeAborted = true
    // 1. Fail the WebSocket connection.
    this.#abort.abort(reason)
  }

  #reject(reason: unknown): void {
    this.#opened.reject(reason)
    this.#closed.reject(reason)
  }

  #established(connection: EstablishedConnection): void {
    this.#signal?.removeEventListener('abort', this.#aborted)
    // close() or the signal came first.
    if (this.#readyState !== CONNECTING) {
      connection.terminate()
      return
    }
    // 1. Change stream's ready state to OPEN (1). 2. Set stream's was ever connected to true.
    this.#readyState = OPEN
    // 3. Let extensions be the extensions in use. 4. Let protocol be the subprotocol in use.
    const extensions = serializeExtensions(connection.extensions)
    const protocol = connection.subprotocol
    // 5. to 8. Set up readable. 9. to 13. Set up writable.
    const source = new StreamSource(connection, (reason) => this.abort(reason))
    const sink = new StreamSink(connection, this)
    this.#streams = { connection, source, sink }
    // Resolve stream's opened promise with WebSocketOpenInfo.
    this.#opened.resolve({ readable: source.readable, writable: sink.writable, extensions, protocol })
    source.begin()
  }

  #received(data: string | Uint8Array): void {
    // 1. If stream's ready state is not OPEN (1), then return.
    if (this.#readyState === OPEN) this.#streams?.source.message(data)
  }

  #failed(error: HawserError | Error): void {
    this.#signal?.removeEventListener('abort', this.#aborted)
    // RFC 6455 section 7.1.5: no Close frame was received, so the close code is 1006.
    // After close() the runtime tells of a signal, which the application did not give.
    const { aborted, reason } = this.#abort.signal
    this.#ended({ code: 1006, reason: '', wasClean: false, error: aborted ? (reason as Error) : error })
  }

  #ended({ code, reason, wasClean, error: cause }: Ended): void {
    const hasUnwritten = this.#streams?.sink.hasUnwritten === true
    // 1. Change the ready state to CLOSED (3).
    this.#readyState = CLOSED
    // 2. If stream's handshake aborted is true, then return.
    if (this.#handshakeAborted) return
    const streams = this.#streams
    // 3. If stream's was ever connected is false, then reject stream's opened promise with a new WebSocketError.
    const message = cause === undefined ? 'The connection was not closed cleanly.' : describeFailure(cause)
    if (streams === undefined) this.#opened.reject(createWebSocketError(message, { code: undefined, reason: '' }, cause))
    // 4. Let code be the WebSocket connection close code. 5. Let reason be the WebSocket connection close reason, decoded.
    // A close with unwritten data is not clean (web-platform-tests, remote-close.any.js). All that was received is delivered.
    const error = createWebSocketError(
      hasUnwritten ? 'The connection was closed before all that was written had left.' : message,
      { code, reason },
      cause,
    )
    // 6. If the connection was closed cleanly,
    if (wasClean) {
      // 6.1. Close stream's readable stream.
      streams?.source.close()
      // 6.2. Error stream's writable stream with an "InvalidStateError" DOMException indicating that a closed WebSocketStream cannot be written to.
      streams?.sink.end(new DOMException('A closed WebSocketStream cannot be written to.', 'InvalidStateError'), undefined)
      // 6.3. Resolve stream's closed promise with WebSocketCloseInfo.
      if (hasUnwritten) this.#closed.reject(error)
      else this.#closed.resolve({ closeCode: code, reason })
      return
    }
    // 7. Otherwise, 1. let error be a new WebSocketError whose closeCode is code and reason is reason.
    // 7.2. Error stream's readable stream with error.
    streams?.source.error(error)
    // 7.3. Error stream's writable stream with error.
    streams?.sink.end(error, error)
    // 7.4. Reject stream's closed promise with error.
    this.#closed.reject(error)
  }
}

import { toUSVString, viewBufferSource } from './conversions.ts'
import { PromiseCapability } from './promise-capability.ts'
import type { EstablishedConnection } from './runtime.ts'

type WritableConnection = Pick<EstablishedConnection, 'readyState' | 'bufferedAmount' | 'drained' | 'isSilentAfterClose' | 'send'>

/** Ends the connection for the writable stream; its methods must not throw. */
export interface SinkOwner {
  /** Whether this end has started the closing handshake. */
  readonly isClosing: boolean
  close(): void
  abort(reason: unknown): void
}

/** The writable stream of a `WebSocketStream`. A write ends when the transport has taken the message. */
export class StreamSink {
  readonly writable: WritableStream<string | ArrayBuffer | ArrayBufferView>
  readonly #connection: WritableConnection
  readonly #owner: SinkOwner
  #controller!: WritableStreamDefaultController
  /** Of the message that has not left. */
  #writing: PromiseCapability<void> | undefined
  /** That message was sent before the closing handshake began. */
  #accepted = false
  #closing: PromiseCapability<void> | undefined
  #ended = false

  constructor(connection: WritableConnection, owner: SinkOwner) {
    this.#connection = connection
    this.#owner = owner
    // Let writeAlgorithm be an action that writes chunk to stream, given chunk.
    // Let closeAlgorithm be an action that closes stream.
    // Let abortAlgorithm be an action that aborts stream with reason, given reason.
    // Set up writable with writeAlgorithm, closeAlgorithm, and abortAlgorithm.
    this.writable = new WritableStream<string | ArrayBuffer | ArrayBufferView>({
      start: (controller) => {
        this.#controller = controller
        // The abort algorithm waits for a write, and a peer that does not read would make it wait for ever.
        const { signal } = controller as WritableStreamDefaultController & { readonly signal: AbortSignal }
        signal.addEventListener('abort', () => owner.abort(signal.reason), { once: true })
      },
      write: (chunk) => this.#write(chunk),
      close: () => {
        this.#ended = true
        this.#closing = new PromiseCapability()
        owner.close()
        return this.#closing.promise
      },
      abort: (reason) => {
        this.#ended = true
        owner.abort(reason)
      },
    })
  }

  /** Whether a message had not left when the peer's Close frame came, or the connection ended. */
  get hasUnwritten(): boolean {
    const { bufferedAmount, isSilentAfterClose } = this.#connection
    return this.#accepted && this.#writing !== undefined && !((this.#owner.isClosing || isSilentAfterClose) && bufferedAmount === 0)
  }

  /** @throws TypeError for a chunk that Web IDL cannot convert, which errors the stream */
  #write(chunk: unknown): Promise<void> | undefined {
    // 2. and 3. Let data be null. Let opcode be null.
    // 4. If chunk is a BufferSource, set data to a copy of the bytes given chunk (`send` copies), and opcode to a binary frame opcode.
    // 5. Otherwise, let string be the result of converting chunk to an IDL USVString; if this throws, return a promise rejected with the exception.
    //    Set data to the result of UTF-8 encoding string, and opcode to a text frame opcode.
    const data = viewBufferSource(chunk) ?? toUSVString(chunk)
    // 6.1. Wait until there is sufficient buffer space in stream to send the message: the write before this one ended when there was.
    // 6.2. If the closing handshake has not yet started, Send a WebSocket Message to stream comprised of data using opcode.
    const result = this.#connection.send(data)
    if (result !== 'closed' && this.#connection.bufferedAmount === 0) return undefined
    // The `slowConsumer` of the application drops messages, and nothing would end this write before the connection ends.
    if (result === 'dropped' && this.#connection.readyState === 'OPEN') return undefined
    // 1. Let promise be a new promise created in stream's relevant realm.
    const writing = new PromiseCapability<void>()
    this.#writing = writing
    this.#accepted = result !== 'closed' && result !== 'dropped'
    // Behind a Close frame nothing is sent. Where the standard resolves the promise, the end of the connection rejects it: nothing was written.
    if (!this.#accepted) return writing.promise
    // 6.3. Queue a global task to resolve promise with undefined.
    void this.#connection.drained.then(() => {
      // What leaves after the peer's Close frame is not written: the peer may have stopped to read (RFC 6455 section 1.4).
      if (this.#connection.readyState === 'OPEN' || !this.hasUnwritten) this.#written()
    })
    return writing.promise
  }

  #written(): void {
    this.#writing?.resolve()
    this.#writing = undefined
  }

  /**
   * The connection has ended.
   * @param error errors what is written from now on, and a message that had not left
   * @param closeError rejects the promise of `close()` of the stream; undefined after a clean close
   */
  end(error: unknown, closeError: unknown): void {
    if (!this.#ended) this.#controller.error(error)
    this.#ended = true
    if (this.#accepted && !this.hasUnwritten) this.#written()
    this.#writing?.reject(error)
    if (closeError === undefined) this.#closing?.resolve()
    else this.#closing?.reject(closeError)
  }
}

import { toEventData } from './event-data.ts'
import type { EstablishedConnection } from './runtime.ts'

type ReadableConnection = Pick<EstablishedConnection, 'readyState' | 'pause' | 'resume'>

/** The readable stream of a `WebSocketStream`. Reading stops behind each message until the stream has room, and the transport makes the peer wait. */
export class StreamSource {
  readonly readable: ReadableStream<string | Uint8Array>
  readonly #connection: ReadableConnection
  #controller!: ReadableStreamDefaultController<string | Uint8Array>
  #ended = false

  /** @param cancel gets the reason of `cancel`; must not throw */
  constructor(connection: ReadableConnection, cancel: (reason: unknown) => void) {
    this.#connection = connection
    // Let pullAlgorithm be an action that pulls bytes from stream: it removes the backpressure.
    // Let cancelAlgorithm be an action that cancels stream with reason, given reason.
    // Set up readable with pullAlgorithm and cancelAlgorithm; the default high-water mark is one chunk.
    this.readable = new ReadableStream<string | Uint8Array>({
      start: (controller) => {
        this.#controller = controller
      },
      pull: () => connection.resume(),
      cancel: (reason) => {
        this.#ended = true
        cancel(reason)
      },
    })
  }

  /** Applies backpressure, so that a huge first message is not read before somebody reads. It may lead to messages and the end at once. */
  begin(): void {
    this.#connection.pause()
  }

  /** A message has been received. */
  message(data: string | Uint8Array): void {
    if (this.#ended) return
    // 4. Apply backpressure to the WebSocket. Before step 3, whose pull would be lost otherwise: with two pending reads, `enqueue` pulls at once.
    // What arrived before the end is delivered at once, or `closed` would wait for an application that only writes.
    if (this.#connection.readyState === 'OPEN') this.#connection.pause()
    // 2. Let chunk be: for Text, a new DOMString containing data; for Binary, a new Uint8Array object whose contents are data. Its buffer has nothing
    //    else in it, because the application may transfer it.
    // 3. Enqueue chunk into stream's readable stream.
    this.#controller.enqueue(typeof data === 'string' ? data : new Uint8Array(toEventData(data, 'arraybuffer') as ArrayBuffer))
  }

  close(): void {
    if (!this.#ended) this.#controller.close()
    this.#ended = true
  }

  error(error: unknown): void {
    if (!this.#ended) this.#controller.error(error)
    this.#ended = true
  }
}

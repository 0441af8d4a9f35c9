import type { Readable, Writable } from 'node:stream'
import type { Socket } from '../../connection/socket.ts'
import { splitLines } from '../lines.ts'

export type BridgedSocket = Pick<Socket<string, string | Uint8Array, string | Uint8Array>, 'send' | 'drained' | 'readyState' | 'close'>

/**
 * How messages and bytes correspond. `bytes`: a message is the next bytes of the stream, and a chunk of the stream is a binary message.
 * `lines`: a message is a line, and a line of the stream is a text message.
 */
export type BridgeForm = 'bytes' | 'lines'

const lineFeed = Uint8Array.of(0x0a)

/** Joins a WebSocket with a stream in each direction. Backpressure passes through both ways, so that it holds no more than a chunk or a line. */
export class StreamBridge {
  readonly #form: BridgeForm
  readonly #writable: Writable

  /** @param writable takes the messages; an error of it must have a listener */
  constructor(writable: Writable, form: BridgeForm) {
    this.#writable = writable
    this.#form = form
  }

  /** @returns a promise while the stream takes no more */
  message(message: string | Uint8Array): Promise<void> | undefined {
    const writable = this.#writable
    if (!writable.writable) return undefined
    if (this.#form === 'lines') writable.cork()
    let more = writable.write(message)
    if (this.#form === 'lines') {
      more = writable.write(lineFeed)
      writable.uncork()
    }
    return more || writable.destroyed ? undefined : drained(writable)
  }

  /**
   * Sends what the stream gives, until it ends or the connection is not OPEN.
   * @param maxLine bytes of a line that are held until its end
   * @throws the error of the stream; RangeError for a longer line, TypeError for a line that is not UTF-8
   */
  async send(readable: Readable, socket: BridgedSocket, maxLine: number): Promise<void> {
    // Without `destroyOnReturn: false` the end of the stream would also end its writing side, where messages may still wait
    const chunks = readable.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
    if (this.#form === 'bytes') {
      for await (const chunk of chunks) if (!(await this.#sendOne(socket, chunk))) return
      return
    }
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    for await (const line of splitLines(chunks, maxLine)) {
      if (!(await this.#sendOne(socket, decoder.decode(line)))) return
    }
  }

  async #sendOne(socket: BridgedSocket, message: string | Uint8Array): Promise<boolean> {
    // A chunk is a view of memory that the stream may use again
    const result = socket.send(message)
    if (result === 'buffered') await socket.drained
    return result !== 'closed' && result !== 'dropped'
  }
}

function drained(writable: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'close', 'error']) writable.off(event, done)
      resolve()
    }
    for (const event of ['drain', 'close', 'error']) writable.on(event, done)
  })
}

import { ConnectionError } from '../../core/errors.ts'
import { Deferred } from '../../connection/deferred.ts'
import type { AnySocket as Socket } from '../../connection/socket.ts'

/** Connections whose messages nobody has taken yet, at most: a client that only sends must not keep each one that it ever had. */
const MAX_UNREAD = 4

/** The messages, and the sockets, of all connections in their order, for those who iterate. */
export class Incoming {
  #unread: Socket[] = []
  #current: Socket | undefined
  #count = 0
  #isOver = false
  #next = new Deferred<void>()

  get count(): number {
    return this.#count
  }

  get current(): Socket | undefined {
    return this.#current
  }

  /** @param keep whether its messages are received or iterated */
  opened(socket: Socket, keep: boolean): void {
    this.#current = socket
    this.#count += 1
    if (keep) this.#unread.push(socket)
    if (this.#unread.length > MAX_UNREAD) this.#unread.shift()
    this.#tell()
  }

  ended(): void {
    this.#current = undefined
  }

  /** There will be no more. */
  over(): void {
    this.#isOver = true
    this.#tell()
  }

  #tell(): void {
    const next = this.#next
    this.#next = new Deferred()
    next.resolve()
  }

  /** The connection, or the next one where it is closing; undefined once it is over. */
  async open(): Promise<Socket | undefined> {
    while (this.#current?.readyState !== 'OPEN' && !this.#isOver) await this.#next.promise
    return this.#isOver ? undefined : this.#current
  }

  /** Done once it is over and all messages are taken. Rejects with a MessageError in the place of a message. */
  async next(): Promise<IteratorResult<unknown, undefined>> {
    for (;;) {
      const [socket] = this.#unread
      if (socket !== undefined) {
        try {
          return { done: false, value: await socket.receive() }
        } catch (error) {
          if (!(error instanceof ConnectionError)) throw error
          // It is CLOSED, and all its messages are taken; several calls may find out.
          if (this.#unread[0] === socket) this.#unread.shift()
        }
      } else if (this.#isOver) return { done: true, value: undefined }
      else await this.#next.promise
    }
  }

  async *sockets(): AsyncGenerator<Socket, undefined> {
    let seen = 0
    for (;;) {
      if (this.#current !== undefined && this.#count > seen) {
        seen = this.#count
        yield this.#current
      } else if (this.#isOver) return undefined
      else await this.#next.promise
    }
  }
}

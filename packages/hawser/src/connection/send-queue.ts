import { isThenable } from '../core/thenable.ts'
import { messageOverhead } from './message-queue.ts'
import { isBytes } from './outgoing-message.ts'
import { Queue } from './queue.ts'
import type { SendOptions, SendResult } from './socket.ts'

export type StreamPieces = AsyncIterable<string> | AsyncIterable<Uint8Array>

/** The connection, bypassing its queue. */
export interface MessageSender {
  readonly isOpen: boolean
  /** Resolves when nothing is buffered, or the connection is CLOSED. */
  readonly drained: Promise<void>
  sendNow(data: string | Uint8Array, options: SendOptions | undefined): SendResult
  sendFragmentNow(piece: string | Uint8Array, first: boolean, fin: boolean, options: SendOptions | undefined): SendResult
  /** A message that was accepted cannot be sent, or one that was begun cannot be completed: the connection must fail. */
  messageFailed(what: string, cause: unknown): void
}

type Waiting =
  | { readonly kind: 'message'; readonly data: string | Uint8Array; readonly options: SendOptions | undefined; readonly size: number }
  | { readonly kind: 'turn'; begin(): void }

type Pieces = AsyncIterator<unknown> | Iterator<unknown>

const nothing: Uint8Array = new Uint8Array(0)

function iterate(pieces: unknown): Pieces {
  const { [Symbol.asyncIterator]: asyncIterator, [Symbol.iterator]: iterator } = Object(pieces) as Partial<AsyncIterable<unknown> & Iterable<unknown>>
  const begin = asyncIterator ?? iterator
  if (typeof begin !== 'function' || typeof pieces === 'string')
    throw new TypeError('a streamed message is an async iterable of strings or of Uint8Arrays')
  return (begin as () => Pieces).call(pieces)
}

/** Closes the iterator as `for await` does when it is left early, without waiting: it may never answer. */
function leave(iterator: Pieces): void {
  try {
    const left: unknown = iterator.return?.()
    if (isThenable(left)) left.then(undefined, () => undefined)
  } catch {
    // The first error counts.
  }
}

/**
 * Keeps the order while a message is streamed: no other message may come between its fragments (RFC 6455 section 5.4), so they wait here.
 * Made by the first `sendStream` of a connection.
 */
export class SendQueue {
  readonly #sender: MessageSender
  #streaming = false
  readonly #waiting = new Queue<Waiting>()
  #bytes = 0
  #interrupt: (() => void) | undefined

  constructor(sender: MessageSender) {
    this.#sender = sender
  }

  get isBusy(): boolean {
    return this.#streaming
  }

  /** Bytes of messages behind the streamed one. */
  get bytes(): number {
    return this.#bytes
  }

  /** The same with the overhead of each message. */
  get heldBytes(): number {
    return this.#bytes + this.#waiting.length * messageOverhead
  }

  push(data: string | Uint8Array, options: SendOptions | undefined): void {
    const size = typeof data === 'string' ? data.length : data.byteLength
    // The memory is the caller's again when `send` returns.
    const kept = typeof data === 'string' || options?.immutable === true ? data : new Uint8Array(data)
    this.#waiting.push({ kind: 'message', data: kept, options, size })
    this.#bytes += size
  }

  /** Calls back after everything queued so far. */
  whenIdle(callback: () => void): void {
    this.#waiting.push({
      kind: 'turn',
      begin: () => {
        callback()
        this.#next()
      },
    })
  }

  async stream(pieces: StreamPieces, options: SendOptions | undefined): Promise<SendResult> {
    if (this.#streaming) await new Promise<void>((begin) => this.#waiting.push({ kind: 'turn', begin }))
    this.#streaming = true
    try {
      return await this.#sendPieces(pieces, options)
    } finally {
      this.#next()
    }
  }

  async #sendPieces(pieces: StreamPieces, options: SendOptions | undefined): Promise<SendResult> {
    const sender = this.#sender
    const iterator = iterate(pieces)
    let kind: 'string' | 'bytes' | undefined
    let result: SendResult = 'sent'
    try {
      while (sender.isOpen) {
        const next = await this.#nextOf(iterator)
        if (next?.done === true)
          return sender.isOpen ? sender.sendFragmentNow(kind === 'bytes' ? nothing : '', kind === undefined, true, options) : 'closed'
        if (next === undefined || !sender.isOpen) break
        const piece = next.value as string | Uint8Array
        const pieceKind = typeof piece === 'string' ? 'string' : isBytes(piece) ? 'bytes' : undefined
        if (pieceKind === undefined) throw new TypeError('a piece of a streamed message is a string or a Uint8Array')
        if (kind !== undefined && kind !== pieceKind) throw new TypeError('the pieces of one streamed message are all strings or all Uint8Arrays')
        result = sender.sendFragmentNow(piece, kind === undefined, false, options)
        kind = pieceKind
        if (result === 'buffered') await sender.drained
      }
    } catch (error) {
      // Before the first fragment nothing is on the wire; after it the message can only be ended by ending the connection.
      if (kind !== undefined) sender.messageFailed('a streamed message could not be completed', error)
      leave(iterator)
      throw error
    }
    leave(iterator)
    return 'closed'
  }

  /** CLOSED: ends a stream whose next piece may never arrive. */
  end(): void {
    this.#interrupt?.()
  }

  /** Undefined when the connection is CLOSED first. One promise a piece: a race with one that lives as long as the connection would keep each. */
  #nextOf(iterator: Pieces): Promise<IteratorResult<unknown> | undefined> {
    return new Promise((resolve, reject) => {
      this.#interrupt = () => resolve(undefined)
      Promise.resolve(iterator.next()).then(resolve, reject)
    })
  }

  #next(): void {
    for (let waiting = this.#waiting.shift(); waiting !== undefined; waiting = this.#waiting.shift()) {
      if (waiting.kind === 'turn') {
        waiting.begin()
        return
      }
      this.#bytes -= waiting.size
      try {
        this.#sender.sendNow(waiting.data, waiting.options)
      } catch (error) {
        // Bytes that were promised to be immutable, and were transferred meanwhile.
        this.#sender.messageFailed('a message behind a streamed one could not be sent', error)
      }
    }
    this.#streaming = false
  }
}

import type { Clock } from './clock.ts'
import type { Drops } from './drops.ts'
import { isBytes } from './outgoing-message.ts'
import type { SocketSettings } from './socket-settings.ts'
import { leave, piecesOf } from './stream-source.ts'
import type { Pieces, StreamSource } from './stream-source.ts'
import { overheadOf, WaitingMessages } from './waiting-messages.ts'
import type { WholeMessage } from './waiting-messages.ts'
import type { SendOptions, SendResult } from './socket.ts'

/** The connection, bypassing its queue. */
export interface MessageSender {
  readonly isOpen: boolean
  /** The next message may be encoded: the transport keeps up, or the connection is closing. */
  readonly hasRoom: boolean
  /** Resolves when the low-water mark is reached, or the connection is CLOSED. */
  readonly drained: Promise<void>
  write(message: WholeMessage, options: SendOptions | undefined): SendResult
  /** A message of that many bytes is dropped. */
  drop(size: number): void
  sendFragmentNow(piece: string | Uint8Array, first: boolean, fin: boolean, options: SendOptions | undefined): SendResult
  /** A message that was accepted cannot be sent, or one that was begun cannot be completed: the connection must fail. */
  messageFailed(what: string, cause?: { readonly cause: unknown }): void
}

const nothing: Uint8Array = new Uint8Array(0)
/** In place of the next piece: the connection is CLOSED. No iterator can give it, while one may give `undefined`. */
const interrupted: unique symbol = Symbol('interrupted')

/** Without a high surrogate at the end, whose other half is in the next piece: each would become U+FFFD. */
function wholeCharacters(piece: string): string {
  const last = piece.charCodeAt(piece.length - 1)
  return last >= 0xd800 && last < 0xdc00 ? piece.slice(0, -1) : piece
}

/**
 * Messages that cannot be encoded yet: a message is being streamed, and no other may come between its fragments (RFC 6455 section 5.4), or they may
 * still be dropped or replaced. Made when the first has to wait or is dropped.
 */
export class SendQueue {
  readonly waiting: WaitingMessages = new WaitingMessages()
  /** What was dropped; undefined before the first. */
  drops: Drops | undefined
  readonly #sender: MessageSender
  #streaming = false
  #pumping = false
  #interrupt: (() => void) | undefined
  /** Bytes that waited when the connection ended. */
  #lost = 0

  constructor(sender: MessageSender) {
    this.#sender = sender
  }

  /** Other messages have to wait here. */
  get isBusy(): boolean {
    return this.#streaming || !this.waiting.isEmpty
  }

  /** Messages wait for the transport alone. */
  get isBacklogged(): boolean {
    return !this.#streaming && !this.waiting.isEmpty
  }

  /** Bytes of messages that wait, or did when the connection ended. */
  get bytes(): number {
    return this.waiting.bytes + this.#lost
  }

  /**
   * Queues a message, as far as `slowConsumer` lets it. The memory is the caller's again afterwards.
   * @param buffered bytes that wait below
   * @returns `overflow` where there is no room for it
   */
  add(
    message: WholeMessage,
    size: number,
    options: SendOptions | undefined,
    { slowConsumer, limits }: Pick<SocketSettings, 'slowConsumer' | 'limits'>,
    buffered: number,
  ): 'buffered' | 'replaced' | 'overflow' {
    const { waiting } = this
    const key = slowConsumer === 'coalesce' ? options?.key : undefined
    const older = key === undefined ? undefined : waiting.sizeOf(key)
    const room = limits.sendBuffer - buffered - size + (older ?? -overheadOf(key))
    // If the message does not fit even without the others, they stay.
    const result = slowConsumer === 'drop-oldest' && room >= 0 && this.#dropOldest(room) ? 'replaced' : 'buffered'
    if (slowConsumer !== 'wait' && waiting.heldBytes > room) return 'overflow'
    const kept = message instanceof Uint8Array && options?.immutable !== true ? new Uint8Array(message) : message
    if (key === undefined || older === undefined) {
      waiting.push(kept, size, options, key)
      return result
    }
    waiting.replace(key, kept, size, options)
    this.#sender.drop(older)
    return 'replaced'
  }

  /** Drops the oldest messages until at most `room` bytes are held. @returns whether there were any */
  #dropOldest(room: number): boolean {
    let hasDropped = false
    while (this.waiting.heldBytes > room) {
      const dropped = this.waiting.dropOldest()
      if (dropped === undefined) break
      this.#sender.drop(dropped)
      hasDropped = true
    }
    return hasDropped
  }

  /** Calls `close` after everything queued so far. A streamed message may never end, so it has `limitMs`. */
  whenIdle(close: () => void, limitMs: number, clock: Clock): void {
    const late = `a streamed message did not end within ${limitMs} ms of close()`
    const task = clock.schedule(() => this.#sender.messageFailed(late), limitMs)
    this.waiting.pushTurn(() => {
      task.cancel()
      close()
    })
    this.pump()
  }

  async stream(pieces: StreamSource, options: SendOptions | undefined): Promise<SendResult> {
    if (this.isBusy) {
      await new Promise<void>((begin) =>
        this.waiting.pushTurn(() => {
          this.#streaming = true
          begin()
        }),
      )
    }
    this.#streaming = true
    try {
      return await this.#sendPieces(pieces, options)
    } finally {
      this.#streaming = false
      this.pump()
    }
  }

  /** Sends what waits, as far as there is room and no message is being streamed. In a loop: a message that leaves at once leads back here. */
  pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    while (!this.#streaming && (this.#sender.hasRoom || !this.#sender.isOpen)) {
      const next = this.waiting.shift()
      if (next === undefined) break
      if (typeof next === 'function') next()
      else this.#write(next.data, next.options)
    }
    this.#pumping = false
  }

  #write(message: WholeMessage, options: SendOptions | undefined): void {
    try {
      this.#sender.write(message, options)
    } catch (error) {
      // Bytes that were promised to be immutable, and were transferred meanwhile.
      this.#sender.messageFailed('a message that had to wait could not be sent', { cause: error })
    }
  }

  async #sendPieces(pieces: StreamSource, options: SendOptions | undefined): Promise<SendResult> {
    const sender = this.#sender
    const iterator = piecesOf(pieces)
    let kind: 'string' | 'bytes' | undefined
    let result: SendResult = 'sent'
    /** The first half of a surrogate pair that a piece ended in. */
    let half = ''
    try {
      while (sender.isOpen) {
        const next = await this.#nextOf(iterator)
        if (next === interrupted) break
        if (Object(next) !== next) throw new TypeError('the iterator of a streamed message gave no object')
        if (next.done === true)
          return sender.isOpen ? sender.sendFragmentNow(kind === 'bytes' ? nothing : half, kind === undefined, true, options) : 'closed'
        if (!sender.isOpen) break
        const piece = next.value as string | Uint8Array
        const pieceKind = typeof piece === 'string' ? 'string' : isBytes(piece) ? 'bytes' : undefined
        if (pieceKind === undefined) throw new TypeError('a piece of a streamed message is a string or a Uint8Array')
        if (kind !== undefined && kind !== pieceKind) throw new TypeError('the pieces of one streamed message are all strings or all Uint8Arrays')
        const isFirst = kind === undefined
        let whole: string | Uint8Array = piece
        if (typeof piece === 'string') {
          const text = half + piece
          whole = wholeCharacters(text)
          half = text.slice(whole.length)
        }
        result = sender.sendFragmentNow(whole, isFirst, false, options)
        kind = pieceKind
        if (result === 'buffered') await sender.drained
      }
    } catch (error) {
      // Before the first fragment nothing is on the wire; after it the message can only be ended by ending the connection.
      if (kind !== undefined) sender.messageFailed('a streamed message could not be completed', { cause: error })
      leave(iterator)
      throw error
    }
    leave(iterator)
    return 'closed'
  }

  /** CLOSED: ends a stream whose next piece may never arrive, and drops what waits. */
  end(): void {
    this.#lost = this.waiting.bytes
    this.#interrupt?.()
    this.pump()
  }

  /** `interrupted` when the connection is CLOSED first. One promise a piece: a race with one that lives as long as the connection would keep each. */
  #nextOf(iterator: Pieces): Promise<IteratorResult<unknown> | typeof interrupted> {
    return new Promise((resolve, reject) => {
      this.#interrupt = () => resolve(interrupted)
      Promise.resolve(iterator.next()).then(resolve, reject)
    })
  }
}

import { ConnectionError } from '../core/errors.ts'
import type { MessageError } from '../core/errors.ts'
import type { MessageSink } from '../core/protocol/events.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { isThenable } from '../core/thenable.ts'
import { codecError } from './codec-error.ts'
import type { ConnectionParts } from './connection-parts.ts'
import { Delivery } from './delivery.ts'
import type { InboxSocket } from './delivery.ts'
import { closedError } from './end-error.ts'
import { HeldMessages } from './held-messages.ts'
import { compact, MessageQueue } from './message-queue.ts'
import type { SocketSettings } from './socket-settings.ts'

/**
 * Brings messages to the application, one at a time and in order: through the codec, then to the `message` handler or to the queue of
 * an iterator. Reading does not depend on it: control frames are answered from the first moment, and messages behind a busy codec or
 * handler wait here, up to `limits.receiveBuffer`; then reading stops, and the transport makes the peer wait.
 */
export class Inbox extends Delivery implements MessageSink {
  readonly #codec: SubprotocolCodec<any, any> | undefined
  readonly #settings: SocketSettings
  /** Messages for iterators and `receive`. */
  #queue: MessageQueue<unknown> | undefined
  /** Behind the codec or handler that works, or while paused. */
  #held: HeldMessages | undefined

  constructor(socket: InboxSocket, { handlers, owner, codec, settings }: Pick<ConnectionParts, 'handlers' | 'owner' | 'codec' | 'settings'>) {
    super(socket, handlers, owner)
    this.#codec = codec
    this.#settings = settings
  }

  /** Drops messages from now on, including waiting ones. */
  discard(): void {
    this.isDiscarding = true
    this.#held = undefined
    this.#queue?.clear()
    this.regulate()
    this.settleEnd()
  }

  /** @throws TypeError when a `message` handler takes the messages already */
  iterate(): AsyncIterator<unknown, undefined> & AsyncIterable<unknown> {
    return this.#takenBy('iterated').iterate()
  }

  /**
   * Calls one of the two: with the next message, or with the error in its place or of the end.
   * @throws TypeError when a `message` handler takes the messages already
   */
  receive(resolve: (message: unknown) => void, reject: (error: Error) => void): void {
    this.#takenBy('received').take(resolve, reject, () => reject(closedError(this.closeInfo)))
  }

  #takenBy(verb: string): MessageQueue<unknown> {
    if (this.handlers.message !== undefined) {
      throw new TypeError(`this connection has a message handler: its messages cannot be ${verb} as well`)
    }
    this.isDiscarding = false
    return this.#openQueue()
  }

  /** Bytes of messages that wait, with their overhead. */
  get heldBytes(): number {
    return (this.#held?.bytes ?? 0) + (this.#queue?.bytes ?? 0)
  }

  message(data: string | Uint8Array): void {
    if (this.isDiscarding) return
    const size = typeof data === 'string' ? data.length : data.byteLength
    if (this.isPending || this.isPaused || this.#held !== undefined) this.#hold(data, size)
    else if (this.#codec === undefined) this.#deliver(data, size)
    else this.#decode(this.#codec, data, size)
  }

  #decode(codec: SubprotocolCodec<any, any>, data: string | Uint8Array, size: number): void {
    let decoded: unknown
    try {
      decoded = codec.decode(data)
    } catch (error) {
      this.#refuse(error, data, size)
      return
    }
    if (!isThenable(decoded)) {
      this.#deliver(decoded, size)
      return
    }
    this.await(
      decoded,
      (value) => this.#deliver(value, size),
      (error) => this.#refuse(error, data, size),
    )
  }

  #deliver(message: unknown, size: number): void {
    if (this.handlers.message === undefined) {
      this.#enqueue(message, undefined, size)
      return
    }
    let result: unknown
    try {
      result = this.handlers.message(this.socket, message, this.socket.subprotocol)
    } catch (error) {
      this.applicationFailed(error, 'message')
      return
    }
    if (typeof result === 'object' && result !== null && isThenable(result)) this.awaitHandler(result, 'message')
  }

  #enqueue(message: unknown, error: MessageError | undefined, size: number): void {
    if (this.isDiscarding) return
    const queue = this.#openQueue()
    // An application that closes and takes no more messages still gets its closing handshake: the messages it leaves are bounded.
    if (!this.socket.isOpen && queue.bytes + size > this.#settings.limits.receiveBuffer && !queue.isAwaited) return
    if (error === undefined) queue.push(queue.isAwaited ? message : compact(message), size)
    else queue.pushError(error, size)
    if (queue.bytes > this.#settings.limits.receiveBuffer) this.regulate()
  }

  #hold(data: string | Uint8Array, size: number): void {
    this.#held ??= new HeldMessages()
    this.#held.push(data, size)
    if (this.#held.bytes > this.#settings.limits.receiveBuffer) this.regulate()
  }

  /** The message is not one of this subprotocol, or the codec itself failed. */
  #refuse(thrown: unknown, data: string | Uint8Array, size: number): void {
    const error = codecError(thrown, this.socket.subprotocol, data)
    const { handlers } = this
    if (handlers.message === undefined) this.#enqueue(undefined, error, size)
    else if (handlers.invalid !== undefined) this.call('invalid', () => handlers.invalid?.(this.socket, error))
    else this.owner.report(error, 'invalid')
    const closeCode = this.#settings.invalidMessage
    if (closeCode === 'report') return
    const message = `a message is not valid for subprotocol ${this.socket.subprotocol}`
    this.fail(new ConnectionError(message, { fault: error.fault, closeCode, condition: 'invalid-message', cause: error }))
  }

  #openQueue(): MessageQueue<unknown> {
    if (this.#queue !== undefined) return this.#queue
    const queue = new MessageQueue<unknown>(() => this.regulate())
    if (this.isFinished) queue.end()
    this.#queue = queue
    return queue
  }

  protected override get isHolding(): boolean {
    return this.#held !== undefined
  }

  protected override get hasTaker(): boolean {
    return this.handlers.message !== undefined
  }

  protected override dropHeld(): void {
    this.#held = undefined
  }

  protected override endQueue(): void {
    this.#queue?.end()
  }

  protected override deliverNext(): boolean {
    const next = this.#held?.shift()
    if (next === undefined) {
      this.#held = undefined
      return false
    }
    if (this.#codec === undefined) this.#deliver(next.data, next.size)
    else this.#decode(this.#codec, next.data, next.size)
    return true
  }

  protected override regulate(): void {
    if (!this.isOpened) return
    const { receiveBuffer } = this.#settings.limits
    const { isOpen } = this.socket
    // A closing connection is read to the end even if no messages are taken from the queue; `#enqueue` bounds it.
    const waiting = (this.#held?.bytes ?? 0) + (isOpen ? (this.#queue?.bytes ?? 0) : 0)
    this.socket.setReading(waiting <= receiveBuffer)
  }
}

import { ConnectionError } from '../core/errors.ts'
import type { MessageError } from '../core/errors.ts'
import type { CloseInfo, MessageSink } from '../core/protocol/events.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { isThenable } from '../core/thenable.ts'
import { whenSettled } from './application-code.ts'
import { codecError } from './codec-error.ts'
import type { ConnectionParts } from './connection-parts.ts'
import { endError } from './end-error.ts'
import { HandlerCalls } from './handler-calls.ts'
import type { CalledSocket } from './handler-calls.ts'
import type { HandlerName } from './handlers.ts'
import { HeldMessages } from './held-messages.ts'
import { compact, MessageQueue } from './message-queue.ts'
import type { SocketSettings } from './socket-settings.ts'

/** The connection an inbox belongs to. */
export interface InboxSocket extends CalledSocket {
  readonly subprotocol: string
  /** Whether to read more from the transport. */
  setReading(reading: boolean): void
  /** The application has finished its messages. */
  applicationIdle(): void
  pongReceived(payload: Uint8Array): void
  connectionClosed(info: CloseInfo): void
}

/**
 * Brings messages to the application, one at a time and in order: through the codec, then to the `message` handler or to the queue of
 * an iterator. Reading does not depend on it: control frames are answered from the first moment, and messages behind a busy codec or
 * handler wait here, up to `limits.receiveBuffer`; then reading stops, and the transport makes the peer wait.
 */
export class Inbox extends HandlerCalls<InboxSocket> implements MessageSink {
  readonly #codec: SubprotocolCodec<any, any> | undefined
  readonly #settings: SocketSettings
  /** Messages for iterators and `receive`. */
  #queue: MessageQueue<unknown> | undefined
  /** Behind the codec or handler that works, or while paused. */
  #held: HeldMessages | undefined
  #opened = false
  #paused = false
  /** A promise of the codec or of a handler holds the next message. */
  #pending = false
  #delivering = false
  #discarding = false
  #closeInfo: CloseInfo | undefined
  #finished = false

  constructor(socket: InboxSocket, { handlers, owner, codec, settings }: Pick<ConnectionParts, 'handlers' | 'owner' | 'codec' | 'settings'>) {
    super(socket, handlers, owner)
    this.#codec = codec
    this.#settings = settings
  }

  /**
   * Calls `open`, whose promise holds the first message, and reads.
   * @param unreachable only handlers can take messages: without one they are discarded
   */
  open(unreachable: boolean): void {
    const handlers = this.handlers
    this.#opened = true
    if (unreachable && handlers.open === undefined && handlers.message === undefined) this.#discarding = true
    // Without a message handler `open` may be the one that iterates, and waits for the next message itself.
    if (handlers.open !== undefined) this.call('open', () => handlers.open?.(this.socket), handlers.message !== undefined)
    this.#regulate()
  }

  pause(): void {
    this.#paused = true
    this.#regulate()
  }

  resume(): void {
    this.#paused = false
    this.#deliverHeld()
    this.#regulate()
  }

  /** Drops messages from now on, including waiting ones. */
  discard(): void {
    this.#discarding = true
    this.#held = undefined
    this.#queue?.clear()
    this.#regulate()
    this.#settleEnd()
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
    this.#takenBy('received').take(resolve, reject, () => {
      const info = this.#closeInfo
      const how = info === undefined ? '' : `: close code ${info.code}${info.reason === '' ? '' : ` ${info.reason}`}`
      reject(endError(`the connection is CLOSED${how}`, info))
    })
  }

  #takenBy(verb: string): MessageQueue<unknown> {
    if (this.handlers.message !== undefined) {
      throw new TypeError(`this connection has a message handler: its messages cannot be ${verb} as well`)
    }
    this.#discarding = false
    return this.#openQueue()
  }

  /** Bytes of messages that wait, with their overhead. */
  get heldBytes(): number {
    return (this.#held?.bytes ?? 0) + (this.#queue?.bytes ?? 0)
  }

  get isWorking(): boolean {
    return this.#pending || (this.#held !== undefined && !this.#paused)
  }

  message(data: string | Uint8Array): void {
    if (this.#discarding) return
    const size = typeof data === 'string' ? data.length : data.byteLength
    if (this.#pending || this.#paused || this.#held !== undefined) this.#hold(data, size)
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
    this.#await(
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
    if (this.#discarding) return
    const queue = this.#openQueue()
    // An application that closes and takes no more messages still gets its closing handshake: the messages it leaves are bounded.
    if (!this.socket.isOpen && queue.bytes + size > this.#settings.limits.receiveBuffer && !queue.isAwaited) return
    if (error === undefined) queue.push(queue.isAwaited ? message : compact(message), size)
    else queue.pushError(error, size)
    if (queue.bytes > this.#settings.limits.receiveBuffer) this.#regulate()
  }

  #hold(data: string | Uint8Array, size: number): void {
    this.#held ??= new HeldMessages()
    this.#held.push(data, size)
    if (this.#held.bytes > this.#settings.limits.receiveBuffer) this.#regulate()
  }

  /** In a loop, not by recursion: a handler that settles at once leads back here. */
  #deliverHeld(): void {
    if (this.#delivering) return
    this.#delivering = true
    while (!this.#pending && !this.#paused) {
      const next = this.#held?.shift()
      if (next === undefined) {
        this.#held = undefined
        break
      }
      if (this.#codec === undefined) this.#deliver(next.data, next.size)
      else this.#decode(this.#codec, next.data, next.size)
    }
    this.#delivering = false
    this.#settleEnd()
  }

  #await(thenable: PromiseLike<unknown>, fulfilled: (value: unknown) => void, rejected: (error: unknown) => void): void {
    this.#pending = true
    const after =
      (callback: (value: unknown) => void) =>
      (value: unknown): void => {
        this.#pending = false
        callback(value)
        this.#deliverHeld()
        this.#regulate()
      }
    whenSettled(thenable, after(fulfilled), after(rejected))
  }

  protected override awaitHandler(thenable: PromiseLike<unknown>, where: HandlerName): void {
    this.#await(
      thenable,
      () => undefined,
      (error) => this.applicationFailed(error, where),
    )
  }

  /** The message is not one of this subprotocol, or the codec itself failed. */
  #refuse(thrown: unknown, data: string | Uint8Array, size: number): void {
    const error = codecError(thrown, this.socket.subprotocol, data)
    const handlers = this.handlers
    if (handlers.message === undefined) this.#enqueue(undefined, error, size)
    else if (handlers.invalid !== undefined) this.call('invalid', () => handlers.invalid?.(this.socket, error))
    else this.owner.report(error, 'invalid')
    const closeCode = this.#settings.invalidMessage
    if (closeCode === 'report') return
    const message = `a message is not valid for subprotocol ${this.socket.subprotocol}`
    this.fail(new ConnectionError(message, { fault: error.fault, closeCode, cause: error }))
  }

  protected override dropHeld(): void {
    this.#held = undefined
  }

  #openQueue(): MessageQueue<unknown> {
    if (this.#queue !== undefined) return this.#queue
    const queue = new MessageQueue<unknown>(() => this.#regulate())
    if (this.#finished) queue.end()
    this.#queue = queue
    return queue
  }

  #regulate(): void {
    if (!this.#opened) return
    const { receiveBuffer } = this.#settings.limits
    const { isOpen } = this.socket
    // A closing connection is read to the end even if no messages are taken from the queue; `#enqueue` bounds it.
    const waiting = (this.#held?.bytes ?? 0) + (isOpen ? (this.#queue?.bytes ?? 0) : 0)
    this.socket.setReading(waiting <= receiveBuffer)
  }

  ping(): void {}

  pong(payload: Uint8Array): void {
    this.socket.pongReceived(payload)
  }

  closing(): void {
    this.resume()
  }

  closed(info: CloseInfo): void {
    this.#closeInfo = info
    this.#paused = false
    this.owner.connectionClosed(this.socket, info)
    this.socket.connectionClosed(info)
    if (this.#held !== undefined && info.error?.fault === 'application') this.#held = undefined
    if (this.#held === undefined) this.#settleEnd()
    else this.#deliverHeld()
  }

  /** After the last message that waited: the Close frame behind it is answered, or the end is told. */
  #settleEnd(): void {
    if (this.#pending || this.#held !== undefined || this.#finished) return
    const info = this.#closeInfo
    if (info === undefined) {
      this.socket.applicationIdle()
      return
    }
    this.#finished = true
    this.#queue?.end()
    this.callClose(info)
  }
}

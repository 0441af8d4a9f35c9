import { ConnectionError } from '../core/errors.ts'
import type { MessageError } from '../core/errors.ts'
import { explainClose } from '../core/protocol/closing.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { isThenable } from '../core/thenable.ts'
import { notify, whenSettled } from './application-code.ts'
import { codecError } from './codec-error.ts'
import type { ConnectionPump, PumpHandler } from './connection-pump.ts'
import type { ConnectionOwner, HandlerName, SocketHandlers } from './handlers.ts'
import { compact, HeldMessages } from './held-messages.ts'
import { MessageQueue } from './message-queue.ts'
import type { SocketPolicy } from './policy.ts'

/** What the inbox needs of the connection it belongs to. */
export interface InboxSocket {
  readonly subprotocol: string
  readonly pump: ConnectionPump
  /** A `ping` of the application, perhaps of the handler that is working, waits for its answer. */
  readonly awaitsPong: boolean
  pongReceived(payload: Uint8Array): void
  bufferDrained(): void
  connectionClosed(info: CloseInfo): void
}

/**
 * Brings messages to the application, one at a time and in order: through its codec, then to the `message` handler or to the queue
 * of an iterator. While a codec or a handler works, or the queue is full, nothing is read; the peer feels that through the transport, and
 * its Close frame is answered after the application's replies. Behind a handler reading goes on once this end closes, so that the handler may
 * await `close()` or `ping()`, and when it takes longer than an interval of keepalive, so that the peer's Pings are answered; what comes is held.
 */
export class Inbox implements PumpHandler {
  readonly #socket: InboxSocket
  readonly #handlers: SocketHandlers
  readonly #owner: ConnectionOwner
  readonly #codec: SubprotocolCodec<any, any> | undefined
  readonly #policy: SocketPolicy
  #queue: MessageQueue<unknown> | undefined
  /** Someone can receive: handlers, an iterator, or the application said so. */
  #started = false
  #pausedByUser = false
  /** A promise of a handler holds the next message. */
  #handling = false
  /** That promise takes its time: what is behind it is read, within `limits.receiveBuffer`. */
  #readingAhead = false
  /** What came behind such a promise. */
  #held: HeldMessages | undefined
  #delivering = false
  #finished = false
  /** A promise of the codec holds the next message, and the end of the connection behind it. */
  #decoding = false
  #closeInfo: CloseInfo | undefined

  constructor(
    socket: InboxSocket,
    handlers: SocketHandlers,
    owner: ConnectionOwner,
    codec: SubprotocolCodec<any, any> | undefined,
    policy: SocketPolicy,
  ) {
    this.#socket = socket
    this.#handlers = handlers
    this.#owner = owner
    this.#codec = codec
    this.#policy = policy
  }

  /** Calls `open`; a promise of it holds the first message. */
  open(): void {
    const handlers = this.#handlers
    if (handlers.open !== undefined) this.#call('open', () => handlers.open?.(this.#socket))
    if (handlers.open !== undefined || handlers.message !== undefined || handlers.close !== undefined) this.start()
  }

  start(): void {
    this.#started = true
    this.#regulate()
  }

  pause(): void {
    this.#pausedByUser = true
    this.#regulate()
  }

  resume(): void {
    this.#pausedByUser = false
    this.#deliverHeld()
    this.start()
  }

  /** @throws TypeError when a `message` handler takes the messages already */
  iterate(): AsyncIterator<unknown, undefined> & AsyncIterable<unknown> {
    if (this.#handlers.message !== undefined) throw new TypeError('this connection has a message handler: its messages cannot be iterated as well')
    const queue = this.#openQueue()
    this.start()
    return queue.iterate()
  }

  message(data: string | Uint8Array): void {
    const size = typeof data === 'string' ? data.length : data.byteLength
    if (this.#codec === undefined) {
      this.#deliver(data, size)
      return
    }
    let decoded: unknown
    try {
      decoded = this.#codec.decode(data)
    } catch (error) {
      this.#refuse(error, data, size)
      return
    }
    if (isThenable(decoded)) this.#awaitDecoded(decoded, data, size)
    else this.#deliver(decoded, size)
  }

  #awaitDecoded(decoded: PromiseLike<unknown>, data: string | Uint8Array, size: number): void {
    this.#decoding = true
    this.#regulate()
    const settle = (): void => {
      this.#decoding = false
      if (this.#closeInfo !== undefined) this.#finish()
      else this.#regulate()
    }
    whenSettled(
      decoded,
      (value) => {
        this.#deliver(value, size)
        settle()
      },
      (error: unknown) => {
        this.#refuse(error, data, size)
        settle()
      },
    )
  }

  #deliver(message: unknown, size: number): void {
    if (this.#handlers.message === undefined) this.#enqueue(message, undefined, size)
    else if (this.#handling || this.#held !== undefined) this.#holdMessage(message, size)
    else this.#handle(message)
  }

  #handle(message: unknown): void {
    let result: unknown
    try {
      result = this.#handlers.message?.(this.#socket, message, this.#socket.subprotocol)
    } catch (error) {
      this.#applicationFailed(error, 'message')
      return
    }
    if (result !== undefined && isThenable(result)) this.#hold(result, 'message')
  }

  #holdMessage(message: unknown, size: number): void {
    const kept = compact(message)
    this.#holdBack(() => this.#handle(kept), size)
  }

  #holdBack(deliver: () => void, size: number): void {
    const held = (this.#held ??= new HeldMessages())
    held.push(deliver, size)
    if (held.bytes > this.#policy.limits.receiveBuffer) this.#regulate()
  }

  #deliverHeld(): void {
    const held = this.#held
    if (held === undefined || this.#delivering) return
    this.#delivering = true
    while (!held.isEmpty && !this.#handling && !this.#pausedByUser) held.deliverNext()
    this.#delivering = false
    if (!held.isEmpty) return
    this.#held = undefined
    this.#finish()
  }

  #enqueue(message: unknown, error: MessageError | undefined, size: number): void {
    const queue = this.#openQueue()
    // An application that closes and takes no more messages still gets its closing handshake: what it leaves lying is bounded.
    if (this.#socket.pump.core.readyState !== 'OPEN' && queue.bytes + size > this.#policy.limits.receiveBuffer && !queue.isAwaited) return
    if (error === undefined) queue.push(queue.isAwaited ? message : compact(message), size)
    else queue.pushError(error, size)
    if (queue.bytes > this.#policy.limits.receiveBuffer) this.#regulate()
  }

  /** The message is not one of this subprotocol, or the codec itself failed. */
  #refuse(thrown: unknown, data: string | Uint8Array, size: number): void {
    const error = codecError(thrown, this.#socket.subprotocol, data)
    if (this.#handlers.message === undefined) {
      this.#enqueue(undefined, error, size)
      this.#failForInvalid(error)
    } else if (this.#handling || this.#held !== undefined) this.#holdBack(() => this.#handleInvalid(error), size)
    else this.#handleInvalid(error)
  }

  #handleInvalid(error: MessageError): void {
    const handlers = this.#handlers
    if (handlers.invalid !== undefined) this.#call('invalid', () => handlers.invalid?.(this.#socket, error))
    else this.#owner.report(error, 'invalid')
    this.#failForInvalid(error)
  }

  #failForInvalid(error: MessageError): void {
    const closeCode = this.#policy.invalidMessage
    if (closeCode === 'report') return
    this.#fail(
      new ConnectionError(`a message is not one of subprotocol ${this.#socket.subprotocol}`, { fault: error.fault, closeCode, cause: error }),
    )
  }

  /** Calls a handler whose failure or promise is treated alike everywhere but on the hot path. */
  #call(where: HandlerName, call: () => unknown): void {
    let result: unknown
    try {
      result = call()
    } catch (error) {
      this.#applicationFailed(error, where)
      return
    }
    if (!isThenable(result)) return
    // Without a message handler `open` may well be what iterates, and waits for the next message itself.
    if (where === 'open' && this.#handlers.message !== undefined) this.#hold(result, where)
    else
      notify(
        () => result,
        (error) => this.#applicationFailed(error, where),
      )
  }

  #hold(promise: PromiseLike<unknown>, where: HandlerName): void {
    this.#handling = true
    this.#regulate()
    const settle = (): void => {
      this.#handling = false
      this.#readingAhead = false
      this.#deliverHeld()
      this.#regulate()
    }
    whenSettled(promise, settle, (error) => {
      this.#applicationFailed(error, where)
      settle()
    })
  }

  /** RFC 6455 section 7.4.1: 1011, an unexpected condition. */
  #applicationFailed(error: unknown, where: HandlerName): void {
    this.#owner.report(error, where)
    if (where === 'close') return
    this.#fail(new ConnectionError(`the application's ${where} handler failed`, { fault: 'application', closeCode: 1011, cause: error }))
  }

  #fail(error: ConnectionError): void {
    const { pump } = this.#socket
    if (pump.core.readyState !== 'OPEN') return
    this.#held?.clear()
    pump.core.fail(error, pump.environment.clock.now())
    pump.outputPending()
    pump.rearm()
  }

  #openQueue(): MessageQueue<unknown> {
    if (this.#queue !== undefined) return this.#queue
    const queue = new MessageQueue<unknown>(() => {
      if (!this.#socket.pump.isReading && queue.bytes <= this.#policy.limits.receiveBuffer / 2) this.#regulate()
    })
    if (this.#closeInfo !== undefined) queue.end()
    this.#queue = queue
    return queue
  }

  #regulate(): void {
    const { pump } = this.#socket
    if (pump.core.readyState === 'CLOSED') return
    const { receiveBuffer } = this.#policy.limits
    const isOpen = pump.core.readyState === 'OPEN'
    const working = isOpen && this.#handling && !this.#readingAhead && !this.#socket.awaitsPong
    const full =
      (isOpen && this.#queue !== undefined && this.#queue.bytes > receiveBuffer) || (this.#held !== undefined && this.#held.bytes > receiveBuffer)
    pump.setReading(this.#started && !this.#pausedByUser && !this.#decoding && !working && !full)
  }

  ping(): void {}

  pong(payload: Uint8Array): void {
    this.#socket.pongReceived(payload)
  }

  unread(): void {
    if (!this.#handling) return
    this.#readingAhead = true
    this.#regulate()
  }

  /** The rest of the closing handshake is read, whether or not anyone takes messages. */
  closing(): void {
    this.#socket.pump.rearm()
    this.resume()
  }

  outputReady(): void {
    this.#socket.pump.outputPending()
  }

  inputReady(): void {
    this.#socket.pump.inputReady()
  }

  endTransport(): void {
    this.#socket.pump.endTransport()
  }

  abortTransport(): void {
    this.#socket.pump.abortTransport()
  }

  drained(): void {
    this.#socket.bufferDrained()
    const handlers = this.#handlers
    if (handlers.drained !== undefined) this.#call('drained', () => handlers.drained?.(this.#socket))
  }

  closed(info: CloseInfo): void {
    this.#closeInfo = info
    this.#owner.connectionClosed(this.#socket, info)
    this.#socket.connectionClosed(info)
    if (this.#held !== undefined && info.error?.fault === 'application') this.#held.clear()
    if (this.#held?.isEmpty === true) this.#held = undefined
    this.#finish()
  }

  /** Once CLOSED, and after the last message. */
  #finish(): void {
    const info = this.#closeInfo
    if (info === undefined || this.#finished || this.#decoding || this.#held !== undefined) return
    this.#finished = true
    this.#queue?.end()
    const handlers = this.#handlers
    if (handlers.close === undefined) return
    notify(
      () => handlers.close?.(this.#socket, explainClose(info)),
      (error) => this.#owner.report(error, 'close'),
    )
  }
}

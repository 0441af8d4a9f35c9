import { ConnectionError } from '../core/errors.ts'
import type { BufferPool, TextCodec } from '../core/platform.ts'
import type { CloseInfo, MessageSink, PieceSink } from '../core/protocol/events.ts'
import { tooBig } from '../core/protocol/rules.ts'
import { isThenable } from '../core/thenable.ts'
import type { Clock } from './clock.ts'
import type { ConnectionParts } from './connection-parts.ts'
import { Delivery } from './delivery.ts'
import type { InboxSocket } from './delivery.ts'
import { closedError, endError } from './end-error.ts'
import { MessageQueue } from './message-queue.ts'
import { Queue } from './queue.ts'
import { ReceivedStream } from './received-stream.ts'
import type { ReceivedStreamOwner } from './received-stream.ts'
import type { SocketSettings } from './socket-settings.ts'

/**
 * The inbox of a connection that takes messages as streams: each is delivered when it begins, to the `stream` handler or to `receiveStream` and `streams`. What
 * is not taken waits in the messages, all together up to `limits.receiveBuffer`; then reading stops.
 */
export class StreamInbox extends Delivery implements MessageSink, PieceSink, ReceivedStreamOwner {
  /** Of all messages that are not taken to their end, with their overhead. */
  #waitingBytes = 0
  #collectedBytes = 0
  readonly text: TextCodec
  readonly buffers: BufferPool
  readonly #clock: Clock
  readonly #settings: SocketSettings
  #queue: MessageQueue<ReceivedStream> | undefined
  /** Behind a handler that works, or while paused. */
  #held: Queue<ReceivedStream> | undefined
  /** The message that arrives. */
  #current: ReceivedStream | undefined
  /** The message that was given last to a handler whose promise is pending, to `receiveStream` or to an iterator. */
  #given: ReceivedStream | undefined

  constructor(socket: InboxSocket, { handlers, owner, settings, runtime }: Pick<ConnectionParts, 'handlers' | 'owner' | 'settings' | 'runtime'>) {
    super(socket, handlers, owner)
    this.#settings = settings
    this.#clock = runtime.clock
    this.text = runtime.platform.text
    this.buffers = runtime.platform.buffers
  }

  /** Bytes of memory that the messages take. */
  get heldBytes(): number {
    return this.#waitingBytes + this.#collectedBytes
  }

  get pieces(): this {
    return this
  }

  get subprotocol(): string {
    return this.socket.subprotocol
  }

  get collectLimit(): number {
    return this.#settings.limits.message
  }

  begin(isText: boolean): void {
    if (this.isDiscarding) return
    const stream = new ReceivedStream(isText, this)
    this.#current = stream
    if (this.isPending || this.isPaused || this.#held !== undefined) (this.#held ??= new Queue()).push(stream)
    else this.#deliver(stream)
    this.changed()
  }

  piece(bytes: Uint8Array, start: number, end: number): void {
    const current = this.#current
    if (current === undefined) return
    // As for whole messages: one that is left to a closing connection is bounded, so that the closing handshake is not delayed.
    if (!this.#isWanted(current) && this.#waitingBytes + end - start > this.#settings.limits.receiveBuffer) {
      current.cut(endError('the connection is closing, and nobody took this message', undefined))
    } else current.push(bytes, start, end)
  }

  end(): void {
    this.#current?.complete()
    this.#current = undefined
  }

  cut(error: ConnectionError | undefined): void {
    if (error === undefined) return
    this.#current?.cut(error)
    this.#current = undefined
  }

  /** Where an extension cannot decode piece by piece. */
  message(data: string | Uint8Array, isText: boolean): void {
    const bytes = typeof data === 'string' ? encode(data, this.text) : data
    this.begin(isText)
    if (bytes.length > 0) this.piece(bytes, 0, bytes.length)
    this.end()
  }

  override closed(info: CloseInfo): void {
    this.#current?.cut(endError('the connection ended in the middle of a message', info))
    this.#current = undefined
    super.closed(info)
  }

  /** Drops messages from now on, including those that nobody has begun to take. */
  discard(): void {
    this.isDiscarding = true
    this.#current?.cancelUntaken()
    this.dropHeld()
    this.#queue?.clear((stream) => stream.cancel())
    this.#given?.cancelUntaken()
    this.regulate()
    this.settleEnd()
  }

  /**
   * Each message is one that nobody has taken yet; it is dropped when the next one is asked for.
   * @throws TypeError when a `stream` handler takes the messages already
   */
  iterate(): AsyncIterator<ReceivedStream, undefined> & AsyncIterable<ReceivedStream> {
    const messages = this.#openTaken().iterate()
    return {
      next: async () => {
        this.#dropGiven()
        const next = await messages.next()
        if (next.done !== true) this.#given = next.value
        return next
      },
      return: async () => {
        this.#dropGiven()
        await messages.return?.()
        return { value: undefined, done: true }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /** @throws TypeError when a `stream` handler takes the messages already */
  receive(resolve: (message: ReceivedStream) => void, reject: (error: Error) => void): void {
    const queue = this.#openTaken()
    this.#dropGiven()
    queue.take(
      (message) => {
        this.#given = message
        resolve(message)
      },
      reject,
      () => reject(closedError(this.closeInfo)),
    )
  }

  held(bytes: number): void {
    this.#waitingBytes += bytes
  }

  collected(bytes: number): void {
    this.#collectedBytes += bytes
  }

  changed(): void {
    this.regulate()
  }

  tooLong(length: number): ConnectionError {
    const error = tooBig(`a message of at least ${length} bytes is above the limit of ${this.collectLimit}`, 'message')
    this.fail(error)
    return error
  }

  /** At the end of the tick: the promise that gave it may be settled, and the code that awaits it not have run yet. */
  #dropGiven(): void {
    const given = this.#given
    this.#given = undefined
    if (given !== undefined && !given.isTaken) this.#clock.defer(() => given.cancelUntaken())
  }

  #openTaken(): MessageQueue<ReceivedStream> {
    if (this.hasTaker) throw new TypeError('this connection has a stream handler: its messages cannot be received as well')
    this.isDiscarding = false
    return this.#openQueue()
  }

  #openQueue(): MessageQueue<ReceivedStream> {
    if (this.#queue !== undefined) return this.#queue
    const queue = new MessageQueue<ReceivedStream>(() => undefined)
    if (this.isFinished) queue.end()
    this.#queue = queue
    return queue
  }

  #deliver(stream: ReceivedStream): void {
    if (this.handlers.stream === undefined) {
      this.#openQueue().push(stream, 0)
      return
    }
    let result: unknown
    try {
      result = this.handlers.stream(this.socket, stream)
    } catch (error) {
      this.applicationFailed(error, 'stream')
      return
    }
    if (!isThenable(result)) {
      stream.cancelUntaken()
      return
    }
    this.#given = stream
    this.await(
      result,
      () => stream.cancelUntaken(),
      (error) => {
        stream.cancelUntaken()
        // The end of the connection is no failure of the handler that was taking a message.
        if (stream.error === undefined || error !== stream.error) this.applicationFailed(error, 'stream')
      },
    )
  }

  /** A connection that is closing waits for those who take its messages, and for nobody else. */
  #isWanted(stream: ReceivedStream): boolean {
    return this.socket.isOpen || this.hasTaker || stream.isTaken
  }

  protected override get isHolding(): boolean {
    return this.#held !== undefined
  }

  protected override get hasTaker(): boolean {
    return this.handlers.stream !== undefined
  }

  protected override dropHeld(): void {
    const held = this.#held
    this.#held = undefined
    for (let stream = held?.shift(); stream !== undefined; stream = held?.shift()) stream.cancel()
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
    this.#deliver(next)
    return true
  }

  protected override regulate(): void {
    if (!this.isOpened) return
    const current = this.#current
    const waiting = this.socket.isOpen || this.hasTaker ? this.#waitingBytes : current?.isTaken === true ? current.waitingBytes : 0
    this.socket.setReading(waiting <= this.#settings.limits.receiveBuffer)
  }
}

function encode(data: string, text: TextCodec): Uint8Array {
  const bytes = new Uint8Array(data.length * 3)
  return bytes.subarray(0, text.encodeUtf8Into(data, bytes, 0))
}

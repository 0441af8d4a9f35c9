import type { CloseInfo } from '../core/protocol/events.ts'
import { whenSettled } from './application-code.ts'
import { HandlerCalls } from './handler-calls.ts'
import type { CalledSocket } from './handler-calls.ts'
import type { HandlerName } from './handlers.ts'

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
 * When the application gets its next message: one at a time and in order, not while a handler's promise is pending or the connection is paused, and
 * all of them before the end.
 */
export abstract class Delivery extends HandlerCalls<InboxSocket> {
  protected isPaused: boolean = false
  /** A promise of the codec or of a handler holds the next message. */
  protected isPending: boolean = false
  protected isDiscarding: boolean = false
  protected isOpened: boolean = false
  protected closeInfo: CloseInfo | undefined = undefined
  /** The end was told. */
  protected isFinished: boolean = false
  #isDelivering = false

  /** Messages wait for a promise, or for `resume`. */
  protected abstract get isHolding(): boolean
  /** Whether a handler takes the messages. */
  protected abstract get hasTaker(): boolean
  /** Delivers the oldest message that waits. @returns false where none does */
  protected abstract deliverNext(): boolean
  /** Reads on, or stops reading. */
  protected abstract regulate(): void
  /** No message comes after those that wait in the queue of an iterator. */
  protected abstract endQueue(): void

  /**
   * Calls `open`, whose promise holds the first message, and reads.
   * @param unreachable only handlers can take messages: without one they are discarded
   */
  open(unreachable: boolean): void {
    const { handlers } = this
    this.isOpened = true
    if (unreachable && handlers.open === undefined && !this.hasTaker) this.isDiscarding = true
    // Without a message handler `open` may be the one that iterates, and waits for the next message itself.
    if (handlers.open !== undefined) this.#callOpen()
    this.regulate()
  }

  /** A function of its own: a closure in `open` would cost each connection a context. */
  #callOpen(): void {
    this.call('open', () => this.handlers.open?.(this.socket), this.hasTaker)
  }

  pause(): void {
    this.isPaused = true
    this.regulate()
  }

  resume(): void {
    this.isPaused = false
    this.deliverHeld()
    this.regulate()
  }

  get isWorking(): boolean {
    return this.isPending || (this.isHolding && !this.isPaused)
  }

  ping(): void {}

  pong(payload: Uint8Array): void {
    this.socket.pongReceived(payload)
  }

  closing(): void {
    this.resume()
  }

  closed(info: CloseInfo): void {
    this.closeInfo = info
    this.isPaused = false
    this.owner.connectionClosed(this.socket, info)
    this.socket.connectionClosed(info)
    if (this.isHolding && info.error?.fault === 'application') this.dropHeld()
    if (this.isHolding) this.deliverHeld()
    else this.settleEnd()
  }

  /** In a loop, not by recursion: a handler that settles at once leads back here. */
  protected deliverHeld(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    while (!this.isPending && !this.isPaused && this.deliverNext());
    this.#isDelivering = false
    this.settleEnd()
  }

  protected await(thenable: PromiseLike<unknown>, fulfilled: (value: unknown) => void, rejected: (error: unknown) => void): void {
    this.isPending = true
    const after =
      (callback: (value: unknown) => void) =>
      (value: unknown): void => {
        this.isPending = false
        callback(value)
        this.deliverHeld()
        this.regulate()
      }
    whenSettled(thenable, after(fulfilled), after(rejected))
  }

  protected override awaitHandler(thenable: PromiseLike<unknown>, where: HandlerName): void {
    this.await(
      thenable,
      () => undefined,
      (error) => this.applicationFailed(error, where),
    )
  }

  /** After the last message that waited: the Close frame behind it is answered, or the end is told. */
  protected settleEnd(): void {
    if (this.isPending || this.isHolding || this.isFinished) return
    const info = this.closeInfo
    if (info === undefined) {
      this.socket.applicationIdle()
      return
    }
    this.isFinished = true
    this.endQueue()
    this.callClose(info)
  }
}

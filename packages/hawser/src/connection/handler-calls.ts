import { ConnectionError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { isThenable } from '../core/thenable.ts'
import { notify, observeResult } from './application-code.ts'
import type { DropReport } from './drops.ts'
import type { ConnectionOwner, HandlerName, SocketHandlers } from './handlers.ts'

/** The connection whose handlers are called. */
export interface CalledSocket {
  readonly isOpen: boolean
  fail(error: ConnectionError): void
}

/**
 * Calls the handlers of one connection other than `message`, and fails the connection where one throws. The base class of `Inbox`: an object of its own
 * would cost each idle connection memory.
 */
export abstract class HandlerCalls<Socket extends CalledSocket> {
  protected readonly socket: Socket
  protected readonly handlers: SocketHandlers
  protected readonly owner: ConnectionOwner

  constructor(socket: Socket, handlers: SocketHandlers, owner: ConnectionOwner) {
    this.socket = socket
    this.handlers = handlers
    this.owner = owner
  }

  /** Drops the messages that wait: the connection fails because of its application. */
  protected abstract dropHeld(): void

  /** The next message waits for a promise of this handler. */
  protected abstract awaitHandler(thenable: PromiseLike<unknown>, where: HandlerName): void

  /** The output is empty. */
  drained(): void {
    const { handlers } = this
    if (handlers.drained !== undefined) this.call('drained', () => handlers.drained?.(this.socket))
  }

  /** Calls the `dropped` handler; undefined without one. */
  get dropReporter(): ((report: DropReport) => void) | undefined {
    const { handlers } = this
    return handlers.dropped === undefined ? undefined : (report) => this.call('dropped', () => handlers.dropped?.(this.socket, report))
  }

  protected callClose(info: CloseInfo): void {
    const { handlers } = this
    if (handlers.close === undefined) return
    try {
      const result: unknown = handlers.close(this.socket, info)
      if (isThenable(result)) this.#observeClose(result)
    } catch (error) {
      this.owner.report(error, 'close')
    }
  }

  /** A function of its own: a closure in `callClose` would cost each connection a context. */
  #observeClose(result: PromiseLike<unknown>): void {
    observeResult(result, (error) => this.owner.report(error, 'close'))
  }

  /**
   * Calls a handler whose failure or promise is treated alike everywhere but on the hot path.
   * @param holds its promise holds the next message
   */
  protected call(where: HandlerName, call: () => unknown, holds: boolean = false): void {
    const failed = (error: unknown): void => this.applicationFailed(error, where)
    notify(() => {
      const result = call()
      if (!holds || !isThenable(result)) return result
      this.awaitHandler(result, where)
      return undefined
    }, failed)
  }

  /** RFC 6455 section 7.4.1: 1011, an unexpected condition. */
  protected applicationFailed(error: unknown, where: HandlerName): void {
    this.owner.report(error, where)
    if (where === 'close') return
    const failure = { fault: 'application', closeCode: 1011, condition: 'handler-failed', cause: error } as const
    this.fail(new ConnectionError(`the ${where} handler failed`, failure))
  }

  protected fail(error: ConnectionError): void {
    if (!this.socket.isOpen) return
    this.dropHeld()
    this.socket.fail(error)
  }
}

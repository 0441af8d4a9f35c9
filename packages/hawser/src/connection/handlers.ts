import type { MessageError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'

export type HandlerName = 'open' | 'message' | 'invalid' | 'drained' | 'close'

/** The application's handlers, untyped: `socket` is the WebSocketConnection. They are called on the object the user gave. */
export interface SocketHandlers {
  open?(socket: any): void | Promise<void>
  message?(socket: any, message: any, subprotocol: any): void | Promise<void>
  invalid?(socket: any, error: MessageError): void
  drained?(socket: any): void
  close?(socket: any, info: CloseInfo): void
}

/** What a connection tells whoever made it. */
export interface ConnectionOwner {
  /** The application's own code threw; never throws itself. */
  report(error: unknown, where: HandlerName): void
  /** CLOSED, before the `close` handler. */
  connectionClosed(socket: any): void
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

import type { MessageError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { DropReport } from './drops.ts'

export const handlerNames = ['open', 'message', 'stream', 'invalid', 'drained', 'dropped', 'close'] as const

/** The handler that threw or rejected, as the `error` handler gets it. */
export type HandlerName = (typeof handlerNames)[number]

/** The application's handlers, untyped: `socket` is the WebSocketConnection. They are called on the object the user gave. */
export interface SocketHandlers {
  open?(socket: any): unknown
  message?(socket: any, message: any, subprotocol: any): unknown
  stream?(socket: any, message: any): unknown
  invalid?(socket: any, error: MessageError): unknown
  drained?(socket: any): unknown
  dropped?(socket: any, report: DropReport): unknown
  close?(socket: any, info: CloseInfo): unknown
}

/** The server or client that made a connection. */
export interface ConnectionOwner {
  /** The application's own code threw; never throws itself. */
  report(error: unknown, where: HandlerName): void
  /** CLOSED, before the `close` handler. */
  connectionClosed(socket: any, info: CloseInfo): void
}

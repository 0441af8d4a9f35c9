import type { HawserError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { ScheduledTask } from '../connection/clock.ts'
import type { AgreedExtension, SendResult } from '../connection/socket.ts'

/** The connection that the platform is to establish (WebSockets standard section 3.1). */
export interface EstablishRequest {
  /** `ws:` or `wss:`, without fragment. */
  readonly url: string
  readonly subprotocols: readonly string[]
  /** Options of the constructor's second argument that the standards do not have. */
  readonly extra: object
  readonly signal: AbortSignal
}

/** The part of a connection that the class uses; a `WebSocketConnection` is one. */
export interface EstablishedConnection {
  readonly subprotocol: string
  readonly extensions: readonly AgreedExtension[]
  readonly readyState: 'OPEN' | 'CLOSING' | 'CLOSED'
  readonly bufferedAmount: number
  /** Resolves when the transport has taken what was sent, or the connection is CLOSED. */
  readonly drained: Promise<void>
  /** Nothing leaves after the peer's Close frame: once the connection is CLOSED, what `bufferedAmount` does not have left before it. Undefined: it may. */
  readonly isSilentAfterClose?: true
  send(message: string | Uint8Array): SendResult
  /** `undefined` for a Close frame without code. */
  startClosing(code: number | undefined, reason: string): void
  terminate(): void
  /** Stops and resumes reading. */
  pause(): void
  resume(): void
}

export interface EstablishHandler {
  /** Called before the first message. */
  open(connection: EstablishedConnection): void
  message(data: string | Uint8Array): void
  closed(info: CloseInfo): void
  /** Called instead of `open` when the connection fails. */
  failed(error: HawserError | Error): void
}

/** The runtime's part of both classes. */
export interface EstablishRuntime {
  /** Relative URLs are resolved against it; undefined without a document. */
  readonly baseUrl: string | undefined
  /** @throws at once for options with which no connection could be made */
  establish(request: EstablishRequest, handler: EstablishHandler): void
}

/** The runtime's part of the `WebSocket` class. */
export interface WebSocketRuntime extends EstablishRuntime {
  /** Queues a task (HTML section 8.1.7): callbacks run in order, and the promise callbacks that one makes ready run before the next. */
  queueTask(callback: () => void): void
  schedule(callback: () => void, delayMs: number): ScheduledTask
}

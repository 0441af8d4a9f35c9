import type { HawserError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { AgreedExtension, SendResult } from '../connection/socket.ts'

/** What the class tells the platform to establish (WebSockets standard section 3.1). */
export interface EstablishRequest {
  /** `ws:` or `wss:`, without fragment. */
  readonly url: string
  readonly subprotocols: readonly string[]
  /** What the second argument of the constructor said beyond the standard. */
  readonly extra: object
  readonly signal: AbortSignal
}

/** What the class uses of a connection; a `WebSocketConnection` is one. */
export interface EstablishedConnection {
  readonly subprotocol: string
  readonly extensions: readonly AgreedExtension[]
  readonly readyState: 'OPEN' | 'CLOSING' | 'CLOSED'
  readonly bufferedAmount: number
  send(message: string | Uint8Array): SendResult
  /** `undefined` for a Close frame without code. */
  startClosing(code: number | undefined, reason: string): void
  terminate(): void
}

export interface EstablishHandler {
  /** Before the first message. */
  open(connection: EstablishedConnection): void
  message(data: string | Uint8Array): void
  closed(info: CloseInfo): void
  /** Instead of `open`. Never called synchronously from `establish`. */
  failed(error: HawserError | Error): void
}

/** What the class needs from a runtime. */
export interface WebSocketEnvironment {
  /** Against which relative URLs are resolved; undefined where there is no document. */
  readonly baseUrl: string | undefined
  /** @throws at once for options that no connection could be made with */
  establish(request: EstablishRequest, handler: EstablishHandler): void
  /** Calls back when the event loop has left the current task. */
  afterTask(callback: () => void): void
}

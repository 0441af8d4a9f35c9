import type { HandshakeStage } from '../core/errors.ts'
import type { FieldLine } from '../core/handshake/fields.ts'
import type { ServerAddress } from '../core/handshake/url.ts'
import type { ResponseHead } from '../core/http1/response-head.ts'
import type { HandshakeLimits } from '../connection/limits.ts'
import type { Transport } from '../connection/transport.ts'
import type { CancelSignal } from './cancellation.ts'
import type { ExchangeResult } from './exchange.ts'
import type { Proxy } from './proxy.ts'

/** `auto`: HTTP/2 where the server's ALPN and SETTINGS offer WebSocket over it, else HTTP/1.1. */
export type HttpChoice = 'auto' | '1.1' | '2'

/** The transport to open: TCP, with TLS over it where `address.secure`, directly or through a proxy. */
export interface DialTarget {
  readonly address: ServerAddress
  readonly proxy: Proxy | undefined
  /** A redirect led to another origin: nothing that identifies the caller is sent there. */
  readonly crossOrigin: boolean
  readonly limits: HandshakeLimits
  readonly http: HttpChoice
}

/** One Extended CONNECT (RFC 8441). */
export interface StreamExchange<T> {
  /** From `buildConnectRequest`. */
  readonly fields: readonly FieldLine[]
  readonly limits: HandshakeLimits
  readonly signal: CancelSignal
  /**
   * Called as soon as a 2xx arrives. `transport` is the stream.
   * @throws HandshakeError
   */
  switched(head: ResponseHead, transport: Transport): T
}

/** A session of HTTP/2 whose server allows Extended CONNECT. */
export interface StreamRoute {
  /** @throws HandshakeError, or the reason of the signal */
  exchange<T>(request: StreamExchange<T>): Promise<ExchangeResult<T>>
}

export interface DialProgress {
  /** Aborted with the error that the dial is to reject with. */
  readonly signal: CancelSignal
  /** The same as an AbortSignal, for code of the application. */
  readonly abortSignal: AbortSignal
  /** Waits for what the signal cannot cancel, such as a promise of the application; rejects with the signal's reason once it is aborted. */
  race<T>(promise: PromiseLike<T>): Promise<T>
  /** For the message of a timeout. */
  stage(stage: HandshakeStage): void
  /**
   * Waits for the turn of these places. Await it once the addresses are known and before anything is sent to them (RFC 6455 section 4.1,
   * step 2). Rejects with the signal's reason.
   */
  enter(places: readonly string[]): Promise<void>
}

/**
 * Opens a transport for HTTP/1.1 or finds a session of HTTP/2, with the runtime's own options of this call.
 * @throws HandshakeError with the stage that failed
 */
export type Dial = (target: DialTarget, progress: DialProgress) => Promise<Transport | StreamRoute>

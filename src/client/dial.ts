import type { HandshakeStage } from '../core/errors.ts'
import type { ServerAddress } from '../core/handshake/url.ts'
import type { HandshakeLimits } from '../connection/limits.ts'
import type { Transport } from '../connection/transport.ts'
import type { Proxy } from './proxy.ts'

/** Which transport is wanted: TCP, or TLS over it where `address.secure`, straight or through a proxy. */
export interface DialTarget {
  readonly address: ServerAddress
  readonly proxy: Proxy | undefined
  /** A redirect led to another origin: what proves who the caller is does not go there. */
  readonly foreign: boolean
  readonly limits: HandshakeLimits
}

export interface DialProgress {
  /** Aborted with the error that the dial is to reject with. */
  readonly signal: AbortSignal
  /** For the message of a timeout. */
  stage(stage: HandshakeStage): void
  /**
   * To be awaited once the addresses are known and before anything is sent to them: their turn may not have come
   * (RFC 6455 section 4.1, step 2). Rejects with the signal's reason.
   */
  enter(places: readonly string[]): Promise<void>
}

/** A runtime's way to a transport, with its own options bound. @throws HandshakeError with the stage that failed */
export type Dial = (target: DialTarget, progress: DialProgress) => Promise<Transport>

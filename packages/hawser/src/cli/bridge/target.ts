import type { CloseInfo } from '../../core/protocol/events.ts'
import type { BridgedSocket } from './stream-bridge.ts'

/** What one connection of `hawser serve` is joined with. */
export interface BridgeTarget {
  /** The connection is open. */
  start(socket: BridgedSocket): void
  /** @returns a promise while the target takes no more */
  message(message: string | Uint8Array): Promise<void> | undefined
  /** The connection is CLOSED. */
  end(info: CloseInfo): void
}

/** Makes the target of each connection, and ends all of them. */
export interface BridgeTargets {
  /** @param signal aborts when the client gives up; the target ends then, unless it was started @throws TargetError */
  open(request: BridgeRequest, signal: AbortSignal): Promise<BridgeTarget>
  /** Ends what has not ended by itself. Resolves when nothing is left. @param atOnce without waiting for anything */
  endAll(atOnce: boolean): Promise<void>
}

export interface BridgeRequest {
  readonly path: string
  readonly query: string
  readonly origin: string | undefined
  readonly subprotocols: readonly string[]
  readonly remoteAddress: string | undefined
}

/** The target cannot be reached; the opening handshake is refused with `status`. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
  readonly status: 502 | 504
  constructor(message: string, status: 502 | 504, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

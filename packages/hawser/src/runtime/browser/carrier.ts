import { ConnectionError } from '../../core/errors.ts'
import type { CloseFrame, CloseInfo } from '../../core/protocol/events.ts'
import type { EstablishedConnection, EstablishHandler } from '../../web/runtime.ts'

/** A connection of the platform: its WebSocket, or its WebSocketStream. */
export interface Carrier extends EstablishedConnection {
  /** Whether `pause` makes the peer wait. */
  readonly canPause: boolean
}

/** What a carrier calls. */
export interface CarrierHandler extends Omit<EstablishHandler, 'open'> {
  open(carrier: Carrier): void
}

/** How the platform ended a connection. */
export interface PlatformEnd {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

/** What a page can know of an end. @param sent the Close frame that this end asked for; undefined where it asked for none */
export function closeInfo({ code, reason, wasClean }: PlatformEnd, sent: CloseFrame | undefined): CloseInfo {
  const received = code === 1006 ? undefined : { code, reason }
  return {
    code,
    reason,
    wasClean,
    initiator: sent !== undefined ? 'local' : received === undefined ? 'network' : 'remote',
    // A browser answers a Close frame by itself, with the code that it received.
    sent: sent ?? (wasClean ? received : undefined),
    received,
    error: wasClean
      ? undefined
      : new ConnectionError('the connection was not closed cleanly; a browser does not tell why', { fault: 'network', closeCode: code }),
  }
}

import type { FieldLine } from '../core/handshake/fields.ts'
import type { Refusal } from '../core/handshake/server-handshake.ts'
import type { ObservedHandshake } from '../connection/observer.ts'
import type { Acceptance } from './options.ts'

/** The content of the 101, or of the 200 to an Extended CONNECT. */
export interface AgreedOpening {
  readonly subprotocol: string | undefined
  /** The value of Sec-WebSocket-Extensions, on one line. */
  readonly extensions: string | undefined
  /** The application's own fields, checked. */
  readonly fields: readonly FieldLine[]
}

/** A refusal that the application wrote itself. */
export interface ApplicationResponse {
  readonly status: number
  readonly statusText: string
  /** Checked, without framing fields. */
  readonly fields: readonly FieldLine[]
  readonly body: Uint8Array
}

/** Facts about a handshake that are not in its request. */
export interface HandshakeDetails {
  /** Decided already: the `upgrade` hook is not called. */
  readonly acceptance?: Acceptance<unknown> | undefined
  /** The object that the platform made for the request, if any. */
  readonly incoming?: object | undefined
}

/** How one HTTP version, over one runtime, answers an opening handshake. One of its methods is called, once; none when the transport has closed. */
export interface Responder {
  /** @returns the handshake as it was on the wire; undefined where nobody observes it */
  accept(agreed: AgreedOpening): ObservedHandshake | undefined
  /** @param hasEarlyData bytes followed the request: they must never be read as another one (RFC 9931) */
  refuse(refusal: Refusal, hasEarlyData: boolean): void
  respond(response: ApplicationResponse, hasEarlyData: boolean): void
  /** The client has ended its side: nothing is answered. */
  abandon(): void
}

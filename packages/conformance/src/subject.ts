import type { Bounds } from './bounds.ts'
import type { Exchange } from './exchange.ts'
import type { Head } from './head.ts'
import type { Link } from './link.ts'
import type { OnFrame } from './peer.ts'

/** The endpoint under test, as one case sees it. */
export interface PlaySubject {
  /** Dials a server, or waits for a client. @throws Unmet when no connection comes about */
  connect(exchange: Exchange): Promise<Link>
  /** What rows write as `{host}`, `{path}`, `{refused-origin}`, `{subprotocol}`, `{port}`. */
  readonly values: ReadonlyMap<string, string>
  /** Field lines that every request of the suite carries besides those of the opening handshake. */
  readonly extraFields: readonly (readonly [string, string])[]
  /** Every Sec-WebSocket-Key that clients sent in this run before. */
  readonly keysSeen: Set<string>
  /** How an attempt over TLS ended, where the suite listens with a certificate nobody trusts. */
  tlsAttempt?(ms: number): Promise<{ readonly serverName: string | undefined; readonly completed: boolean } | undefined>
  /** A new HTTP/2 connection with one Extended CONNECT. @throws Unmet when none comes about */
  openStream?(exchange: Exchange, fields: readonly (readonly [string, string])[]): Promise<{ readonly head: Head; readonly link: Link | undefined }>
  /** The Extended CONNECT of a client. @throws Unmet when none comes */
  takeStream?(exchange: Exchange): Promise<{ readonly head: Head; respond(fields: readonly (readonly [string, string])[]): Promise<Link> }>
  runH2?(script: string, bounds: Bounds, exchange: Exchange, onFrame: OnFrame): Promise<void>
}

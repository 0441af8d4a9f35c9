import type { Transport } from '../connection/transport.ts'
import type { DialProgress, DialTarget } from './dial.ts'

/** A runtime's network, with the options of the call; `S` is its socket. Each function rejects with a HandshakeError, or the reason of the signal. */
export interface Network<S> {
  /** The addresses of the server, at least one, in the order in which to try them. */
  resolve(target: DialTarget, progress: DialProgress): Promise<readonly string[]>
  /** Opens a connection to the proxy, or without one to the server. Enters the queue only for the latter. */
  open(target: DialTarget, progress: DialProgress): Promise<S>
  /** The connection to the server has TLS already, because the application made it so. */
  isEncrypted(socket: S): boolean
  /** Does the TLS handshake with the proxy or the server over `socket`. Destroys it on failure. */
  encrypt(socket: S, peer: 'proxy' | 'server', target: DialTarget, progress: DialProgress, alpn: readonly string[]): Promise<S>
  /** For the exchange with a proxy; `detach` gives the socket back, paused. */
  transport(socket: S): Transport & { detach(): S }
}

import type { Runtime } from '../../connection/runtime.ts'
import type { Transport } from '../../connection/transport.ts'
import type { DialProgress, DialTarget } from '../dial.ts'
import { openTunnel } from './tunnel.ts'

/** The ALPN name of HTTP/1.1 (RFC 7301 section 6). */
export const HTTP1: readonly string[] = ['http/1.1']

/** A runtime's network, with the options of the call; `S` is its socket. Each function rejects with a HandshakeError, or the reason of the signal. */
export interface Network<S> {
  /** Opens a connection to the proxy, or without one to the server. */
  open(target: DialTarget, progress: DialProgress): Promise<S>
  /** The connection to the server has TLS already, because the application made it so. */
  isEncrypted(socket: S): boolean
  /** Does the TLS handshake with the proxy or the server over `socket`. Destroys it on failure. */
  encrypt(socket: S, peer: 'proxy' | 'server', target: DialTarget, progress: DialProgress, alpn: readonly string[]): Promise<S>
  /** For the request to a proxy; `detach` gives the socket back, paused. */
  transport(socket: S): Transport & { detach(): S }
}

/** TCP, then CONNECT where there is a proxy, then TLS where the URL asks for it (RFC 6455 section 4.1, steps 2 to 5). */
export async function dialServer<S>(
  network: Network<S>,
  target: DialTarget,
  progress: DialProgress,
  runtime: Runtime,
  alpn: readonly string[],
): Promise<S> {
  const { address, proxy } = target
  let socket: S = await network.open(target, progress)
  if (proxy !== undefined) {
    if (proxy.secure) socket = await network.encrypt(socket, 'proxy', target, progress, HTTP1)
    const transport = network.transport(socket)
    await openTunnel(transport, proxy, target, progress, runtime)
    socket = transport.detach()
  }
  // TLS with a proxy is not yet TLS with the server.
  if (!address.secure || (proxy === undefined && network.isEncrypted(socket))) return socket
  progress.stage('tls')
  return network.encrypt(socket, 'server', target, progress, alpn)
}

import type { Runtime } from '../../connection/runtime.ts'
import { placeBehindProxy } from '../connecting-queue.ts'
import type { DialProgress, DialTarget } from '../dial.ts'
import type { Network } from '../network.ts'
import type { HttpProxy } from '../proxy.ts'
import { openSocksTunnel } from '../socks5/tunnel.ts'
import { openTunnel } from './tunnel.ts'

/** The ALPN name of HTTP/1.1 (RFC 7301 section 6). */
export const HTTP1: readonly string[] = ['http/1.1']

/** TCP, then a tunnel where there is a proxy, then TLS where the URL asks for it (RFC 6455 section 4.1, steps 2 to 5). */
export async function dialServer<S>(
  network: Network<S>,
  target: DialTarget,
  progress: DialProgress,
  runtime: Runtime,
  alpn: readonly string[],
): Promise<S> {
  const { address, proxy } = target
  const socket =
    proxy === undefined
      ? await network.open(target, progress)
      : proxy.kind === 'socks5'
        ? await openSocksTunnel(network, proxy, target, progress)
        : await openHttpTunnel(network, proxy, target, progress, runtime)
  // TLS with a proxy is not yet TLS with the server.
  if (!address.secure || (proxy === undefined && network.isEncrypted(socket))) return socket
  progress.stage('tls')
  return network.encrypt(socket, 'server', target, progress, alpn)
}

async function openHttpTunnel<S>(network: Network<S>, proxy: HttpProxy, target: DialTarget, progress: DialProgress, runtime: Runtime): Promise<S> {
  // The client cannot know the address: each name counts as a separate host (step 2).
  await progress.enter([placeBehindProxy(target.address.hostname, target.address.port)])
  let socket: S = await network.open(target, progress)
  if (proxy.secure) socket = await network.encrypt(socket, 'proxy', target, progress, HTTP1)
  const transport = network.transport(socket)
  await openTunnel(transport, proxy, target, progress, runtime)
  return transport.detach()
}

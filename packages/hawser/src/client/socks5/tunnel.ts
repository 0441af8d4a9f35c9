import type { Transport } from '../../connection/transport.ts'
import { placeBehindProxy, placeOf } from '../connecting-queue.ts'
import type { DialProgress, DialTarget } from '../dial.ts'
import type { Network } from '../network.ts'
import { parseAddressBits } from '../no-proxy.ts'
import type { SocksProxy } from '../proxy.ts'
import { destinationOf } from './destination.ts'
import type { Destination } from './destination.ts'
import { SocksNegotiation } from './negotiation.ts'

/**
 * Opens a tunnel to the server through a SOCKS proxy, which gets the name of the server, or one of its addresses after the other until it reaches one.
 * A proxy ends the connection after a refusal (RFC 1928 section 6), so each address needs a new one.
 * @throws HandshakeError, or the reason of the signal
 */
export async function openSocksTunnel<S>(network: Network<S>, proxy: SocksProxy, target: DialTarget, progress: DialProgress): Promise<S> {
  const { hostname, port } = target.address
  const destinations: Destination[] = []
  if (proxy.resolvesNames || parseAddressBits(hostname) !== undefined) {
    destinations.push(destinationOf(hostname, port))
    await progress.enter([placeBehindProxy(hostname, port)])
  } else {
    const addresses = await network.resolve(target, progress)
    for (const address of addresses) destinations.push(destinationOf(address, port, hostname))
    await progress.enter(addresses.map((address) => placeOf(address, port)))
  }
  for (let index = 0; ; index++) {
    const transport = network.transport(await network.open(target, progress))
    const refusal = await negotiate(transport, new SocksNegotiation(proxy, destinations[index] as Destination), progress)
    if (refusal === undefined) return transport.detach()
    if (!refusal.mayTryNext || index + 1 === destinations.length) throw refusal.error
  }
}

/** Resolves with undefined once `transport` is the tunnel, paused, or with a refusal; otherwise aborts the transport and rejects. */
function negotiate(
  transport: Transport,
  negotiation: SocksNegotiation,
  progress: DialProgress,
): Promise<{ readonly error: Error; readonly mayTryNext: boolean } | undefined> {
  const { signal } = progress
  progress.stage('proxy')
  return new Promise((resolve, reject) => {
    let isDone = false
    const finish = (): void => {
      isDone = true
      signal.removeEventListener('abort', aborted)
    }
    const fail = (error: unknown): void => {
      if (isDone) return
      finish()
      transport.abort()
      reject(error)
    }
    const aborted = (): void => fail(signal.reason)
    if (signal.aborted) {
      fail(signal.reason)
      return
    }
    signal.addEventListener('abort', aborted)
    transport.attach({
      data(chunk) {
        if (isDone) return
        try {
          const step = negotiation.push(chunk)
          if (step.kind === 'more') return
          if (step.kind === 'send') {
            transport.write([step.bytes])
            return
          }
          finish()
          if (step.kind === 'connected') {
            transport.pause()
            resolve(undefined)
          } else {
            transport.abort()
            resolve(step)
          }
        } catch (error) {
          fail(error)
        }
      },
      end: () => fail(negotiation.ended(undefined)),
      drained() {},
      closed: (error) => fail(negotiation.ended(error)),
    })
    transport.write([negotiation.greeting()])
    transport.resume()
  })
}

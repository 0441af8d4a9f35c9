import type { OpeningRequest } from '../core/handshake/server-handshake.ts'
import type { TransportInfo } from '../connection/transport.ts'
import type { UpgradeRequest } from './options.ts'

/** @returns undefined for an authority that no URL can have, such as an IPv4 address out of range */
export function createUpgradeRequest(
  opening: OpeningRequest,
  parameters: Readonly<Record<string, string>>,
  transport: TransportInfo,
  incoming: object | undefined,
): UpgradeRequest | undefined {
  const { target, authority, httpVersion, fields, origin, subprotocols, extensions } = opening
  const query = target.query === undefined ? '' : `?${target.query}`
  let url: URL
  try {
    url = new URL(`${opening.secure ? 'wss' : 'ws'}://${authority}${target.path}${query}`)
  } catch {
    return undefined
  }
  return {
    httpVersion,
    url,
    path: target.path,
    parameters,
    fields,
    origin,
    authority,
    subprotocols,
    extensions,
    transport,
    incoming,
    get remoteAddress() {
      return opening.forwardedAddress ?? transport.remoteAddress
    },
  }
}

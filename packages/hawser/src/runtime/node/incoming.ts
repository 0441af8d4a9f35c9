import type { IncomingMessage } from 'node:http'
import type { UpgradeRequest } from '../../server/options.ts'

/**
 * Node's own object for a request that the `upgrade` hook decides about, for middleware that takes one, such as sessions.
 * @returns undefined where node:http did not parse the request: on a connection that a server of `serve` reads by itself, and over HTTP/2
 */
export function incomingMessage(request: UpgradeRequest): IncomingMessage | undefined {
  return request.incoming as IncomingMessage | undefined
}

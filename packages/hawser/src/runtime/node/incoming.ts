import type { IncomingMessage } from 'node:http'
import type { NoSubprotocol } from '../../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import type { ServerOptions, UpgradeHook, UpgradeRequest } from '../../server/options.ts'

/** The argument of the `upgrade` hook, with Node's own request object. */
export type NodeUpgradeRequest<Path extends string = string> = UpgradeRequest<Path, IncomingMessage | undefined>

/** The `upgrade` hook, whose request has Node's own request object. */
export type NodeUpgradeHook<Context, Path extends string = string> = UpgradeHook<Context, Path, IncomingMessage | undefined>

/** Options of every server on Node. */
export interface NodeServerOptions<
  S extends Subprotocols = readonly [],
  Context = undefined,
  N extends NoSubprotocol = 'accept',
  Path extends string = string,
  Handler = never,
> extends ServerOptions<S, Context, N, Path, Handler, IncomingMessage | undefined> {}

/**
 * `request.incoming` of a hook that is written for any runtime.
 * @returns undefined where node:http did not parse the request: on a connection that a server of `serve` reads itself, and over HTTP/2
 */
export function incomingMessage(request: UpgradeRequest): IncomingMessage | undefined {
  return request.incoming as IncomingMessage | undefined
}

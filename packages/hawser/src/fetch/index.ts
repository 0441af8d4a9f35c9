/**
 * Servers over the sockets of a platform: `Bun.serve`, `Deno.serve`, Workers, and frameworks over crossws. The rules of the opening handshake, subprotocols,
 * codecs, handlers and sockets are those of `serve`; `capabilities` says what the platform does not give. Nothing of Node is imported.
 * @module
 */
export { bunServer } from './bun.ts'
export { crosswsServer } from './crossws.ts'
export { denoServer } from './deno.ts'
export { workersServer } from './workers.ts'
export { binary, json, text } from '../core/subprotocols/index.ts'
export { ConnectionError, HawserError, MessageError, OptionError } from '../core/errors.ts'
export type { BunHost, BunServer, BunServerOptions, BunSocket, BunWebSocketHandlers } from './bun.ts'
export type { CrosswsHooks, CrosswsMessage, CrosswsPeer, CrosswsServer, CrosswsServerOptions } from './crossws.ts'
export type { DenoConnectionInfo, DenoServer, DenoServerOptions } from './deno.ts'
export type { WorkersIncoming, WorkersServer, WorkersServerOptions } from './workers.ts'
export type { FetchCapabilities } from './capabilities.ts'
export type { FetchLimits, FetchServer, FetchServerOptions } from './options.ts'

import type { OutgoingHttpHeaders, Server as HttpServer } from 'node:http'
import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { Server as HttpsServer } from 'node:https'
import type { ConnectionSettings } from './connections.ts'
import type { PerMessageDeflateOptions } from './deflate.ts'
import type { UpgradeRequest } from './request.ts'
import { WebSocket } from './websocket.ts'

export interface VerifyInfo {
  readonly origin: string
  readonly secure: boolean
  readonly req: UpgradeRequest
}

export type VerifyClientSync = (info: VerifyInfo) => unknown
export type VerifyClientAsync = (
  info: VerifyInfo,
  callback: (verified: boolean, code?: number, message?: string, fields?: OutgoingHttpHeaders) => void,
) => void

/** Options of a server, as `ws` has them, and `handshake`. */
export interface ServerOptions extends ConnectionSettings {
  readonly allowSynchronousEvents?: boolean
  readonly backlog?: number | null
  readonly clientTracking?: boolean
  readonly handleProtocols?: ((subprotocols: Set<string>, request: any) => string | false) | null
  /** `ws` takes every request that `ws` takes; see docs/ws-differences.md. Default `strict`. */
  readonly handshake?: 'strict' | 'ws'
  readonly host?: string | null
  readonly noServer?: boolean
  readonly path?: string | null
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions
  readonly port?: number | string | null
  readonly server?: HttpServer | HttpsServer | Http2Server | Http2SecureServer | null
  readonly verifyClient?: VerifyClientAsync | VerifyClientSync | null
  readonly WebSocket?: typeof WebSocket
}

/** With the defaults filled in. The application may change them. */
export interface ServerSettings extends ServerOptions {
  WebSocket: typeof WebSocket
  allowSynchronousEvents: boolean
  handleProtocols: ((subprotocols: Set<string>, request: any) => string | false) | null
  path: string | null
  perMessageDeflate: boolean | PerMessageDeflateOptions
  verifyClient: VerifyClientAsync | null
}

/** @throws TypeError unless exactly one of `port`, `server` and `noServer` is given */
export function readServerOptions(options: ServerOptions | undefined): ServerSettings {
  const settings = {
    allowSynchronousEvents: true,
    autoPong: true,
    maxBufferedChunks: 262_144,
    maxFragments: 16_384,
    maxPayload: 104_857_600,
    maxPendingAutoPongs: 60,
    skipUTF8Validation: false,
    perMessageDeflate: false,
    handleProtocols: null,
    clientTracking: true,
    closeTimeout: 30_000,
    verifyClient: null,
    noServer: false,
    backlog: null,
    server: null,
    host: null,
    path: null,
    port: null,
    WebSocket,
    ...options,
  }
  const given = [settings.port !== null && settings.port !== undefined, settings.server, settings.noServer].filter(Boolean).length
  if (given !== 1) throw new TypeError('One and only one of the "port", "server", or "noServer" options must be specified')
  if (settings.perMessageDeflate === true) settings.perMessageDeflate = {}
  return settings as ServerSettings
}

import type { Buffer } from 'node:buffer'
import type { ClientRequest } from 'node:http'
import type { RequestOptions } from 'node:https'
import type { PerMessageDeflateOptions } from './deflate.ts'
import type { WebSocket } from './websocket.ts'

/** Options of a client: those of `http.request` and `https.request`, and those of `ws`. */
export interface ClientOptions extends RequestOptions {
  readonly protocols?: string | readonly string[]
  readonly allowSynchronousEvents?: boolean
  readonly autoPong?: boolean
  readonly closeTimeout?: number
  readonly finishRequest?: (request: ClientRequest, websocket: WebSocket) => void
  readonly followRedirects?: boolean
  readonly generateMask?: (mask: Buffer) => void
  /** `ws` takes every response that `ws` takes; see docs/ws-differences.md. Default `strict`. */
  readonly handshake?: 'strict' | 'ws'
  readonly handshakeTimeout?: number
  readonly maxBufferedChunks?: number
  readonly maxFragments?: number
  readonly maxPayload?: number
  readonly maxPendingAutoPongs?: number
  readonly maxRedirects?: number
  readonly origin?: string
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions
  readonly protocolVersion?: number
  readonly skipUTF8Validation?: boolean
}

/** The defaults that differ from those of `http.request`. */
export const CLIENT_DEFAULTS = {
  allowSynchronousEvents: true,
  autoPong: true,
  closeTimeout: 30_000,
  protocolVersion: 13,
  maxFragments: 16_384,
  maxPayload: 104_857_600,
  skipUTF8Validation: false,
  perMessageDeflate: true,
  followRedirects: false,
  maxRedirects: 10,
} as const

import type { Http2SecureServer, Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { isConnectToWebSocket } from '../../core/http2/index.ts'
import { handleStream, pathOf, refuseStream } from '../../server/http2/requests.ts'
import { findAttachment } from './attachment.ts'
import type { Attachment } from './attachment.ts'
import { NodeServerStream, readNodeStream } from './http2-stream.ts'

/**
 * Decides which attachment of an HTTP/2 server a CONNECT is for. The server's owner keeps ordinary requests, other values of `:protocol` and paths
 * without an attachment; a CONNECT that no listener would answer is refused.
 */
export class StreamSwitch {
  readonly #server: Http2Server | Http2SecureServer
  readonly #attachments: readonly Attachment[]

  constructor(server: Http2Server | Http2SecureServer, attachments: readonly Attachment[]) {
    this.#server = server
    this.#attachments = attachments
  }

  listen(): void {
    const server = this.#server as Http2Server
    // RFC 8441 section 3; sessions that begin later have it in their first SETTINGS.
    server.updateSettings({ enableConnectProtocol: true })
    server.on('stream', this.#stream)
    // Without a listener for it, node:http2's compatibility API answers every CONNECT with 405.
    server.on('connect', this.#connect)
  }

  leave(): void {
    this.#server.off('stream', this.#stream)
    this.#server.off('connect', this.#connect)
  }

  readonly #connect = (): void => undefined

  /** Whether another listener exists for `connect` or `stream`; the compatibility API has one for `stream`. */
  get #othersListen(): boolean {
    const compatibility = this.#server.listenerCount('request') > 0 ? 1 : 0
    return this.#server.listenerCount('connect') > 1 || this.#server.listenerCount('stream') > 1 + compatibility
  }

  readonly #stream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw?: readonly string[]): void => {
    if (headers[':method'] !== 'CONNECT' || stream.headersSent || stream.destroyed || stream.closed) return
    const request = readNodeStream(stream, raw ?? [], flags)
    const found = isConnectToWebSocket(request) ? findAttachment(this.#attachments, pathOf(request)) : undefined
    const [first] = this.#attachments
    if (found !== undefined) handleStream(found.core, new NodeServerStream(stream, found.core.runtime), request, found.paths, found.hosts)
    else if (first !== undefined && !this.#othersListen) refuseStream(first.core, new NodeServerStream(stream, first.core.runtime), request)
    // The others may answer later or never: without a listener, a reset would end the process.
    else stream.on('error', ignore)
  }
}

function ignore(): void {}

import type { Http2SecureServer, Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { OptionError } from '../../core/errors.ts'
import { isConnectToWebSocket } from '../../core/http2/index.ts'

/** Takes one Extended CONNECT for `websocket`; `raw` has its names and values in turn, pseudo-header fields too. */
export type ConnectRequestListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]) => void

/**
 * For libraries that do the opening handshake themselves: offers Extended CONNECT on a server of node:http2 (RFC 8441 section 3), and calls `listener` for each
 * request whose `:protocol` is `websocket`. The listener responds, also to what it refuses. Sessions that exist already do not learn of the offer.
 * Another CONNECT that no other listener of the server would answer gets 501.
 * @returns a function that takes the listener away
 * @throws OptionError when `server` is no server of node:http2
 */
export function onConnectToWebSocket(server: Http2Server | Http2SecureServer, listener: ConnectRequestListener): () => void {
  if (typeof (server as Partial<Http2Server> | null)?.updateSettings !== 'function') throw new OptionError('server', 'a server of node:http2', server)
  const onStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: readonly string[] = []): void => {
    if (headers[':method'] !== 'CONNECT' || stream.headersSent || stream.destroyed || stream.closed) return
    const protocol = headers[':protocol'] as string | undefined
    if (isConnectToWebSocket({ method: 'CONNECT', protocol })) listener(stream, headers, raw)
    else if (!othersListen(server as Http2Server)) {
      stream.on('error', ignore)
      stream.respond({ ':status': 501 }, { endStream: true })
    }
  }
  const { on, off } = server as Http2Server
  ;(server as Http2Server).updateSettings({ enableConnectProtocol: true })
  on.call(server, 'stream', onStream)
  // Without a listener for it, node:http2's compatibility API answers every CONNECT with 405.
  on.call(server, 'connect', ignore)
  return () => {
    off.call(server, 'stream', onStream)
    off.call(server, 'connect', ignore)
  }
}

/** Whether another listener exists for `connect` or `stream`; the compatibility API has one for `stream`. */
function othersListen(server: Http2Server): boolean {
  const compatibility = server.listenerCount('request') > 0 ? 1 : 0
  return server.listenerCount('connect') > 1 || server.listenerCount('stream') > 1 + compatibility
}

function ignore(): void {}

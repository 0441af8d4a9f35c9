import { HandshakeError, OptionError } from '../../core/errors.ts'
import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import { createReporter } from '../../connection/application-code.ts'
import type { EstablishRequest } from '../../web/runtime.ts'
import type { CarrierHandler } from './carrier.ts'
import { readBrowserOptions } from './connect-options.ts'
import type { BrowserConnectOptions, BrowserSettings } from './connect-options.ts'
import { BrowserConnection } from './connection.ts'
import { platform } from './platform.ts'
import type { BrowserConnectedSocket } from './socket.ts'
import type { BrowserPlatform } from './platform.ts'
import { openWebSocketStream } from './stream-carrier.ts'
import { openWebSocket } from './websocket-carrier.ts'

/**
 * Opens a WebSocket connection of the browser to a `ws:`, `wss:`, `http:` or `https:` URL, which may be relative to that of the page. Messages go to
 * the handlers in the options, or wait for `receive` and `for await`: none is lost in between. Where the browser has WebSocketStream, a page that takes
 * no messages makes the server wait.
 * @example
 * ```ts
 * const socket = await connect('/chat')
 * socket.send('hello')
 * console.log(await socket.receive())
 * await socket.close()
 * ```
 * @param url a string or a `URL`
 * @param options the subprotocols, the limits, and the handlers
 * @typeParam S the offered subprotocols, from `options.subprotocols`
 * @typeParam Handler for inference only
 * @returns the socket, once the connection is OPEN
 * @throws OptionError that names the option that is wrong, or that a browser cannot obey
 * @throws TypeError in a runtime without a WebSocket of its own, such as Node 20
 * @throws HandshakeError for everything else; a browser tells no page why a handshake failed
 */
export async function connect<
  const S extends Subprotocols = readonly [],
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(url: string | URL, options: BrowserConnectOptions<S, Handler> = {}): Promise<BrowserConnectedSocket<S>> {
  const settings = readBrowserOptions(options)
  return (await open(readUrl(url), settings)) as unknown as BrowserConnectedSocket<S>
}

function readUrl(given: string | URL): URL {
  if (typeof given !== 'string' && !(given instanceof URL)) throw new OptionError('url', 'a string or a URL', given)
  let url: URL
  try {
    url = new URL(given, platform.location?.href)
  } catch (cause) {
    throw new HandshakeError('the URL cannot be parsed', { stage: 'url', fault: 'application', cause })
  }
  // Browsers of before 2023 take no http URL.
  if (url.protocol === 'http:') url.protocol = 'ws:'
  if (url.protocol === 'https:') url.protocol = 'wss:'
  return url
}

function open(url: URL, settings: BrowserSettings): Promise<BrowserConnection> {
  const { signal, limits } = settings
  const attempt = new AbortController()
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(aborted(signal.reason))
      return
    }
    const giveUp = (error: HandshakeError): void => {
      end()
      reject(error)
      attempt.abort(error)
    }
    const onAbort = (): void => giveUp(aborted(signal?.reason))
    const timer = setTimeout(() => giveUp(timedOut(limits.handshakeMs)), limits.handshakeMs)
    signal?.addEventListener('abort', onAbort)
    function end(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const report = createReporter(settings.error, (error) => console.error(error))
    let connection: BrowserConnection | undefined
    const handler: CarrierHandler = {
      open(carrier) {
        end()
        if (attempt.signal.aborted) {
          carrier.terminate()
          return
        }
        connection = new BrowserConnection(carrier, settings, { report, connectionClosed() {} }, url.protocol === 'wss:')
        connection.open()
        resolve(connection)
      },
      message: (data) => connection?.received(data),
      closed: (info) => connection?.ended(info),
      failed(cause) {
        end()
        reject(failed(cause))
      },
    }
    const { WebSocket, WebSocketStream }: Partial<BrowserPlatform> = platform
    if ((WebSocket ?? WebSocketStream) === undefined) {
      end()
      reject(new TypeError('this runtime has no WebSocket of its own: import connect of hawser instead of hawser/browser'))
      return
    }
    try {
      establish({ url: url.href, subprotocols: settings.subprotocols, extra: {}, signal: attempt.signal }, handler)
    } catch (cause) {
      end()
      reject(new HandshakeError('the browser does not take this URL', { stage: 'url', fault: 'application', cause }))
    }
  })
}

function establish(request: EstablishRequest, handler: CarrierHandler): void {
  if (platform.WebSocketStream === undefined) openWebSocket(request, handler)
  else openWebSocketStream(platform.WebSocketStream, request, handler)
}

function aborted(reason: unknown): HandshakeError {
  return new HandshakeError('the attempt was aborted by its signal', { stage: 'aborted', fault: 'application', cause: reason })
}

function timedOut(limitMs: number): HandshakeError {
  return new HandshakeError(`the opening handshake took longer than limits.handshakeMs, ${limitMs} ms`, { stage: 'timeout', fault: 'timeout' })
}

function failed(cause: unknown): HandshakeError {
  return new HandshakeError('the opening handshake failed; a browser tells no page why', {
    stage: 'response',
    fault: 'network',
    hint: 'the developer tools of the browser show the request and the response',
    cause,
  })
}

import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import * as http from 'node:http'
import type { ClientRequest, IncomingMessage, OutgoingHttpHeader } from 'node:http'
import * as https from 'node:https'
import * as net from 'node:net'
import process from 'node:process'
import * as querystring from 'node:querystring'
import type { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { buildExtensionOffers, isToken, serializeExtensions } from 'hawser/handshake'
import { CLIENT_DEFAULTS } from './client-options.ts'
import type { ClientOptions } from './client-options.ts'
import { extensionsFor } from './deflate.ts'
import { CLOSING, CONNECTING } from './ready-state.ts'
import { readResponse } from './response.ts'
import type { Offer } from './response.ts'
import { readTarget, toWebSocketUrl } from './target.ts'
import type { Target } from './target.ts'
import type { WebSocket } from './websocket.ts'

const VERSIONS: readonly number[] = [8, 13]

/** Requests that `abortHandshake` has ended: their errors are known already. */
const aborted = new WeakSet<object>()

type Fields = Record<string, OutgoingHttpHeader>

/** A request of the opening handshake on its way to `http.request`. */
type Request = Omit<ClientOptions, 'headers' | 'auth' | 'path'> & { headers: Fields; auth: string | null | undefined; path: string }

/**
 * Begins the opening handshake of a client.
 * @returns the options with their defaults
 * @throws SyntaxError for a wrong URL or subprotocol
 * @throws RangeError for an unknown version
 */
export function openClient(
  socket: WebSocket,
  address: string | URL,
  protocols: string | readonly string[] | ClientOptions | undefined,
  options: ClientOptions | undefined,
): ClientOptions {
  const isOptions = typeof protocols === 'object' && protocols !== null && !Array.isArray(protocols)
  const given = (isOptions ? protocols : options) as ClientOptions | undefined
  const named = protocols === undefined || isOptions ? given?.protocols : (protocols as string | readonly string[])
  const subprotocols = named === undefined ? [] : Array.isArray(named) ? named : [named]
  socket._redirects = 0
  const handshake = new ClientHandshake(socket, subprotocols as string[], given ?? {})
  handshake.begin(address)
  return handshake.options
}

/** The opening handshake of one client, over all its redirects. */
class ClientHandshake {
  readonly options: ClientOptions & typeof CLIENT_DEFAULTS
  readonly #socket: WebSocket
  readonly #subprotocols: readonly string[]
  /** The fields of the first request, and with lower-case names those of the others. */
  #fields: Fields
  #first: Target | undefined

  constructor(socket: WebSocket, subprotocols: readonly string[], options: ClientOptions) {
    this.#socket = socket
    this.#subprotocols = subprotocols
    this.options = { ...CLIENT_DEFAULTS, ...options } as ClientOptions & typeof CLIENT_DEFAULTS
    this.#fields = { ...(options.headers as Fields) }
  }

  begin(address: string | URL): void {
    const { options } = this
    const socket = this.#socket
    if (!VERSIONS.includes(options.protocolVersion)) {
      throw new RangeError(`Unsupported protocol version: ${String(options.protocolVersion)} (supported versions: ${VERSIONS.join(', ')})`)
    }
    const url = toWebSocketUrl(address)
    socket._url = url.href
    const target = readTarget(url)
    this.#first ??= target
    const offer: Offer = {
      key: randomBytes(16).toString('base64'),
      subprotocols: this.#subprotocols,
      extensions: extensionsFor('client', options.perMessageDeflate),
    }
    const request = this.#request(target, offer)
    if (options.followRedirects) this.#keepCredentials(request, target)
    const sent = (target.isSecure ? https : http).request(request as https.RequestOptions)
    socket._req = sent
    if (this.#socket._redirects > 0) socket.emit('redirect', socket.url, sent)
    this.#listen(sent, target, offer)
    if (options.finishRequest === undefined) sent.end()
    else options.finishRequest(sent, socket)
  }

  #request(target: Target, { key, extensions }: Offer): Request {
    const { options } = this
    const headers: Fields = {
      ...this.#fields,
      'Sec-WebSocket-Version': options.protocolVersion,
      'Sec-WebSocket-Key': key,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
    }
    if (extensions.length > 0) headers['Sec-WebSocket-Extensions'] = serializeExtensions(buildExtensionOffers(extensions))
    checkSubprotocols(this.#subprotocols)
    if (this.#subprotocols.length > 0) headers['Sec-WebSocket-Protocol'] = this.#subprotocols.join(',')
    if (options.origin) headers[options.protocolVersion < 13 ? 'Sec-WebSocket-Origin' : 'Origin'] = options.origin
    const { username, password } = target.url
    const auth = username || password ? `${querystring.unescape(username)}:${querystring.unescape(password)}` : options.auth
    return {
      ...(options as Omit<ClientOptions, 'headers'>),
      method: 'GET',
      protocol: undefined as never,
      hostname: undefined as never,
      timeout: options.handshakeTimeout as number,
      createConnection: options.createConnection ?? ((target.isSecure ? connectTls : connectTcp) as NonNullable<ClientOptions['createConnection']>),
      defaultPort: options.defaultPort || (target.isSecure ? 443 : 80),
      host: target.host,
      port: target.port,
      path: target.path,
      socketPath: target.socketPath as string,
      headers,
      auth,
    }
  }

  /** As curl does: another host, and a way without TLS after one with it, get no credentials; an application that listens for `redirect` decides itself. */
  #keepCredentials(request: Request, target: Target): void {
    const first = this.#first!
    const { headers } = request
    if (this.#socket._redirects > 0 && this.#socket.listenerCount('redirect') === 0) {
      const isSameHost = target.isUnix === first.isUnix && target.place === first.place
      if (!isSameHost || (first.isSecure && !target.isSecure)) {
        delete headers['authorization']
        delete headers['cookie']
        if (!isSameHost) delete headers['host']
        request.auth = undefined
      }
    }
    // Credentials of the URL become a field, which later redirects to the same host have, too.
    if (this.#socket._redirects > 0) return
    this.#fields = Object.fromEntries(Object.entries(this.#fields).map(([name, value]) => [name.toLowerCase(), value]))
    if (request.auth) this.#fields['authorization'] ??= `Basic ${Buffer.from(request.auth).toString('base64')}`
  }

  #listen(request: ClientRequest, target: Target, offer: Offer): void {
    const socket = this.#socket
    let isDone = false
    if (this.options.handshakeTimeout) request.on('timeout', () => abortHandshake(socket, request, 'Opening handshake has timed out'))
    request.on('error', (error: Error) => {
      if (isDone || aborted.has(request)) return
      isDone = true
      socket._req = null
      endWithError(socket, error)
    })
    request.on('response', (response: IncomingMessage) => {
      const { statusCode = 0, headers } = response
      if (headers.location && this.options.followRedirects && statusCode >= 300 && statusCode < 400) {
        isDone = this.#redirect(request, target, headers.location)
      } else if (!socket.emit('unexpected-response', request, response)) {
        abortHandshake(socket, request, `Unexpected server response: ${statusCode}`)
      }
    })
    request.on('upgrade', (response: IncomingMessage, stream: Duplex, head: Buffer) => {
      socket.emit('upgrade', response)
      // A listener may have ended the handshake.
      if (socket._readyState !== CONNECTING) return
      isDone = true
      socket._req = null
      const agreement = readResponse(response, offer, this.options.handshake !== 'ws')
      if (typeof agreement === 'string') {
        abortStream(socket, stream, agreement)
        return
      }
      socket._protocol = agreement.subprotocol
      socket._extensions = agreement.extensions
      socket.setSocket(stream, head, this.options)
    })
  }

  /** @returns whether the request is of no interest any more */
  #redirect(request: ClientRequest, { url }: Target, location: string): boolean {
    this.#socket._redirects++
    if (this.#socket._redirects > this.options.maxRedirects) {
      abortHandshake(this.#socket, request, 'Maximum redirects exceeded')
      return false
    }
    request.on('error', ignore)
    request.destroy()
    try {
      let next: URL
      try {
        next = new URL(location, url)
      } catch {
        throw new SyntaxError(`Invalid URL: ${location}`)
      }
      this.begin(next)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      endWithError(this.#socket, error)
    }
    return true
  }
}

/** @throws SyntaxError */
function checkSubprotocols(names: readonly unknown[]): void {
  if (names.every((name) => typeof name === 'string' && isToken(name)) && new Set(names).size === names.length) return
  throw new SyntaxError('An invalid or duplicated subprotocol was specified')
}

function connectTcp(options: net.NetConnectOpts & { socketPath?: string; path?: string }): net.Socket {
  return net.connect({ ...options, path: options.socketPath } as net.NetConnectOpts)
}

function connectTls(options: tls.ConnectionOptions): net.Socket {
  const servername = options.servername ?? (net.isIP(options.host ?? '') === 0 ? options.host : '')
  return tls.connect({ ...options, path: undefined as never, ...(servername === undefined ? {} : { servername }) })
}

/** Ends an opening handshake that has no stream yet. */
export function abortHandshake(socket: WebSocket, request: ClientRequest | null, message: string): void {
  socket._readyState = CLOSING
  const error = new Error(message)
  if (request !== null) {
    aborted.add(request)
    request.destroy()
    // A request that is complete leaves its socket open.
    if (request.socket?.destroyed === false) request.socket.destroy()
  }
  process.nextTick(endWithError, socket, error)
}

function abortStream(socket: WebSocket, stream: Duplex, message: string): void {
  socket._readyState = CLOSING
  stream.once('error', (error) => socket.emit('error', error))
  stream.once('close', () => socket.emitClose())
  stream.destroy(new Error(message))
}

function endWithError(socket: WebSocket, error: Error): void {
  socket._readyState = CLOSING
  socket.emit('error', error)
  socket.emitClose()
}

function ignore(): void {}

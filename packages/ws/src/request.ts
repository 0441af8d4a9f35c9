import type { IncomingMessage } from 'node:http'
import { Http2ServerRequest } from 'node:http2'
import { Fields, isValidKey, OfferCache, parseExtensions, createOriginPolicy, refuse as refuseRequest } from 'hawser/handshake'
import type { OpeningRequest, ServerHandshakePolicy } from 'hawser/handshake'
import { readOpeningRequest } from 'hawser/http1'
import { readConnectRequest } from 'hawser/http2'
import type { ExtensionElement } from 'hawser/protocol'
import type { Refusal } from './refusal.ts'

/** A request of node:http, of node:http2, or an object that the application made in its place. */
export type UpgradeRequest = IncomingMessage | Http2ServerRequest

/** What the rest of the opening handshake needs of a request. */
export interface ReadRequest {
  /** Undefined over HTTP/2. */
  readonly key: string | undefined
  readonly version: number
  readonly subprotocols: Set<string>
  readonly offers: readonly ExtensionElement[]
}

/** Both of `ws` and of hawser take every origin: `verifyClient` decides. */
const POLICY: ServerHandshakePolicy = { origins: createOriginPolicy('any'), secure: false, offers: new OfferCache([]) }

/**
 * Reads an opening handshake. What `ws` refuses is refused with its words; under `strict` hawser's further rules are checked for requests that come from
 * the wire, and those that it takes first need no second look.
 */
export function readRequest(request: UpgradeRequest, strict: boolean): ReadRequest | Refusal {
  if (!Array.isArray(request.rawHeaders)) return readLeniently(request)
  const outcome = isHttp2(request) ? readStream(request) : readHttp1(request as IncomingMessage)
  if (outcome.ok) return toRead(outcome.value)
  const lenient = isHttp2(request) ? undefined : readLeniently(request)
  if (lenient !== undefined && (!strict || 'status' in lenient)) return lenient
  const { status, message, fields } = outcome.refusal
  return { status, message, fields: Object.fromEntries(fields ?? []) }
}

/** Not by the version, which a request line of HTTP/1.1 may give as it likes. */
export function isHttp2(request: UpgradeRequest): request is Http2ServerRequest {
  return request instanceof Http2ServerRequest
}

/** Most clients offer none, and a Set is 0.14 kB. Nothing but a `completeUpgrade` of a subclass could add to it. */
export const NO_SUBPROTOCOLS: Set<string> = new Set()

function toRead({ key, subprotocols, extensions }: OpeningRequest): ReadRequest {
  return { key, version: 13, subprotocols: subprotocols.length === 0 ? NO_SUBPROTOCOLS : new Set(subprotocols), offers: extensions }
}

function readHttp1(request: IncomingMessage): ReturnType<typeof readOpeningRequest> {
  const { method = '', url: target = '', httpVersion, httpVersionMajor, rawHeaders } = request
  // node:http takes versions below 1.0 and none; hawser's own parser, which refuses them, has not seen this request.
  if (httpVersionMajor < 1) return { ok: false, refusal: refuseRequest(400, 'RS2.version', 'the request is not HTTP/1.1') }
  return readOpeningRequest({ method, target, httpVersion, fields: Fields.fromRaw(rawHeaders) }, POLICY)
}

function readStream({ headers, rawHeaders, stream }: Http2ServerRequest): ReturnType<typeof readConnectRequest> {
  const pseudo = (name: string): string | undefined => headers[name] as string | undefined
  const [method, protocol, scheme, authority, path] = [':method', ':protocol', ':scheme', ':authority', ':path'].map(pseudo)
  return readConnectRequest(
    { method, protocol, scheme, authority, path, fields: Fields.fromRaw(rawHeaders), endStream: stream.readableEnded },
    POLICY,
  )
}

/** The checks of `ws`, in its order. */
function readLeniently({ method, headers }: UpgradeRequest): ReadRequest | Refusal {
  const key = headers['sec-websocket-key'] as string | undefined
  const version = Number(headers['sec-websocket-version'])
  if (method !== 'GET') return { status: 405, message: 'Invalid HTTP method', fields: { Allow: 'GET' } }
  if (headers['upgrade']?.toLowerCase() !== 'websocket') return { status: 400, message: 'Invalid Upgrade header' }
  if (key === undefined || !isValidKey(key)) return { status: 400, message: 'Missing or invalid Sec-WebSocket-Key header' }
  if (version !== 13 && version !== 8) {
    const fields = { 'Sec-WebSocket-Version': '13, 8' }
    return { status: 400, message: 'Missing or invalid Sec-WebSocket-Version header', fields }
  }
  const subprotocols = readSubprotocols(headers['sec-websocket-protocol'] as string | undefined)
  if (subprotocols === undefined) return { status: 400, message: 'Invalid Sec-WebSocket-Protocol header' }
  const listed = headers['sec-websocket-extensions'] as string | undefined
  const offers = listed === undefined ? undefined : parseExtensions([listed])
  return { key, version, subprotocols, offers: offers?.ok === true ? offers.value : [] }
}

/** Undefined for what is no list of different tokens. */
function readSubprotocols(field: string | undefined): Set<string> | undefined {
  if (field === undefined) return new Set()
  const names = field.split(',').map((name) => name.replace(/^[ \t]+|[ \t]+$/g, ''))
  const found = new Set(names)
  return found.size === names.length && names.every((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) ? found : undefined
}

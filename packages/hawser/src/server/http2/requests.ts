import { Fields, parseRequestTarget, refuse, refusePath } from '../../core/handshake/index.ts'
import type { FieldLine, HostPolicy, Refusal } from '../../core/handshake/index.ts'
import { isConnectToWebSocket, readConnectRequest, refuseOrdinary, refuseProtocol, refuseTunnel } from '../../core/http2/index.ts'
import type { PathPatterns } from '../path-patterns.ts'
import type { ServerCore } from '../server-core.ts'
import { Http2Responder } from './responder.ts'
import type { Http2Request, ServerStream } from './responder.ts'

/**
 * Reads the HEADERS of one request.
 * @param raw names and values in turn, pseudo-header fields too
 * @param endStream the HEADERS had END_STREAM
 */
export function readStreamRequest(raw: readonly string[], endStream: boolean): Http2Request {
  const pseudo = new Map<string, string>()
  const lines: FieldLine[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    lines.push([name, value])
    if (name.startsWith(':')) pseudo.set(name, value)
  }
  return {
    method: pseudo.get(':method'),
    protocol: pseudo.get(':protocol'),
    scheme: pseudo.get(':scheme'),
    authority: pseudo.get(':authority'),
    path: pseudo.get(':path'),
    fields: Fields.fromRaw(raw),
    lines,
    endStream,
  }
}

/** The path of `:path`; undefined if it cannot be parsed. */
export function pathOf(request: Http2Request): string | undefined {
  const target = request.path?.startsWith('/') === true ? parseRequestTarget(request.path) : undefined
  return target?.ok === true ? target.value.path : undefined
}

/** Answers an Extended CONNECT for `websocket`, or hands it to the application. */
export function handleStream(
  core: ServerCore,
  stream: ServerStream,
  request: Http2Request,
  paths: PathPatterns | undefined,
  hosts: HostPolicy,
): void {
  const responder = new Http2Responder(core, stream, request)
  const { handshake } = core.settings
  const tooLarge = checkSize(request, handshake)
  if (tooLarge !== undefined) {
    responder.refuse(tooLarge)
    return
  }
  const opening = readConnectRequest(request, core.handshakePolicy(stream, stream.info.secure, hosts))
  if (opening.ok) core.handle(opening.value, stream, responder, undefined, paths)
  else responder.refuse(opening.refusal)
}

/** Refuses a request that no other listener answers: another protocol, a tunnel, a path that is not served, an ordinary request. */
export function refuseStream(core: ServerCore, stream: ServerStream, request: Http2Request): void {
  new Http2Responder(core, stream, request).refuse(refusalFor(request, core.settings.paths))
}

function refusalFor(request: Http2Request, paths: PathPatterns | undefined): Refusal {
  if (isConnectToWebSocket(request)) return refusePath(pathOf(request) ?? request.path ?? '')
  if (request.protocol !== undefined) return refuseProtocol(request.protocol)
  if (request.method === 'CONNECT') return refuseTunnel()
  const path = pathOf(request)
  return path !== undefined && paths?.has(path) === false ? refusePath(path) : refuseOrdinary(request.method ?? '')
}

/** The limits of a head are those of HTTP/1.1. The runtime resets requests far above them. */
function checkSize(request: Http2Request, limits: ServerCore['settings']['handshake']): Refusal | undefined {
  if ((request.path ?? '').length > limits.startLine) return refuse(414, 'H14', `the request target has more than ${limits.startLine} bytes`)
  if (request.fields.size > limits.fields) return refuse(431, 'fields-too-large', `the request has more than ${limits.fields} field lines`)
  let size = 0
  for (const [name, value] of request.fields) size += name.length + value.length + 4
  return size > limits.fieldSection ? refuse(431, 'fields-too-large', `the field section has more than ${limits.fieldSection} bytes`) : undefined
}

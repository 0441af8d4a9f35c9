import { constants } from 'node:http2'
import type { ServerHttp2Stream } from 'node:http2'
import { Fields, parseRequestTarget, refuse, refusePath } from '../../core/handshake/index.ts'
import type { FieldLine, HostPolicy, Refusal } from '../../core/handshake/index.ts'
import { isConnectToWebSocket, readConnectRequest, refuseOrdinary, refuseProtocol, refuseTunnel } from '../../core/http2/index.ts'
import type { ServerCore } from '../../server/server-core.ts'
import { Http2Responder } from './http2-responder.ts'
import type { Http2Request } from './http2-responder.ts'
import { Http2StreamTransport } from './http2-transport.ts'
import type { PathPatterns } from '../../server/path-patterns.ts'

/** @param raw names and values in turn, as the 'stream' event gives them */
export function readStreamRequest(stream: ServerHttp2Stream, raw: readonly string[], flags: number): Http2Request {
  const pseudo = new Map<string, string>()
  const lines: FieldLine[] = []
  const fields = new Fields()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    lines.push([name, value])
    if (name.startsWith(':')) pseudo.set(name, value)
    else fields.append(name, value)
  }
  return {
    method: pseudo.get(':method'),
    protocol: pseudo.get(':protocol'),
    scheme: pseudo.get(':scheme'),
    authority: pseudo.get(':authority'),
    path: pseudo.get(':path'),
    fields,
    lines,
    endStream: (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0 || stream.endAfterHeaders,
  }
}

/** The path that decides whose request it is; undefined where `:path` cannot be read. */
export function pathOf(request: Http2Request): string | undefined {
  const target = request.path?.startsWith('/') === true ? parseRequestTarget(request.path) : undefined
  return target?.ok === true ? target.value.path : undefined
}

/** An Extended CONNECT for `websocket`. */
export function handleStream(
  core: ServerCore,
  stream: ServerHttp2Stream,
  request: Http2Request,
  paths: PathPatterns | undefined,
  hosts: HostPolicy,
): void {
  const { transport, responder } = answering(core, stream, request)
  const { handshake } = core.policy
  const tooLarge = checkSize(request, handshake)
  if (tooLarge !== undefined) {
    responder.refuse(tooLarge)
    return
  }
  const opening = readConnectRequest(request, core.handshakePolicy(transport, transport.info.secure, hosts))
  if (opening.ok) core.handle(opening.value, transport, responder, undefined, paths)
  else responder.refuse(opening.refusal)
}

/** What nobody else answers: another protocol, a tunnel, a path that is not served, an ordinary request. */
export function refuseStream(core: ServerCore, stream: ServerHttp2Stream, request: Http2Request): void {
  answering(core, stream, request).responder.refuse(refusalFor(request, core.policy.paths))
}

function refusalFor(request: Http2Request, paths: PathPatterns | undefined): Refusal {
  if (isConnectToWebSocket(request)) return refusePath(pathOf(request) ?? request.path ?? '')
  if (request.protocol !== undefined) return refuseProtocol(request.protocol)
  if (request.method === 'CONNECT') return refuseTunnel()
  const path = pathOf(request)
  return path !== undefined && paths?.has(path) === false ? refusePath(path) : refuseOrdinary(request.method ?? '')
}

function answering(
  core: ServerCore,
  stream: ServerHttp2Stream,
  request: Http2Request,
): { transport: Http2StreamTransport; responder: Http2Responder } {
  const transport = new Http2StreamTransport(stream, core.environment)
  return { transport, responder: new Http2Responder(core, transport, request) }
}

/** The limits that a head of HTTP/1.1 has; what is far above them node:http2 has reset already. */
function checkSize(request: Http2Request, limits: ServerCore['policy']['handshake']): Refusal | undefined {
  if ((request.path ?? '').length > limits.startLine) return refuse(414, undefined, `the request target has more than ${limits.startLine} bytes`)
  if (request.fields.size > limits.fields) return refuse(431, 'fields-too-large', `there are more than ${limits.fields} field lines`)
  let size = 0
  for (const [name, value] of request.fields) size += name.length + value.length + 4
  return size > limits.fieldSection ? refuse(431, 'fields-too-large', `the field section has more than ${limits.fieldSection} bytes`) : undefined
}

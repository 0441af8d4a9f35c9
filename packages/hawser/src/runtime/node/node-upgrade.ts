import { Buffer } from 'node:buffer'
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Fields, parseRequestTarget, refuse, refusePath } from '../../core/handshake/index.ts'
import type { Refusal } from '../../core/handshake/index.ts'
import { asksForWebSocket, isUpgradeToWebSocket, readOpeningRequest, readUpgradeField } from '../../core/http1/index.ts'
import type { UpgradeField } from '../../core/http1/index.ts'
import { Http1Responder } from '../../server/http1/responder.ts'
import type { Http1Request } from '../../server/http1/responder.ts'
import type { Acceptance } from '../../server/options.ts'
import type { ServerCore } from '../../server/server-core.ts'
import type { Attachment } from './attachment.ts'
import { process } from './process.ts'
import { afterPendingResponses } from './response-wait.ts'
import type { ResponseWaits } from './response-wait.ts'
import { release } from './socket-claim.ts'
import type { SocketTransport } from './socket-transport.ts'

/** An Upgrade request as node:http emits it, and as it was parsed. */
export interface NodeUpgrade {
  readonly request: IncomingMessage
  readonly read: Http1Request
  /** Its parsed Upgrade field. */
  readonly upgrade: UpgradeField
  /** Paused; not read from since the request. */
  readonly socket: Socket
  /** The bytes after the request. */
  readonly head: Uint8Array
}

export function readNodeUpgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array): NodeUpgrade {
  const read = readNodeRequest(request)
  return { request, read, upgrade: readUpgradeField(read.fields), socket: socket as Socket, head }
}

export function isForWebSocket({ read, upgrade }: NodeUpgrade): boolean {
  return asksForWebSocket(read.httpVersion, upgrade)
}

export interface OpenOptions {
  /** Reads further requests from the socket where a refusal leaves it open (401). */
  readonly httpServer?: HttpServer
  readonly waits?: ResponseWaits
  /** The decision of the application, if it has made one. */
  readonly acceptance?: Acceptance<unknown> | undefined
  /** Called when another listener writes to the socket; the write is dropped. */
  readonly conflict?: () => void
}

/** Handles one opening handshake on a socket that was claimed for it, after the responses to earlier requests. */
export function openFromNode({ core, paths, hosts }: Attachment, upgrade: NodeUpgrade, around: OpenOptions): void {
  const { read } = upgrade
  answer(core, upgrade, around, (transport, responder, early) => {
    const { fields } = core.settings.handshake
    if (read.fields.size > fields) {
      responder.refuse(refuse(431, 'fields-too-large', `the request has more than ${fields} field lines`, { close: true }), early !== undefined)
      return
    }
    const opening = readOpeningRequest(read, core.handshakePolicy(transport, transport.info.secure, hosts), upgrade.upgrade)
    if (opening.ok) core.handle(opening.value, transport, responder, early, paths, { acceptance: around.acceptance, incoming: upgrade.request })
    else responder.refuse(opening.refusal, early !== undefined)
  })
}

/** Refuses an opening handshake for a path without an attachment, on a socket that was claimed for it. */
export function refuseFromNode(core: ServerCore, upgrade: NodeUpgrade): void {
  answer(core, upgrade, {}, (_transport, responder, early) => responder.refuse(refuseTarget(upgrade.read.target), early !== undefined))
}

function refuseTarget(target: string): Refusal {
  const parsed = parseRequestTarget(target)
  return parsed.ok ? refusePath(parsed.value.path) : refuse(400, 'RS2.target', parsed.message)
}

function answer(
  core: ServerCore,
  { read, socket, head }: NodeUpgrade,
  { httpServer, waits, conflict }: OpenOptions,
  act: (transport: SocketTransport, responder: Http1Responder, early: Uint8Array | undefined) => void,
): void {
  afterPendingResponses(core, socket, head, waits, (transport, early) => {
    if (conflict !== undefined) transport.excludeOthers(conflict)
    const next = {
      answered(): void {
        if (httpServer !== undefined) giveToHttpServer(httpServer, release(transport.detach()), undefined, undefined)
      },
    }
    act(transport, new Http1Responder(core, transport, read, httpServer === undefined ? undefined : next), early)
  })
}

/**
 * Whether node:http should emit `upgrade`. For another protocol with content it should not: newer versions give the content to the request, which
 * could then not be parsed again. Without content it should, because node:http drops the bytes pipelined after an Upgrade that it does not emit.
 */
export function mayEmitUpgrade(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  return (length === undefined && encoding === undefined) || isUpgradeToWebSocket(readNodeRequest(request))
}

/** Ignores an Upgrade to another protocol, so that the request gets an ordinary response (RFC 9110 section 7.8). */
export function ignoreUpgrade(
  core: ServerCore,
  httpServer: HttpServer,
  { request, socket, head }: NodeUpgrade,
  waits: ResponseWaits | undefined,
): void {
  afterPendingResponses(core, socket, head, waits, (transport, early) =>
    giveToHttpServer(httpServer, transport.detach(), withoutUpgrade(request), early),
  )
}

/** Gives a socket to an HTTP server as if it had just connected. */
export function giveToHttpServer(server: HttpServer, socket: Socket, request: Uint8Array | undefined, rest: Uint8Array | undefined): void {
  socket.pause()
  if (rest !== undefined && rest.byteLength > 0) socket.unshift(rest)
  if (request !== undefined) socket.unshift(request)
  // https.Server takes its connections from this event, after the TLS handshake.
  server.emit('setSecureContext' in server ? 'secureConnection' : 'connection', socket)
  process.nextTick(() => socket.resume())
}

function readNodeRequest(request: IncomingMessage): Http1Request {
  const method = request.method ?? ''
  const target = request.url ?? ''
  const fields = Fields.fromRaw(request.rawHeaders)
  let text = `${method} ${target} HTTP/${request.httpVersion}\r\n`
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`
  return { method, target, httpVersion: request.httpVersion, fields, text }
}

/** With an `upgrade` listener node:http emits no `request` for an Upgrade, so the request is parsed again without it. */
function withoutUpgrade(request: IncomingMessage): Uint8Array {
  const raw = request.rawHeaders
  let text = `${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/${request.httpVersion}\r\n`
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    let value = raw[i + 1] as string
    if (name.toLowerCase() === 'upgrade') continue
    if (name.toLowerCase() === 'connection') {
      value = value
        .split(',')
        .map((option) => option.trim())
        .filter((option) => option !== '' && option.toLowerCase() !== 'upgrade')
        .join(', ')
      if (value === '') continue
    }
    text += `${name}: ${value}\r\n`
  }
  return Buffer.from(`${text}\r\n`, 'latin1')
}

import { Buffer } from 'node:buffer'
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import process from 'node:process'
import type { Duplex } from 'node:stream'
import { OptionError } from '../../core/errors.ts'
import { Fields, parseRequestTarget, refuse, refusePath } from '../../core/handshake/index.ts'
import { isUpgradeToWebSocket, readOpeningRequest } from '../../core/http1/index.ts'
import type { ServerCore } from '../../server/server-core.ts'
import { findAttachment } from './attachment.ts'
import type { Attachment } from './attachment.ts'
import { Http1Responder } from './http1-responder.ts'
import type { Http1Request } from './http1-responder.ts'
import { StreamSwitch } from './http2-attach.ts'
import { SocketTransport } from './socket-transport.ts'

export type AttachableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer

const switchKey: unique symbol = Symbol('hawser upgrades')
const claimedKey: unique symbol = Symbol('hawser claimed')

interface SwitchedServer {
  [switchKey]?: UpgradeSwitch
}

/**
 * Joins `core` to an HTTP server that exists already. All attachments of one HTTP server share one `upgrade` listener.
 * @returns what takes it away again
 * @throws OptionError when a path is taken by another attachment
 */
export function attachCore(core: ServerCore, server: AttachableServer, paths: ReadonlySet<string> | undefined): () => void {
  if (typeof (server as Partial<AttachableServer> | null)?.on !== 'function') {
    throw new OptionError('server', 'a server of node:http, node:https or node:http2', server)
  }
  const switched = server as AttachableServer & SwitchedServer
  const upgrades = (switched[switchKey] ??= new UpgradeSwitch(server))
  return upgrades.add({ core, paths })
}

/** Decides which attachment an Upgrade request is for. */
class UpgradeSwitch {
  readonly #server: AttachableServer
  readonly #attachments: Attachment[] = []
  readonly #streams: StreamSwitch | undefined

  constructor(server: AttachableServer) {
    this.#server = server
    this.#streams = 'updateSettings' in server ? new StreamSwitch(server, this.#attachments) : undefined
  }

  add(attachment: Attachment): () => void {
    for (const other of this.#attachments) {
      if (attachment.paths === undefined && other.paths === undefined)
        throw new OptionError('paths', 'a list, since another attachment has all other paths', undefined)
      for (const path of attachment.paths ?? []) {
        if (other.paths?.has(path) === true) throw new OptionError('paths', 'paths that no other attachment of this HTTP server has', path)
      }
    }
    if (this.#attachments.length === 0) {
      this.#listened.on('upgrade', this.#upgrade)
      this.#streams?.listen()
    }
    this.#attachments.push(attachment)
    return () => {
      const index = this.#attachments.indexOf(attachment)
      if (index === -1) return
      this.#attachments.splice(index, 1)
      if (this.#attachments.length > 0) return
      this.#listened.off('upgrade', this.#upgrade)
      this.#streams?.leave()
    }
  }

  /** A server of node:http2 emits `upgrade` under `allowHTTP1`, which its types do not say. */
  get #listened(): HttpServer {
    return this.#server as HttpServer
  }

  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Uint8Array): void => {
    if (isClaimed(socket)) return
    const read = readRequest(request)
    const othersListen = this.#listened.listenerCount('upgrade') > 1
    if (!isUpgradeToWebSocket(read)) {
      if (!othersListen) giveToHttpServer(this.#server, socket as Socket, withoutUpgrade(request), head)
      return
    }
    const target = parseRequestTarget(read.target)
    const path = target.ok ? target.value.path : undefined
    const found = findAttachment(this.#attachments, path)
    if (found !== undefined) {
      handle(found.core, read, claim(socket), head, found.paths, () => giveToHttpServer(this.#server, socket as Socket, undefined, undefined))
    } else if (!othersListen) {
      // Nobody else would answer, and the client would wait.
      const [first] = this.#attachments
      if (first !== undefined) refuseUnclaimed(first.core, read, claim(socket), head, path)
    }
  }
}

/**
 * Handles one Upgrade request for an application that listens for `upgrade` itself.
 * @throws Error when the socket was claimed already
 */
export function handleUpgrade(core: ServerCore, request: IncomingMessage, socket: Duplex, head: Uint8Array): void {
  handle(core, readRequest(request), claim(socket), head, core.policy.paths, undefined)
}

/** An opening handshake on a socket of the server's own, which `node:http` had for an ordinary request before. */
export function handleInternalUpgrade(core: ServerCore, server: HttpServer, request: IncomingMessage, socket: Duplex, head: Uint8Array): void {
  const read = readRequest(request)
  if (!isUpgradeToWebSocket(read)) giveToHttpServer(server, socket as Socket, withoutUpgrade(request), head)
  else handle(core, read, claim(socket), head, core.policy.paths, () => giveToHttpServer(server, socket as Socket, undefined, undefined))
}

function handle(
  core: ServerCore,
  request: Http1Request,
  socket: Socket,
  head: Uint8Array,
  paths: ReadonlySet<string> | undefined,
  next: (() => void) | undefined,
): void {
  const transport = new SocketTransport(socket)
  const responder = new Http1Responder(core, transport, request, next === undefined ? undefined : () => release(transport, next))
  const early = head.byteLength === 0 ? undefined : head
  const { fields } = core.policy.handshake
  if (request.fields.size > fields) {
    responder.refuse(refuse(431, 'fields-too-large', `there are more than ${fields} field lines`, { close: true }), early !== undefined)
    return
  }
  const opening = readOpeningRequest(request, { origins: core.policy.origins, secure: transport.info.secure })
  if (opening.ok) core.handle(opening.value, transport, responder, early, paths)
  else responder.refuse(opening.refusal, early !== undefined)
}

function refuseUnclaimed(core: ServerCore, request: Http1Request, socket: Socket, head: Uint8Array, path: string | undefined): void {
  const transport = new SocketTransport(socket)
  const responder = new Http1Responder(core, transport, request, undefined)
  const refusal =
    path === undefined ? refuse(400, 'RS2.target', 'the request target is neither a path nor an absolute http or https URI') : refusePath(path)
  responder.refuse(refusal, head.byteLength > 0)
}

function isClaimed(socket: object): boolean {
  return claimedKey in socket
}

function claim(socket: Duplex): Socket {
  if (isClaimed(socket)) throw new Error('this socket was claimed already: two upgrade listeners handled the same request')
  Object.defineProperty(socket, claimedKey, { value: true, configurable: true })
  return socket as Socket
}

function release(transport: SocketTransport, next: () => void): void {
  const socket = transport.detach() as Socket & { [claimedKey]?: true }
  delete socket[claimedKey]
  next()
}

function readRequest(request: IncomingMessage): Http1Request {
  const method = request.method ?? ''
  const target = request.url ?? ''
  const raw = request.rawHeaders
  const fields = new Fields()
  let text = `${method} ${target} HTTP/${request.httpVersion}\r\n`
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    fields.append(name, value)
    text += `${name}: ${value}\r\n`
  }
  return { method, target, httpVersion: request.httpVersion, fields, text }
}

/** A server may ignore an Upgrade it does not know (RFC 9110 section 7.8), but node:http takes the request out of its ordinary way for it. */
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

/** Gives a socket to an HTTP server as if it had just connected. */
export function giveToHttpServer(server: AttachableServer, socket: Socket, request: Uint8Array | undefined, rest: Uint8Array | undefined): void {
  socket.pause()
  if (rest !== undefined && rest.byteLength > 0) socket.unshift(rest)
  if (request !== undefined) socket.unshift(request)
  // https.Server takes its connections from this event, after the TLS handshake.
  const emitter: HttpServer = server as HttpServer
  emitter.emit('setSecureContext' in server ? 'secureConnection' : 'connection', socket)
  process.nextTick(() => socket.resume())
}

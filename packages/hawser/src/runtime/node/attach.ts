import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { Server as HttpsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { OptionError, UpgradeConflictError } from '../../core/errors.ts'
import { parseRequestTarget } from '../../core/handshake/index.ts'
import type { Acceptance } from '../../server/options.ts'
import type { PathPatterns } from '../../server/path-patterns.ts'
import type { ServerCore } from '../../server/server-core.ts'
import { findAttachment, hostPolicyFor } from './attachment.ts'
import type { Attachment } from './attachment.ts'
import { StreamSwitch } from './http2-attach.ts'
import { ignoreUpgrade, isForWebSocket, mayEmitUpgrade, openFromNode, readNodeUpgrade, refuseFromNode } from './node-upgrade.ts'
import type { NodeUpgrade } from './node-upgrade.ts'
import { process } from './process.ts'
import type { ResponseWaits } from './response-wait.ts'
import { claim, isClaimed, watchForAnswer } from './socket-claim.ts'
import { checkUpgradeArguments } from './upgrade-arguments.ts'

export type AttachableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer

const switchKey: unique symbol = Symbol('hawser upgrades')

interface SwitchedServer {
  [switchKey]?: UpgradeSwitch
}

/**
 * Joins `core` to an existing HTTP server. All attachments of one HTTP server share one `upgrade` listener.
 * @returns a function that takes the attachment away again
 * @throws OptionError when another attachment has one of the paths
 */
export function attachCore(core: ServerCore, server: AttachableServer, paths: PathPatterns | undefined): () => void {
  if (typeof (server as Partial<AttachableServer> | null)?.on !== 'function') {
    throw new OptionError('server', 'a server of node:http, node:https or node:http2', server)
  }
  const switched = server as AttachableServer & SwitchedServer
  const upgrades = (switched[switchKey] ??= new UpgradeSwitch(server))
  return upgrades.add({
    core,
    paths,
    get hosts() {
      return hostPolicyFor(core, server)
    },
  })
}

/** Newer versions of Node ask whether to emit a request as `upgrade` or as an ordinary `request`. */
interface AskingServer {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean
}

/** Decides which attachment an Upgrade request is for. */
class UpgradeSwitch {
  readonly #server: AttachableServer
  readonly #attachments: Attachment[] = []
  readonly #streams: StreamSwitch | undefined
  #asked: AskingServer['shouldUpgradeCallback']

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
      // First, so that it sees the socket as it was before other listeners.
      this.#listened.prependListener('upgrade', this.#upgrade)
      this.#streams?.listen()
      this.#asked = this.#asking.shouldUpgradeCallback

      if (this.#asked !== undefined) this.#asking.shouldUpgradeCallback = this.#shouldUpgrade
    }
    this.#attachments.push(attachment)
    return () => {
      const index = this.#attachments.indexOf(attachment)
      if (index === -1) return
      this.#attachments.splice(index, 1)
      if (this.#attachments.length > 0) return
      this.#listened.off('upgrade', this.#upgrade)
      this.#streams?.leave()
      if (this.#asked !== undefined) this.#asking.shouldUpgradeCallback = this.#asked
    }
  }

  get #asking(): AskingServer {
    return this.#server as AskingServer
  }

  readonly #shouldUpgrade = (request: IncomingMessage): boolean => {
    if (this.#othersListen) return this.#asked?.call(this.#server, request) ?? true
    return mayEmitUpgrade(request)
  }

  get #othersListen(): boolean {
    return this.#listened.listenerCount('upgrade') > 1
  }

  /** A server of node:http2 emits `upgrade` under `allowHTTP1`, which is missing from its types. */
  get #listened(): HttpServer {
    return this.#server as HttpServer
  }

  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Uint8Array): void => {
    if (isClaimed(socket)) return
    const upgrade = readNodeUpgrade(request, socket, head)
    const othersListen = this.#othersListen
    // The others may answer later or never, and node:http has taken its own listener away: a reset would end the process.
    if (othersListen) socket.on('error', ignore)
    if (!isForWebSocket(upgrade)) {
      const [first] = this.#attachments
      if (!othersListen && first !== undefined) ignoreUpgrade(first.core, this.#listened, upgrade, undefined)
      return
    }
    const target = parseRequestTarget(upgrade.read.target)
    const found = findAttachment(this.#attachments, target.ok ? target.value.path : undefined)
    if (found !== undefined) {
      if (othersListen) this.#openBesideOthers(found, upgrade)
      else openFromNode(found, claimed(upgrade), { httpServer: this.#listened })
    } else if (!othersListen) {
      // Otherwise no listener would answer, and the client would wait.
      const [first] = this.#attachments
      if (first !== undefined) refuseFromNode(first.core, claimed(upgrade))
    }
  }

  /** Other listeners run first, because hawser cannot know which requests they answer. Output of a later listener is dropped. */
  #openBesideOthers(found: Attachment, upgrade: NodeUpgrade): void {
    const isAnswered = watchForAnswer(upgrade.socket)
    const conflict = (what: string): void => {
      const advice = 'give `attach` the paths that it serves, and keep other `upgrade` listeners off them'
      found.core.reportUpgrade(new UpgradeConflictError(`another upgrade listener ${what} ${upgrade.request.url}: ${advice}`))
    }
    let isReported = false
    process.nextTick(() => {
      if (isAnswered()) {
        conflict('answered, so the connection was left to it:')
        return
      }
      const tried = (): void => {
        if (!isReported) conflict('tried to answer a connection that is open already:')
        isReported = true
      }
      openFromNode(found, claimed(upgrade), { httpServer: this.#listened, conflict: tried })
    })
  }
}

function ignore(): void {}

function claimed(upgrade: NodeUpgrade): NodeUpgrade {
  claim(upgrade.socket)
  return upgrade
}

/**
 * Handles one Upgrade request for an application that listens for `upgrade` itself.
 * @throws OptionError for an argument that does not come from an `upgrade` event
 * @throws UpgradeConflictError when the socket was claimed or answered already
 */
export function handleUpgrade(
  core: ServerCore,
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  acceptance: Acceptance<unknown> | undefined,
): void {
  checkUpgradeArguments(request, socket, head)
  // The client disconnected while the application decided; the socket may not report it again.
  if (socket.destroyed) return
  const hosts = hostPolicyFor(core, (socket as { server?: object }).server)
  openFromNode({ core, paths: core.settings.paths, hosts }, claimed(readNodeUpgrade(request, socket, head)), { acceptance })
}

/** Handles an Upgrade on a connection of our own listener that node:http took over for an earlier, ordinary request. */
export function handleInternalUpgrade(attachment: Attachment, httpServer: HttpServer, upgrade: NodeUpgrade, waits: ResponseWaits): void {
  if (isForWebSocket(upgrade)) openFromNode(attachment, claimed(upgrade), { httpServer, waits })
  else ignoreUpgrade(attachment.core, httpServer, upgrade, waits)
}

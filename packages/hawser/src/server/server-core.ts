import { agreeOnSubprotocol, OfferCache, refuseForFailure, refuseForNow, refusePath } from '../core/handshake/index.ts'
import type { HostPolicy } from '../core/handshake/hosts.ts'
import type { OriginPolicy } from '../core/handshake/origin.ts'
import type { OpeningRequest, ServerHandshakePolicy } from '../core/handshake/server-handshake.ts'
import type { ConnectionOptions } from '../core/protocol/connection-options.ts'
import type { ExtensionSession } from '../core/protocol/extension.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { Runtime } from '../connection/runtime.ts'
import type { ConnectionOwner } from '../connection/handlers.ts'
import { Members } from '../connection/members.ts'
import { MemoryBudget } from '../connection/memory-budget.ts'
import { coreOptions } from '../connection/socket-settings.ts'
import type { DeclinedExtension } from '../connection/socket.ts'
import type { Transport } from '../connection/transport.ts'
import { WebSocketConnection } from '../connection/websocket-connection.ts'
import { Admission, retryAfterSeconds } from './admission.ts'
import { broadcast } from './broadcast.ts'
import type { BroadcastResult } from './broadcast.ts'
import type { BroadcastOptions } from './broadcast-options.ts'
import { checkDrainOptions, Drain } from './drain.ts'
import { PendingHandshake } from './pending-handshake.ts'
import type { HandshakeEnd } from './pending-handshake.ts'
import type { DrainOptions, DrainResult } from './options.ts'
import { ServerReports } from './server-reports.ts'
import type { ErrorReporter } from './server-reports.ts'
import type { ServerSettings } from './settings.ts'
import type { HandshakeDetails, Responder } from './responder.ts'
import type { PathPatterns } from './path-patterns.ts'

/** The reason of a refusal that the application wrote itself. */
export const hookRefused = 'the upgrade hook answered with a Response'
const noParameters: Readonly<Record<string, string>> = Object.freeze({})

/** A server without a listener: it accepts or refuses opening handshakes from any transport, and has the connections. */
export class ServerCore extends ServerReports implements ConnectionOwner {
  readonly runtime: Runtime
  readonly connections: Members<WebSocketConnection> = new Members()
  /** The view of them that the application gets, made when it first asks. */
  #connectionSet: Set<WebSocketConnection> | undefined
  /** Transports after a refusal, and HTTP/2 sessions after GOAWAY, until their last bytes have arrived. */
  readonly ending: Set<{ abort(): void }> = new Set()
  readonly #origins: OriginPolicy
  /** Handshakes in the `upgrade` hook. */
  readonly #pending = new Members<PendingHandshake>()
  readonly #offers: OfferCache
  /** For connections without extensions, which share one object. */
  readonly #plainCore: ConnectionOptions
  readonly #plainCodecCore: ConnectionOptions
  /** Undefined without limits for each address and each second. */
  readonly #admission: Admission | undefined
  /** Undefined without `limits.memory`. */
  readonly memory: MemoryBudget | undefined
  #draining: Drain | undefined
  #closed = false
  #delivered: (() => void) | undefined

  /** @param fallback receives errors of the application if it has no `error` handler, or if that throws */
  constructor(settings: ServerSettings, runtime: Runtime, fallback: ErrorReporter) {
    super(settings, fallback)
    this.runtime = runtime
    if (Admission.isLimited(settings.admission)) this.#admission = new Admission(settings.admission, settings.trusts)
    const { memory } = settings.admission
    if (memory !== Number.POSITIVE_INFINITY) this.memory = new MemoryBudget(memory, runtime.clock)
    const { decide } = settings.origins
    this.#origins =
      decide === undefined ? settings.origins : { ...settings.origins, decide: (origin, request) => this.decideOrigin(decide, origin, request) }
    this.#offers = new OfferCache(settings.extensions)
    this.#plainCore = coreOptions('server', settings.socket, runtime.platform, [], false)
    this.#plainCodecCore = coreOptions('server', settings.socket, runtime.platform, [], true)
  }

  /** The policy for opening handshakes over this transport. */
  handshakePolicy(transport: Transport, secure: boolean, hosts: HostPolicy): ServerHandshakePolicy {
    const { trusts } = this.settings
    // Reading the address of a socket is a system call, so it is read only when needed.
    return trusts === undefined
      ? { origins: this.#origins, secure, hosts, offers: this.#offers }
      : { origins: this.#origins, secure, hosts, offers: this.#offers, peer: transport.info.remoteAddress, trusts }
  }

  /** A live view of the open connections. */
  get connectionSet(): ReadonlySet<WebSocketConnection> {
    return (this.#connectionSet ??= new Set(this.connections))
  }

  get isAccepting(): boolean {
    return this.#draining === undefined && !this.#closed
  }

  /**
   * Whether one of the connections before their request has to make room for another one. A tenth of `limits.connections` may wait beyond it, so that
   * a full server still reads requests: to refuse a handshake with its reason, and to answer ordinary ones.
   * @param waiting how many connections have no request yet
   */
  isCrowded(waiting: number): boolean {
    const { connections } = this.settings.admission
    return waiting >= connections / 10 && waiting > 0 && this.connections.size + this.#pending.size + waiting >= connections
  }

  /**
   * Decides about one valid opening handshake.
   * @param early bytes that followed the request; they are frames, and received only after an acceptance
   * @param paths those that upgrade here; undefined for all
   */
  handle(
    opening: OpeningRequest,
    transport: Transport,
    responder: Responder,
    early: Uint8Array | undefined,
    paths: PathPatterns | undefined,
    { acceptance, incoming }: HandshakeDetails = {},
  ): void {
    const hasEarlyData = early !== undefined && early.byteLength > 0
    if (!this.isAccepting) {
      responder.refuse(refuseForNow('the server is shutting down', retryAfterSeconds), hasEarlyData)
      return
    }
    if (this.connections.size + this.#pending.size >= this.settings.admission.connections) {
      responder.refuse(refuseForNow('connection limit reached', retryAfterSeconds), hasEarlyData)
      return
    }
    if (this.memory?.isExceeded === true) {
      responder.refuse(refuseForNow('memory limit reached', retryAfterSeconds), hasEarlyData)
      return
    }
    const parameters = paths === undefined ? noParameters : paths.match(opening.target.path)
    if (parameters === undefined) {
      responder.refuse(refusePath(opening.target.path), hasEarlyData)
      return
    }
    const agreed = agreeOnSubprotocol(opening.subprotocols, this.settings.subprotocols, this.settings.noSubprotocol)
    if (!agreed.ok) {
      responder.refuse(agreed.refusal, hasEarlyData)
      return
    }
    const tooMany = this.#admission?.admit(opening, transport, this.runtime.clock.now())
    if (tooMany !== undefined) {
      responder.refuse(tooMany, hasEarlyData)
      return
    }
    const { options } = this.settings
    if (options.upgrade === undefined && acceptance === undefined) {
      this.#accept(opening, transport, responder, hasEarlyData ? [early] : undefined, { context: undefined, subprotocol: agreed.value, fields: [] })
      return
    }
    const received = { opening, transport, responder, early, agreed: agreed.value, parameters }
    const handshake = new PendingHandshake(this.settings, this.runtime, this.report, this.#decided, received)
    this.#pending.add(handshake)
    handshake.run(options, acceptance, incoming)
  }

  readonly #decided: HandshakeEnd = (handshake, accepted) => {
    this.#pending.delete(handshake)
    if (accepted !== undefined) this.#accept(handshake.opening, handshake.transport, handshake.responder, handshake.early, accepted)
    else this.#admission?.release(handshake.opening)
  }

  #accept(
    opening: OpeningRequest,
    transport: Transport,
    responder: Responder,
    early: readonly Uint8Array[] | undefined,
    answer: { context: unknown; subprotocol: string | undefined; fields: readonly (readonly [string, string])[] },
  ): void {
    const { settings, runtime } = this
    let field: string | undefined
    let sessions: readonly ExtensionSession[] = []
    let declined: readonly DeclinedExtension[] | undefined
    if (opening.extensions.length > 0 && settings.extensions.length > 0) {
      try {
        const negotiation = this.#offers.negotiate(opening.extensions)
        field = negotiation.field
        sessions = negotiation.agreed.map((agreed) => agreed.open())
        if (negotiation.declined.length > 0) declined = negotiation.declined.map(({ element, reason }) => ({ ...element, reason }))
      } catch (error) {
        this.report(error, 'upgrade')
        this.#admission?.release(opening)
        responder.refuse(refuseForFailure(), early !== undefined && early.length > 0)
        return
      }
    }
    const subprotocol = answer.subprotocol ?? ''
    const codec = subprotocol === '' ? undefined : settings.codecs.get(subprotocol)
    const plain = codec === undefined ? this.#plainCore : this.#plainCodecCore
    const observed = responder.accept({ subprotocol: answer.subprotocol, extensions: field, fields: answer.fields })
    const watched = observed && this.observers.watch('server', transport, runtime.clock, observed)
    const connection = new WebSocketConnection({
      transport: watched?.transport ?? transport,
      runtime,
      settings: settings.socket,
      core: sessions.length === 0 ? plain : coreOptions('server', settings.socket, runtime.platform, sessions, codec !== undefined),
      handlers: settings.options,
      owner: this,
      subprotocol,
      codec,
      context: answer.context,
      memory: this.memory,
      declined,
      early,
    })
    this.#admission?.opened(opening, connection)
    this.connections.add(connection)
    this.#connectionSet?.add(connection)
    watched?.start(connection, early)
    connection.open(true)
  }

  connectionClosed(connection: WebSocketConnection, info: CloseInfo): void {
    this.connections.delete(connection)
    this.#admission?.release(connection)
    this.#connectionSet?.delete(connection)
    this.#draining?.connectionClosed(info)
  }

  broadcast(message: unknown, options?: BroadcastOptions<any>): BroadcastResult {
    const { codecs, extensions } = this.settings
    return broadcast(this.connections, message, codecs, this.runtime.platform, options, extensions.length > 0)
  }

  /** @throws OptionError naming the option that is wrong */
  drain(options: DrainOptions = {}): Promise<DrainResult> {
    checkDrainOptions(options)
    if (this.#closed && this.#draining === undefined) return Promise.resolve({ closed: 0, failed: 0, terminated: 0 })
    if (this.#draining !== undefined) return this.#draining.result
    const draining = (this.#draining = new Drain(this.connections, this.runtime.clock, options))
    draining.begin()
    for (const handshake of this.#pending) handshake.abort('the server is shutting down', retryAfterSeconds)
    return draining.result
  }

  /** Waits for `work`, at most as long as the grace of the drain lasts. */
  withinGrace(work: Promise<void>): Promise<void> {
    return this.#draining?.withinGrace(work) ?? work
  }

  /** Resolves when the written refusals have arrived; lingering bounds this to a second. */
  refusalsDelivered(): Promise<void> {
    if (this.ending.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#delivered = resolve
    })
  }

  /** One of `ending` has closed. */
  refusalEnded(gone: { abort(): void }): void {
    this.ending.delete(gone)
    if (this.ending.size === 0) this.#delivered?.()
  }

  /** Drops every connection at once. */
  close(): void {
    this.#closed = true
    for (const handshake of this.#pending) handshake.abort('the server is shutting down', retryAfterSeconds)
    this.#draining?.terminate()
    for (const connection of this.connections) connection.terminate()
    for (const transport of this.ending) transport.abort()
  }
}

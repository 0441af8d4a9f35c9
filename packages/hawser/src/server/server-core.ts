import { refuseForFailure } from '../core/handshake/index.ts'
import { AcceptanceWriter } from '../core/http1/acceptance.ts'
import type { ExtensionNegotiation } from '../core/handshake/index.ts'
import type { OpeningRequest } from '../core/handshake/server-handshake.ts'
import type { ConnectionOptions } from '../core/protocol/connection-options.ts'
import type { FrameRules } from '../core/protocol/frame-parser.ts'
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
import { broadcast } from './broadcast.ts'
import type { BroadcastResult } from './broadcast.ts'
import type { BroadcastOptions } from './broadcast-options.ts'
import { checkDrainOptions, Drain } from './drain.ts'
import { OpeningGate } from './opening-gate.ts'
import type { AcceptedOpening } from './opening-gate.ts'
import type { DrainOptions, DrainResult } from './options.ts'
import type { ErrorReporter } from './server-reports.ts'
import type { ServerSettings } from './settings.ts'
import type { Responder } from './responder.ts'

/** A server without a listener: it accepts or refuses opening handshakes from any transport, and has the connections. */
export class ServerCore extends OpeningGate implements ConnectionOwner {
  readonly runtime: Runtime
  readonly connections: Members<WebSocketConnection> = new Members()
  /** The view of them that the application gets, made when it first asks. */
  #connectionSet: Set<WebSocketConnection> | undefined
  /** Transports after a refusal, and HTTP/2 sessions after GOAWAY, until their last bytes have arrived. */
  readonly ending: Set<{ abort(): void }> = new Set()
  readonly acceptances: AcceptanceWriter
  /** For connections without extensions, which share one object. */
  readonly #plainCore: ConnectionOptions
  readonly #plainCodecCore: ConnectionOptions
  /** Undefined without `limits.memory`. */
  readonly memory: MemoryBudget | undefined
  #rules: FrameRules | undefined
  #codecRules: FrameRules | undefined
  #draining: Drain | undefined
  #closed = false
  #delivered: (() => void) | undefined

  /** @param fallback receives errors of the application if it has no `error` handler, or if that throws */
  constructor(settings: ServerSettings, runtime: Runtime, fallback: ErrorReporter) {
    super(settings, fallback)
    this.runtime = runtime
    this.acceptances = new AcceptanceWriter(runtime.platform)
    const { memory } = settings.admission
    if (memory !== Number.POSITIVE_INFINITY) this.memory = new MemoryBudget(memory, runtime.clock)
    this.#plainCore = coreOptions('server', settings.socket, runtime.platform, [], false)
    this.#plainCodecCore = coreOptions('server', settings.socket, runtime.platform, [], true)
  }

  protected get openCount(): number {
    return this.connections.size
  }

  protected get isMemoryExceeded(): boolean {
    return this.memory?.isExceeded === true
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
    return waiting >= connections / 10 && waiting > 0 && this.admittedCount + waiting >= connections
  }

  protected accept(
    opening: OpeningRequest,
    transport: Transport,
    responder: Responder,
    early: readonly Uint8Array[] | undefined,
    answer: AcceptedOpening,
  ): void {
    const { settings, runtime } = this
    let field: string | undefined
    let sessions: readonly ExtensionSession[] = []
    let declined: readonly DeclinedExtension[] | undefined
    if (opening.extensions.length > 0 && settings.extensions.length > 0) {
      try {
        const negotiation = this.offers.negotiate(opening.extensions)
        field = negotiation.field
        sessions = openSessions(negotiation)
        if (negotiation.declined.length > 0) declined = negotiation.declined.map(({ element, reason }) => ({ ...element, reason }))
      } catch (error) {
        this.report(error, 'upgrade')
        this.refusedAfterAdmission(opening)
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
      core: sessions.length === 0 ? plain : this.#extendedCore(sessions, codec !== undefined),
      handlers: settings.options,
      owner: this,
      subprotocol,
      codec,
      context: answer.context,
      memory: this.memory,
      declined,
      early,
    })
    this.opened(opening, connection)
    this.connections.add(connection)
    this.#connectionSet?.add(connection)
    watched?.start(connection, early)
    connection.open(true)
  }

  /** Their rules are kept, since nearly all connections with extensions have the same ones. */
  #extendedCore(sessions: readonly ExtensionSession[], hasCodec: boolean): ConnectionOptions {
    const { settings, runtime } = this
    const last = hasCodec ? this.#codecRules : this.#rules
    const rules = last !== undefined && last.rsv === rsvOf(sessions) ? last : undefined
    const core = coreOptions('server', settings.socket, runtime.platform, sessions, hasCodec, rules)
    if (hasCodec) this.#codecRules = core.frameRules
    else this.#rules = core.frameRules
    return core
  }

  connectionClosed(connection: WebSocketConnection, info: CloseInfo): void {
    this.connections.delete(connection)
    this.closed(connection)
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
    this.abortPending()
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
    this.abortPending()
    this.#draining?.terminate()
    for (const connection of this.connections) connection.terminate()
    for (const transport of this.ending) transport.abort()
  }
}

function openSessions({ agreed }: ExtensionNegotiation): readonly ExtensionSession[] {
  return agreed.length === 1 ? [agreed[0]!.open()] : agreed.map((one) => one.open())
}

function rsvOf(sessions: readonly ExtensionSession[]): number {
  let rsv = 0
  for (const session of sessions) rsv |= session.rsv
  return rsv
}

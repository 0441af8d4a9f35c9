import { asError } from '../core/errors.ts'
import { createHostPolicy, refuse, refuseForFailure } from '../core/handshake/index.ts'
import type { HostPolicy } from '../core/handshake/hosts.ts'
import type { OpeningRequest } from '../core/handshake/server-handshake.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { isUpgradeToWebSocket, readOpeningRequest } from '../core/http1/index.ts'
import type { ScheduledTask } from '../connection/clock.ts'
import { Members } from '../connection/members.ts'
import type { Runtime } from '../connection/runtime.ts'
import { TimerWheel } from '../connection/timer-wheel.ts'
import type { Transport } from '../connection/transport.ts'
import type { BroadcastResult } from '../server/broadcast.ts'
import type { BroadcastOptions } from '../server/broadcast-options.ts'
import { checkDrainOptions, Drain } from '../server/drain.ts'
import { OpeningGate } from '../server/opening-gate.ts'
import type { AcceptedOpening } from '../server/opening-gate.ts'
import type { DrainOptions, DrainResult } from '../server/options.ts'
import type { Responder } from '../server/responder.ts'
import { readServerSettings } from '../server/settings.ts'
import type { AnyServerOptions, ServerSettings } from '../server/settings.ts'
import { broadcastOver } from './broadcast.ts'
import type { FetchCapabilities } from './capabilities.ts'
import { webClock } from './clock.ts'
import { FetchConnection } from './fetch-connection.ts'
import type { FetchOwner } from './fetch-connection.ts'
import { readFetchRequest, readRemoteAddress, RequestTransport } from './opening.ts'
import type { FetchRequest, RequestFacts } from './opening.ts'
import { FetchResponder } from './responder.ts'
import type { Answer, PlatformUpgrade } from './responder.ts'
import { refusalResponse } from './response.ts'
import { refuseUnsupported } from './unsupported.ts'

/** One request, and how its platform switches protocols. */
export interface ReceivedRequest extends RequestFacts {
  readonly request: FetchRequest
  readonly hosts?: HostPolicy | undefined
  /** Becomes `incoming` of the hook's argument. */
  readonly incoming: object
  readonly signal?: AbortSignal | undefined
  /** The application's way to find the client's address; a failure refuses the request. */
  readonly remoteAddressOf?: (() => unknown) | undefined
  /** Answers an ordinary request; undefined for 426. */
  readonly ordinary?: (() => unknown) | undefined
  readonly upgrade: PlatformUpgrade
}

const anyHost = (names: ServerSettings['hosts']): HostPolicy => createHostPolicy(names, undefined)

/** Without a way to stop the peer a message that waits must not be refused as early as with one. */
const receiveBufferWithoutPause = 16_777_216

/** A server over the requests and sockets of a platform: the rules of every server, and the connections. */
export class FetchCore extends OpeningGate implements FetchOwner {
  readonly capabilities: FetchCapabilities
  readonly connections: Members<FetchConnection> = new Members()
  #connectionSet: Set<FetchConnection> | undefined
  /** Accepted, and not opened by the platform yet; each with the task that gives it up. */
  readonly #opening = new Map<FetchConnection, ScheduledTask>()
  readonly #runtime: Pick<Runtime, 'clock' | 'timers'> | undefined
  readonly #hosts: HostPolicy
  #draining: Drain | undefined
  #closed = false

  /**
   * @param more names of options that the platform's entry reads
   * @param isolates requests must not touch each other's timers
   * @throws OptionError
   */
  constructor(options: AnyServerOptions, capabilities: FetchCapabilities, more: readonly string[], isolates: boolean = false) {
    if (typeof options === 'object' && options !== null) refuseUnsupported(options, capabilities)
    super(withReceiveBuffer(readServerSettings(options, more), capabilities), reportToConsole)
    this.capabilities = capabilities
    this.#runtime = isolates ? undefined : createTimers()
    this.#hosts = anyHost(this.settings.hosts)
  }

  get runtime(): Pick<Runtime, 'clock' | 'timers'> {
    return this.#runtime ?? createTimers()
  }

  get isAccepting(): boolean {
    return this.#draining === undefined && !this.#closed
  }

  protected get openCount(): number {
    return this.connections.size + this.#opening.size
  }

  protected get isMemoryExceeded(): boolean {
    return false
  }

  /** A live view of the open connections. */
  get connectionSet(): ReadonlySet<FetchConnection> {
    return (this.#connectionSet ??= new Set(this.connections))
  }

  /** Answers one request. The promise never rejects, unless the application's own `request` does. */
  handleRequest(received: ReceivedRequest): Answer | Promise<Answer> {
    const { request, ordinary } = received
    const head = readFetchRequest(request)
    if (head === undefined) return refusalResponse(refuse(400, 'RS2.target', `the URL of the request is not absolute`))
    if (ordinary !== undefined && !isUpgradeToWebSocket(head)) return ordinary() as Answer
    const facts = this.#readFacts(received)
    const transport = new RequestTransport(facts ?? {}, head.secure, received.signal)
    const responder = new FetchResponder(this, head, transport, received.upgrade)
    if (facts === undefined) {
      responder.refuse(refuseForFailure())
      return responder.answer
    }
    const outcome = readOpeningRequest(head, this.handshakePolicy(transport, head.secure, received.hosts ?? this.#hosts))
    if (outcome.ok) this.handle(outcome.value, transport, responder, undefined, this.settings.paths, { incoming: received.incoming })
    else responder.refuse(outcome.refusal)
    return responder.answer
  }

  /** @returns undefined where the application could not tell the address, which was reported: limits for each address would not apply */
  #readFacts(received: ReceivedRequest): RequestFacts | undefined {
    if (received.remoteAddressOf === undefined) return received
    try {
      return { remoteAddress: readRemoteAddress(received.remoteAddressOf) }
    } catch (error) {
      this.report(error, 'upgrade')
      return undefined
    }
  }

  protected accept(
    opening: OpeningRequest,
    transport: Transport,
    responder: Responder,
    _early: readonly Uint8Array[] | undefined,
    { context, subprotocol, fields }: AcceptedOpening,
  ): void {
    const { settings, capabilities } = this
    const connection = new FetchConnection({
      capabilities,
      clock: webClock,
      settings: settings.socket,
      handlers: settings.options,
      owner: this,
      subprotocol: subprotocol ?? '',
      codec: subprotocol === undefined ? undefined : settings.codecs.get(subprotocol),
      context,
      transport: transport.info,
    })
    this.opened(opening, connection)
    this.#opening.set(
      connection,
      webClock.schedule(() => this.#giveUp(connection), settings.handshake.handshakeMs),
    )
    try {
      // The platform writes the 101, and may open the connection within the call.
      if ((responder as FetchResponder).connect({ subprotocol, extensions: undefined, fields }, connection)) return
    } catch (error) {
      this.report(error, 'upgrade')
      responder.refuse(refuseForFailure(), false)
    }
    this.#giveUp(connection)
  }

  /** The platform has not opened the socket: the client went away before it got the 101. */
  #giveUp(connection: FetchConnection): void {
    if (!this.#opening.has(connection)) return
    this.#forget(connection)
    connection.abandon()
  }

  #forget(connection: FetchConnection): void {
    this.#opening.get(connection)?.cancel()
    this.#opening.delete(connection)
    if (!this.connections.has(connection)) this.closed(connection)
  }

  connectionOpened(connection: FetchConnection): boolean {
    if (this.isAccepting) {
      this.connections.add(connection)
      this.#connectionSet?.add(connection)
    }
    this.#forget(connection)
    return this.isAccepting
  }

  connectionAbandoned(connection: FetchConnection): void {
    this.#forget(connection)
  }

  connectionClosed(connection: FetchConnection, info: CloseInfo): void {
    this.connections.delete(connection)
    this.#connectionSet?.delete(connection)
    this.#forget(connection)
    this.#draining?.connectionClosed(info)
  }

  broadcast(message: unknown, options?: BroadcastOptions<any>): BroadcastResult {
    return broadcastOver(this.connections, message, this.settings.codecs, options)
  }

  /** @throws OptionError */
  drain(options: DrainOptions = {}): Promise<DrainResult> {
    checkDrainOptions(options)
    if (this.#closed && this.#draining === undefined) return Promise.resolve({ closed: 0, failed: 0, terminated: 0 })
    if (this.#draining !== undefined) return this.#draining.result
    const draining = (this.#draining = new Drain(this.connections, webClock, options))
    draining.begin()
    this.abortPending()
    return draining.result
  }

  /** Drops every connection at once. */
  close(): void {
    this.#closed = true
    this.abortPending()
    this.#draining?.terminate()
    for (const connection of this.connections) connection.terminate()
  }
}

function createTimers(): Pick<Runtime, 'clock' | 'timers'> {
  return { clock: webClock, timers: new TimerWheel(webClock) }
}

function withReceiveBuffer(settings: ServerSettings, { pause }: FetchCapabilities): ServerSettings {
  if (pause || settings.options.limits?.receiveBuffer !== undefined) return settings
  const { socket } = settings
  return { ...settings, socket: { ...socket, limits: { ...socket.limits, receiveBuffer: receiveBufferWithoutPause } } }
}

/** Errors of the application without an `error` handler. */
function reportToConsole(error: unknown, where: string): void {
  console.error(`hawser server: ${where}:`, asError(error))
}

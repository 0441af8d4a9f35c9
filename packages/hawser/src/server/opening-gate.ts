import { agreeOnSubprotocol, OfferCache, refuseForNow, refusePath } from '../core/handshake/index.ts'
import type { FieldLine } from '../core/handshake/fields.ts'
import type { HostPolicy } from '../core/handshake/hosts.ts'
import type { OriginPolicy } from '../core/handshake/origin.ts'
import type { OpeningRequest, ServerHandshakePolicy } from '../core/handshake/server-handshake.ts'
import type { Observer } from '../connection/observer.ts'
import { Members } from '../connection/members.ts'
import type { Runtime } from '../connection/runtime.ts'
import type { Transport } from '../connection/transport.ts'
import { Admission, retryAfterSeconds } from './admission.ts'
import type { PathPatterns } from './path-patterns.ts'
import { PendingHandshake } from './pending-handshake.ts'
import type { HandshakeEnd } from './pending-handshake.ts'
import type { HandshakeDetails, Responder } from './responder.ts'
import { noFields } from './upgrade-answer.ts'
import { ServerReports } from './server-reports.ts'
import type { ErrorReporter } from './server-reports.ts'
import type { ServerSettings } from './settings.ts'

/** The decision about an opening handshake that is accepted. */
export interface AcceptedOpening {
  readonly context: unknown
  readonly subprotocol: string | undefined
  /** The application's own fields of the 101, checked. */
  readonly fields: readonly FieldLine[]
}

const noParameters: Readonly<Record<string, string>> = Object.freeze({})

/**
 * Decides about valid opening handshakes: shutdown, limits, path, subprotocol, admission and the `upgrade` hook, in this order. The base class of every
 * server, so that the rules are the same over the library's own transports and over the sockets of a platform.
 */
export abstract class OpeningGate extends ServerReports {
  /** The clock and the timers of handshakes in the hook. */
  abstract readonly runtime: Pick<Runtime, 'clock' | 'timers'>
  protected readonly offers: OfferCache
  readonly #origins: OriginPolicy
  /** Handshakes in the `upgrade` hook. */
  readonly #pending = new Members<PendingHandshake>()
  /** The latest, which the next opening handshake needs as well. */
  #policy: ServerHandshakePolicy | undefined
  /** Undefined without limits for each address and each second. */
  readonly #admission: Admission | undefined

  /** @param fallback receives errors of the application if it has no `error` handler, or if that throws */
  constructor(settings: ServerSettings, fallback: ErrorReporter) {
    super(settings, fallback)
    if (Admission.isLimited(settings.admission)) this.#admission = new Admission(settings.admission, settings.trusts)
    const { decide } = settings.origins
    this.#origins =
      decide === undefined ? settings.origins : { ...settings.origins, decide: (origin, request) => this.decideOrigin(decide, origin, request) }
    this.offers = new OfferCache(settings.extensions, settings.subprotocols)
  }

  abstract get isAccepting(): boolean

  /** Open connections. */
  protected abstract get openCount(): number

  /** Whether `limits.memory` is exceeded. */
  protected abstract get isMemoryExceeded(): boolean

  /** Open connections and handshakes in the hook. */
  protected get admittedCount(): number {
    return this.openCount + this.#pending.size
  }

  /** The policy for opening handshakes over this transport. */
  handshakePolicy(transport: Transport, secure: boolean, hosts: HostPolicy): ServerHandshakePolicy {
    const { trusts } = this.settings
    // Reading the address of a socket is a system call, so it is read only when needed.
    if (trusts !== undefined) return { origins: this.#origins, secure, hosts, offers: this.offers, peer: transport.info.remoteAddress, trusts }
    const last = this.#policy
    if (last?.secure === secure && last.hosts === hosts) return last
    return (this.#policy = { origins: this.#origins, secure, hosts, offers: this.offers })
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
    details?: HandshakeDetails,
  ): void {
    const hasEarlyData = early !== undefined && early.byteLength > 0
    const observers = this.observers.active(true)
    if (observers !== undefined) this.#observeBegin(opening, transport, observers)
    if (!this.isAccepting) {
      responder.refuse(refuseForNow('the server is shutting down', retryAfterSeconds, 'server-draining'), hasEarlyData)
      return
    }
    if (this.admittedCount >= this.settings.admission.connections) {
      responder.refuse(refuseForNow('connection limit reached', retryAfterSeconds, 'server-connections'), hasEarlyData)
      return
    }
    if (this.isMemoryExceeded) {
      responder.refuse(refuseForNow('memory limit reached', retryAfterSeconds, 'server-memory'), hasEarlyData)
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
    const { runtime } = this
    const tooMany = this.#admission?.admit(opening, transport, runtime.clock.now())
    if (tooMany !== undefined) {
      responder.refuse(tooMany, hasEarlyData)
      return
    }
    const { options } = this.settings
    if (options.upgrade === undefined && details?.acceptance === undefined) {
      this.accept(opening, transport, responder, hasEarlyData ? [early] : undefined, {
        context: undefined,
        subprotocol: agreed.value,
        fields: noFields,
      })
      return
    }
    const handshake = new PendingHandshake(this.settings, runtime, this.report, this.#decided, opening, transport, responder, early)
    this.#pending.add(handshake)
    handshake.run(options, agreed.value, parameters, details?.acceptance, details?.incoming)
  }

  /** A function of its own: a closure inside `handle` would cost each handshake a context. */
  #observeBegin(opening: OpeningRequest, transport: Transport, observers: readonly Observer[]): void {
    this.observers.begin(
      () => ({
        role: 'server',
        url: undefined,
        target: opening.target.raw,
        time: this.runtime.clock.now(),
        transport: transport.info,
      }),
      observers,
    )
  }

  readonly #decided: HandshakeEnd = (handshake, accepted) => {
    this.#pending.delete(handshake)
    if (accepted !== undefined) this.accept(handshake.opening, handshake.transport, handshake.responder, handshake.early, accepted)
    else this.refusedAfterAdmission(handshake.opening)
  }

  /** Answers through the responder, and makes the connection; it has to call `opened` or `refusedAfterAdmission`. */
  protected abstract accept(
    opening: OpeningRequest,
    transport: Transport,
    responder: Responder,
    early: readonly Uint8Array[] | undefined,
    answer: AcceptedOpening,
  ): void

  /** A connection takes the place of its opening handshake. */
  protected opened(opening: OpeningRequest, connection: object): void {
    this.#admission?.opened(opening, connection)
  }

  /** An admitted handshake ends without a connection. */
  protected refusedAfterAdmission(opening: OpeningRequest): void {
    this.#admission?.release(opening)
  }

  /** A connection is CLOSED. */
  protected closed(connection: object): void {
    this.#admission?.release(connection)
  }

  /** The server ends: handshakes in the hook get 503. */
  protected abortPending(): void {
    for (const handshake of this.#pending) handshake.abort('the server is shutting down', retryAfterSeconds, 'server-draining')
  }
}

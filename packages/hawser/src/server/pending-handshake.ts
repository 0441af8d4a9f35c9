import { refuse, refuseForFailure, refuseForNow } from '../core/handshake/index.ts'
import type { RefusalCondition } from '../core/conditions.ts'
import type { OpeningRequest } from '../core/handshake/server-handshake.ts'
import { guardListeners } from '../connection/application-code.ts'
import type { Runtime } from '../connection/runtime.ts'
import { isThenable } from '../core/thenable.ts'
import type { Member } from '../connection/members.ts'
import { TimedEntry } from '../connection/timer-wheel.ts'
import type { Transport, TransportHandler } from '../connection/transport.ts'
import { EarlyData } from './early-data.ts'
import type { UpgradeHook } from './options.ts'
import type { ServerSettings } from './settings.ts'
import type { Responder } from './responder.ts'
import { readUpgradeAnswer } from './upgrade-answer.ts'
import type { ResponseReader, UpgradeAnswer } from './upgrade-answer.ts'
import { createUpgradeRequest } from './upgrade-request.ts'

type Accepted = Extract<UpgradeAnswer, { kind: 'accept' }>

/** Called once, when it has ended: with the answer where it accepts, and otherwise before the refusal is written. */
export type HandshakeEnd = (handshake: PendingHandshake, accepted: Accepted | undefined) => void

/**
 * One opening handshake while the application's `upgrade` hook decides. It keeps, within a limit, the bytes that the client sends
 * meanwhile and never parses them (RFC 9931). It aborts the hook's signal when the client disconnects.
 */
export class PendingHandshake extends TimedEntry implements TransportHandler, Member, ResponseReader {
  memberIndex: number = -1
  readonly opening: OpeningRequest
  readonly transport: Transport
  readonly responder: Responder
  readonly #settings: ServerSettings
  readonly #runtime: Pick<Runtime, 'clock' | 'timers'>
  readonly #report: (error: unknown, where: 'upgrade') => void
  readonly #ended: HandshakeEnd
  #agreed: string | undefined
  /** Undefined while the client has sent nothing behind its request. */
  #early: EarlyData | undefined
  #settled = false
  #controller: AbortController | undefined
  #cancelBody: (() => void) | undefined
  #abortReason: Error | undefined

  /**
   * @param report takes errors of the hook; never throws
   * @param early the bytes after the request
   */
  constructor(
    settings: ServerSettings,
    runtime: Pick<Runtime, 'clock' | 'timers'>,
    report: (error: unknown, where: 'upgrade') => void,
    ended: HandshakeEnd,
    opening: OpeningRequest,
    transport: Transport,
    responder: Responder,
    early: Uint8Array | undefined,
  ) {
    super()
    this.#settings = settings
    this.#runtime = runtime
    this.#report = report
    this.#ended = ended
    this.opening = opening
    this.transport = transport
    this.responder = responder
    if (early !== undefined) this.#early = new EarlyData(settings.handshake.earlyData, early)
  }

  get hasEarlyData(): boolean {
    return this.#early?.isEmpty === false
  }

  get early(): readonly Uint8Array[] | undefined {
    return this.#early?.chunks
  }

  get #earlyData(): EarlyData {
    return (this.#early ??= new EarlyData(this.#settings.handshake.earlyData, undefined))
  }

  /** Created when the hook first reads it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      guardListeners(this.#controller.signal, (error) => this.#report(error, 'upgrade'))
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason)
    }
    return this.#controller.signal
  }

  /**
   * @param hooks the object that `upgrade` is called on
   * @param agreed the subprotocol that is selected unless the hook names one
   * @param parameters the values of the names in the pattern of its path
   * @param acceptance the decision of the application; if given, the hook is not called
   */
  run(
    hooks: { upgrade?: UpgradeHook<any> | undefined },
    agreed: string | undefined,
    parameters: Readonly<Record<string, string>>,
    acceptance: object | undefined,
    incoming: object | undefined,
  ): void {
    this.#agreed = agreed
    const request = createUpgradeRequest(this.opening, parameters, this.transport.info, incoming)
    if (request === undefined) {
      this.#settled = true
      this.#ended(this, undefined)
      this.responder.refuse(
        refuse(400, 'RS2.host', `no URL has the authority ${JSON.stringify(this.opening.authority)}`, { close: true }),
        this.hasEarlyData,
      )
      return
    }
    let answer: UpgradeAnswer | Promise<UpgradeAnswer>
    try {
      const given: unknown = acceptance ?? hooks.upgrade?.(request, new UpgradeControl(this))
      answer = isThenable(given) ? this.#readLater(given) : this.#read(given)
    } catch (error) {
      this.#fail(error)
      return
    }
    if (answer instanceof Promise) this.#wait(answer)
    else this.#conclude(answer)
  }

  /** A function of its own: closures in `run` would cost a hook that answers at once their context. */
  #readLater(given: PromiseLike<unknown>): Promise<UpgradeAnswer> {
    return new Promise((resolve) => resolve(given)).then((settled) => this.#read(settled))
  }

  #read(given: unknown): UpgradeAnswer | Promise<UpgradeAnswer> {
    const { subprotocols, noSubprotocol } = this.#settings
    return readUpgradeAnswer(given, this.opening.subprotocols, subprotocols, this.#agreed, noSubprotocol, this)
  }

  reading(cancel: () => void): void {
    if (this.#settled) cancel()
    else this.#cancelBody = cancel
  }

  #wait(answer: Promise<UpgradeAnswer>): void {
    this.transport.attach(this)
    if (this.#earlyData.mayRead) this.transport.resume()
    const { timers, clock } = this.#runtime
    timers.schedule(this, clock.now() + this.#settings.handshake.handshakeMs)
    answer.then(
      (read) => this.#conclude(read),
      (error: unknown) => this.#fail(error),
    )
  }

  /** @returns false when the handshake has ended already, because the client went away or the time was up */
  #settle(accepted?: Accepted): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.#runtime.timers.cancel(this)
    this.transport.pause()
    this.#ended(this, accepted)
    return true
  }

  #conclude(answer: UpgradeAnswer): void {
    if (answer.kind === 'accept') this.#settle(answer)
    else if (this.#settle()) this.responder.respond(answer.response, this.hasEarlyData)
  }

  #fail(error: unknown): void {
    // A hook may reject because its signal was aborted; that is not an error.
    if (!this.#settle()) return
    this.#report(error, 'upgrade')
    this.responder.refuse(refuseForFailure(), this.hasEarlyData)
  }

  /** Ends the handshake for the server: it drains, or the time is up. */
  abort(message: string, retryAfter: number, condition: RefusalCondition): void {
    if (!this.#settle()) return
    this.responder.refuse(refuseForNow(message, retryAfter, condition), this.hasEarlyData)
    this.#signalAbort(message)
  }

  #abandon(message: string): void {
    if (!this.#settle()) return
    this.responder.abandon()
    this.#signalAbort(message)
  }

  #signalAbort(message: string): void {
    this.#abortReason = new Error(message)
    this.#controller?.abort(this.#abortReason)
    this.#cancelBody?.()
  }

  data(chunk: Uint8Array): void {
    const early = this.#earlyData
    early.keep(chunk)
    if (!early.mayRead) this.transport.pause()
  }

  /** A client that has ended its writing side can send no frame, not even a Close frame. */
  end(): void {
    this.#abandon('the client ended the connection before the upgrade hook answered')
  }

  drained(): void {}

  /** The transport has closed, so the responder has nothing to end. */
  closed(): void {
    if (this.#settle()) this.#signalAbort('the client went away before the upgrade hook answered')
  }

  override timeout(): number {
    this.abort('the upgrade hook did not answer in time', 1, 'server-hook-timeout')
    return Number.POSITIVE_INFINITY
  }
}

/** The handshake as the hook sees it. */
class UpgradeControl {
  readonly #handshake: PendingHandshake

  constructor(handshake: PendingHandshake) {
    this.#handshake = handshake
  }

  get signal(): AbortSignal {
    return this.#handshake.signal
  }
}

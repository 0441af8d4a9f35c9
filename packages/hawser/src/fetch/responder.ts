import type { UpgradeCandidate } from '../core/http1/index.ts'
import { parseRequestTarget } from '../core/handshake/index.ts'
import type { Refusal } from '../core/handshake/index.ts'
import type { AgreedOpening, ApplicationResponse, Responder } from '../server/responder.ts'
import { hookRefused } from '../server/server-reports.ts'
import type { ServerReports } from '../server/server-reports.ts'
import type { Transport } from '../connection/transport.ts'
import type { PlatformEvents } from './platform-socket.ts'
import { applicationResponse, refusalResponse } from './response.ts'

/** The answer to a request; undefined where the platform has answered it. */
export type Answer = Response | undefined

/**
 * Switches protocols on one request.
 * @returns the Response to give to the platform, undefined where it has written the 101 itself, false where the client is gone
 */
export type PlatformUpgrade = (agreed: AgreedOpening, events: PlatformEvents) => Answer | false

/** Answers one request of a platform. The answer is there at once unless the `upgrade` hook is asynchronous. */
export class FetchResponder implements Responder {
  readonly #reports: ServerReports
  readonly #head: UpgradeCandidate
  readonly #transport: Transport
  readonly #upgrade: PlatformUpgrade
  #answered: { readonly answer: Answer } | undefined
  #resolve: ((answer: Answer) => void) | undefined

  constructor(reports: ServerReports, head: UpgradeCandidate, transport: Transport, upgrade: PlatformUpgrade) {
    this.#reports = reports
    this.#head = head
    this.#transport = transport
    this.#upgrade = upgrade
  }

  /** Read once, after the handshake was handled. */
  get answer(): Answer | Promise<Answer> {
    if (this.#answered !== undefined) return this.#answered.answer
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** The answer is given by `connect`; nobody can observe it. */
  accept(): undefined {}

  /** @returns false where the client is gone; throws what the platform throws, and then nothing is answered */
  connect(agreed: AgreedOpening, events: PlatformEvents): boolean {
    const answer = this.#upgrade(agreed, events)
    if (answer === false) this.abandon()
    else this.#settle(answer)
    return answer !== false
  }

  refuse(refusal: Refusal): void {
    this.#settle(refusalResponse(refusal))
    this.#report(refusal)
  }

  respond(response: ApplicationResponse): void {
    this.#settle(applicationResponse(response))
    this.#report({ status: response.status, message: hookRefused, rule: undefined, condition: 'server-hook-refused' })
  }

  /** A platform wants a Response even where nobody is left to read it. */
  abandon(): void {
    this.#settle(new Response(null, { status: 400 }))
  }

  #settle(answer: Answer): void {
    this.#answered ??= { answer }
    this.#resolve?.(this.#answered.answer)
  }

  #report(refusal: Pick<Refusal, 'status' | 'message' | 'rule' | 'condition'>): void {
    const { fields, target } = this.#head
    const parsed = parseRequestTarget(target)
    const isHandshake = fields.has('upgrade') || fields.has('sec-websocket-key')
    this.#reports.refused({ isHandshake, path: parsed.ok ? parsed.value.path : undefined, fields }, this.#transport.info, refusal)
  }
}

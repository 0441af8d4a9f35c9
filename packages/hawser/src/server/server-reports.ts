import { readForwarded } from '../core/handshake/index.ts'
import type { Fields } from '../core/handshake/fields.ts'
import type { OriginPolicy, OriginRequest } from '../core/handshake/origin.ts'
import type { Refusal } from '../core/handshake/server-handshake.ts'
import { withoutPromise } from '../core/thenable.ts'
import { createReporter, notify } from '../connection/application-code.ts'
import type { ObservedHandshake, Observer } from '../connection/observer.ts'
import { Observers } from '../connection/observers.ts'
import type { TransportInfo } from '../connection/transport.ts'
import type { RefusedHandshake, ServerHandlerName } from './options.ts'
import type { ServerSettings } from './settings.ts'

/** The reason of a refusal that the application wrote itself. */
export const hookRefused = 'the upgrade hook answered with a Response'

/** The part of a refused request that the `refused` handler gets. */
export interface RefusedRequest {
  /** False for an ordinary request. */
  readonly isHandshake: boolean
  readonly path: string | undefined
  readonly fields: Fields
}

/** Takes an error of the application's own code, and the handler that it comes from. */
export type ErrorReporter = (error: unknown, where: ServerHandlerName | 'error') => void

/**
 * Tells the application about refused and answered handshakes and about errors of its own code, and asks its function in `origins`. No method throws:
 * an error of the application is reported. The base class of `ServerCore`, which accepts and keeps connections.
 */
export class ServerReports {
  readonly settings: ServerSettings
  /** Takes errors of the application's own code. Never throws. */
  readonly report: (error: unknown, where: ServerHandlerName) => void
  readonly observers: Observers

  /** @param fallback receives errors of the application if it has no `error` handler, or if that throws */
  constructor(settings: ServerSettings, fallback: ErrorReporter) {
    this.settings = settings
    this.report = createReporter(settings.options.error?.bind(settings.options), fallback)
    this.observers = new Observers((error) => this.report(error, 'observe'))
    if (settings.options.observe !== undefined) this.observers.add(settings.options.observe)
  }

  /** Calls the function in `origins`; undefined if it failed, which is reported. */
  protected decideOrigin(decide: NonNullable<OriginPolicy['decide']>, origin: string, request: OriginRequest): boolean | undefined {
    try {
      return withoutPromise('origins', decide(origin, request)) === true
    } catch (error) {
      this.report(error, 'origins')
      return undefined
    }
  }

  /** Calls the `refused` handler for a request that asked for a WebSocket, or could not be parsed, and was not accepted. */
  refused(
    request: RefusedRequest,
    transport: TransportInfo,
    refusal: Pick<Refusal, 'status' | 'rule'> & Partial<Pick<Refusal, 'message' | 'condition'>>,
  ): void {
    const { options, trusts } = this.settings
    if (options.refused === undefined || !request.isHandshake) return
    const { fields } = request
    const forwarded = trusts === undefined ? undefined : readForwarded(fields, transport.remoteAddress, trusts)
    const address = forwarded === 'conflict' ? undefined : forwarded?.address
    const refused: RefusedHandshake = {
      status: refusal.status,
      reason: refusal.message ?? '',
      condition: refusal.condition ?? 'server-hook-refused',
      rule: refusal.rule,
      path: request.path,
      origin: fields.get('origin'),
      remoteAddress: address ?? transport.remoteAddress,
      transport,
    }
    notify(
      () => options.refused?.(refused),
      (error) => this.report(error, 'refused'),
    )
  }

  reportUpgrade(error: unknown): void {
    this.report(error, 'upgrade')
  }

  /** Passes one answered opening handshake to the observers. @param describe not called without an observer @returns undefined without one */
  observe(describe: () => Omit<ObservedHandshake, 'role' | 'url' | 'error'>, active?: readonly Observer[]): ObservedHandshake | undefined {
    return this.observers.handshake(() => ({ role: 'server', url: undefined, error: undefined, ...describe() }), active)
  }
}

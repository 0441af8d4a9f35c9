import { HandshakeError } from '../../core/errors.ts'
import { isThenable } from '../../core/thenable.ts'
import { guardListeners, whenSettled } from '../../connection/application-code.ts'
import { attemptOptions } from './attempt-options.ts'
import { Connected } from './connected.ts'
import type { AttemptOwner, AttemptResult, ConnectedSettings } from './connected.ts'
import type { ReconnectAttempt } from './options.ts'
import type { ReconnectingRuntime } from './runtime.ts'

/** A URL, or a function that gives one for each attempt. */
export type UrlSource = string | URL | ((attempt: ReconnectAttempt) => string | URL | PromiseLike<string | URL>)

/** What attempts are made with. */
export interface AttemptSettings extends ConnectedSettings {
  readonly url: UrlSource
  readonly prepareMs: number
}

/** One attempt at a time: asks for the URL and for fresh options, connects, and waits for the end of the connection. */
export class Attempts {
  readonly #runtime: ReconnectingRuntime
  readonly #settings: AttemptSettings
  readonly #owner: AttemptOwner
  readonly #connectedOwner: AttemptOwner
  #controller: AbortController | undefined
  /** The latest connection whose handlers outlasted it. */
  #previous: Connected | undefined

  constructor(runtime: ReconnectingRuntime, settings: AttemptSettings, owner: AttemptOwner) {
    this.#runtime = runtime
    this.#settings = settings
    this.#owner = owner
    this.#connectedOwner = {
      ...owner,
      connected: (socket) => {
        // OPEN before `connect` resolves: what closes the connection from here on is its closing handshake.
        this.#controller = undefined
        owner.connected(socket)
      },
    }
  }

  /** Gives up the attempt that runs; a connection that is OPEN stays. */
  cancel(): void {
    this.#controller?.abort(new HandshakeError('the attempt was given up', { stage: 'aborted', fault: 'application' }))
  }

  /** Never rejects. */
  async run(about: Omit<ReconnectAttempt, 'signal'>): Promise<AttemptResult> {
    const controller = (this.#controller = new AbortController())
    const { signal } = controller
    guardListeners(signal, (error) => this.#owner.report(error, 'connect'))
    const { url, options } = this.#settings
    const attempt: ReconnectAttempt = { ...about, signal }
    const connection = new Connected(this.#runtime, this.#settings, this.#connectedOwner, this.#previous?.handled)
    try {
      const target = typeof url === 'function' ? await this.#ask('url', () => url(attempt), controller) : url
      const { prepare } = options
      const prepared = prepare === undefined ? undefined : await this.#ask('prepare', () => prepare.call(options, attempt), controller)
      if (signal.aborted) throw signal.reason
      const given = attemptOptions(options, prepared, { ...connection.handlers, signal }, this.#runtime)
      const socket = await this.#runtime.connect(target, given)
      return await connection.end(socket)
    } catch (error) {
      return { error, close: undefined, openMs: 0 }
    } finally {
      this.#controller = undefined
      connection.stop()
      if (connection.handled !== undefined) this.#previous = connection
    }
  }

  /** Awaits the application, but no longer than the attempt lasts. */
  #ask<T>(name: string, call: () => T | PromiseLike<T>, controller: AbortController): Promise<T> {
    const { prepareMs } = this.#settings
    return new Promise<T>((resolve, reject) => {
      const task = this.#runtime.schedule(() => {
        const message = `the option ${name} took longer than reconnect.prepareMs, ${prepareMs} ms`
        controller.abort(new HandshakeError(message, { stage: 'timeout', fault: 'timeout' }))
      }, prepareMs)
      const settle = (then: () => void): void => {
        task.cancel()
        controller.signal.removeEventListener('abort', onAbort)
        then()
      }
      const onAbort = (): void => settle(() => reject(controller.signal.reason as Error))
      controller.signal.addEventListener('abort', onAbort)
      const failed = (error: unknown): void => settle(() => reject(error as Error))
      try {
        const answer = call()
        if (isThenable(answer)) whenSettled(answer, (value) => settle(() => resolve(value as T)), failed)
        else settle(() => resolve(answer as T))
      } catch (error) {
        failed(error)
      }
    })
  }
}

import { HandshakeError } from '../core/errors.ts'
import type { HandshakeStage } from '../core/errors.ts'
import { Cancellation } from './cancellation.ts'
import type { CancelSignal } from './cancellation.ts'
import { guardListeners } from '../connection/application-code.ts'
import type { Clock, ScheduledTask } from '../connection/clock.ts'

/** Ends an attempt from outside: at its time limit, or when the caller's signal is aborted. */
export class Deadline {
  readonly #cancellation: Cancellation = new Cancellation()
  readonly #report: (error: unknown) => void
  #controller: AbortController | undefined
  readonly #timer: ScheduledTask
  readonly #caller: AbortSignal | undefined
  /** The stage in progress, for the message of a timeout. */
  stage: HandshakeStage = 'dns'
  /** The attempt waits for other connections to the same place (RFC 6455 section 4.1, step 2). */
  queued = false

  /**
   * @param report gets the errors that the application's listeners on `abortSignal` throw
   * @throws HandshakeError at stage `aborted` when the caller's signal is aborted already
   */
  constructor(clock: Clock, limitMs: number, caller: AbortSignal | undefined, report: (error: unknown) => void) {
    if (caller?.aborted === true) throw aborted(caller.reason)
    this.#report = report
    this.#caller = caller
    this.#timer = clock.schedule(() => this.#cancellation.abort(this.#timedOut(limitMs)), limitMs)
    caller?.addEventListener('abort', this.#aborted)
  }

  get signal(): CancelSignal {
    return this.#cancellation
  }

  /** The same for the application. */
  get abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController()
      const cancellation = this.#cancellation
      guardListeners(controller.signal, this.#report)
      if (cancellation.aborted) controller.abort(cancellation.reason)
      else cancellation.addEventListener('abort', () => controller.abort(cancellation.reason))
      this.#controller = controller
    }
    return this.#controller.signal
  }

  readonly #aborted = (): void => this.#cancellation.abort(aborted(this.#caller?.reason))

  #timedOut(limitMs: number): HandshakeError {
    const where = this.queued ? 'waiting for another connection to the same address to open' : `at stage ${this.stage}`
    const hint = this.queued
      ? 'connections to one address open one after another (RFC 6455 section 4.1); set parallel to true to open them at once'
      : hints[this.stage]
    return new HandshakeError(`the opening handshake took longer than limits.handshakeMs, ${limitMs} ms; it was ${where}`, {
      stage: 'timeout',
      fault: 'timeout',
      ...(hint === undefined ? {} : { hint }),
    })
  }

  /** Waits for a promise that cannot be cancelled. Once the time is up, its outcome is ignored, even a rejection. */
  race<T>(promise: PromiseLike<T>): Promise<T> {
    const { signal } = this
    return new Promise((resolve, reject) => {
      const over = (): void => reject(signal.reason as Error)
      signal.addEventListener('abort', over)
      if (signal.aborted) over()
      void Promise.resolve(promise)
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', over))
    })
  }

  end(): void {
    this.#timer.cancel()
    this.#caller?.removeEventListener('abort', this.#aborted)
  }
}

const hints: { readonly [Stage in HandshakeStage]?: string } = {
  dns: 'the name server did not answer',
  tcp: 'the address did not answer: a firewall may drop the packets',
  tls: 'the port accepts connections but does not speak TLS: is it ws rather than wss?',
  settings: 'the server agreed to HTTP/2 but sent no SETTINGS',
  proxy: 'the proxy accepts connections but did not answer: is it the kind of proxy that its URL names, and can it reach the server?',
  response: 'the port accepts connections but does not answer: is it wss rather than ws, or is the server overloaded?',
}

function aborted(reason: unknown): HandshakeError {
  return new HandshakeError('the attempt was aborted by its signal', { stage: 'aborted', fault: 'application', cause: reason })
}

import { ConnectionError, HandshakeError } from '../../core/errors.ts'
import type { CloseInfo } from '../../core/protocol/events.ts'
import { isThenable } from '../../core/thenable.ts'
import { guardListeners, whenSettled } from '../../connection/application-code.ts'
import type { AnySocket as Socket } from '../../connection/socket.ts'
import { attemptOptions } from './attempt-options.ts'
import type { AnyReconnectingOptions } from './attempt-options.ts'
import type { ReconnectAttempt, ReconnectingCallback } from './options.ts'
import type { ReconnectingRuntime } from './runtime.ts'
import { SilenceWatch } from './silence.ts'
import type { ProbeSettings } from './silence.ts'

/** A URL, or a function that gives one for each attempt. */
export type UrlSource = string | URL | ((attempt: ReconnectAttempt) => string | URL | PromiseLike<string | URL>)

/** How an attempt, with the connection that it led to, ended. */
export interface AttemptResult {
  readonly error: unknown
  /** Undefined where there was no connection. */
  readonly close: CloseInfo | undefined
  /** Milliseconds for which the connection was open. */
  readonly openMs: number
}

export interface AttemptOwner {
  /** OPEN, before the `open` handler. */
  connected(socket: Socket): void
  /** The `open` handler is done. */
  restored(socket: Socket): void
  report(error: unknown, where: ReconnectingCallback): void
}

/** What attempts are made with. */
export interface AttemptSettings {
  readonly url: UrlSource
  readonly options: AnyReconnectingOptions
  readonly prepareMs: number
  readonly probe: ProbeSettings | undefined
}

/** One attempt at a time: asks for the URL and for fresh options, connects, and waits for the end of the connection. */
export class Attempts {
  readonly #runtime: ReconnectingRuntime
  readonly #settings: AttemptSettings
  readonly #owner: AttemptOwner
  #controller: AbortController | undefined

  constructor(runtime: ReconnectingRuntime, settings: AttemptSettings, owner: AttemptOwner) {
    this.#runtime = runtime
    this.#settings = settings
    this.#owner = owner
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
    const connection = new Connected(this.#runtime, this.#settings, this.#owner)
    try {
      const target = typeof url === 'function' ? await this.#ask('url', () => url(attempt), controller) : url
      const { prepare } = options
      const prepared = prepare === undefined ? undefined : await this.#ask('prepare', () => prepare.call(options, attempt), controller)
      if (signal.aborted) throw signal.reason
      const given = attemptOptions(options, prepared, { ...connection.handlers, signal }, this.#runtime)
      const socket = await this.#runtime.connect(target, given)
      this.#controller = undefined
      return await connection.end(socket)
    } catch (error) {
      return { error, close: undefined, openMs: 0 }
    } finally {
      this.#controller = undefined
      connection.stop()
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

/** One connection, from its `open` handler to its end. */
class Connected {
  readonly #runtime: ReconnectingRuntime
  readonly #settings: AttemptSettings
  readonly #owner: AttemptOwner
  readonly handlers: Readonly<Record<string, unknown>>
  #openedAt: number | undefined
  #silence: SilenceWatch | undefined
  #silent: ConnectionError | undefined

  constructor(runtime: ReconnectingRuntime, settings: AttemptSettings, owner: AttemptOwner) {
    this.#runtime = runtime
    this.#settings = settings
    this.#owner = owner
    const { open, message, stream, close } = settings.options
    // A handler lets messages flow at once, so there is one more only where there is one.
    const hasHandler = (open ?? message ?? stream ?? close) !== undefined
    this.handlers = {
      ...(hasHandler && { open: (socket: Socket) => this.#open(socket) }),
      ...(settings.probe !== undefined && { message: (...given: [Socket, unknown, unknown]) => this.#message(given) }),
    }
  }

  async end(socket: Socket): Promise<AttemptResult> {
    if (this.#openedAt === undefined) {
      this.#connected(socket)
      this.#owner.restored(socket)
    }
    const close = await socket.closed
    const openMs = this.#runtime.now() - (this.#openedAt ?? 0)
    const error = this.#silent ?? close.error
    return { error, close: error === close.error ? close : { ...close, error: this.#silent }, openMs }
  }

  stop(): void {
    this.#silence?.stop()
  }

  #connected(socket: Socket): void {
    this.#openedAt = this.#runtime.now()
    const { probe } = this.#settings
    if (probe !== undefined) {
      const { timeoutMs, intervalMs } = probe
      this.#silence = new SilenceWatch(probe, {
        now: () => this.#runtime.now(),
        schedule: (callback, delayMs) => this.#runtime.schedule(callback, delayMs),
        sendProbe: () => this.#sendProbe(socket, probe.message),
        silent: () => {
          const message = `no message came within probe.intervalMs, ${intervalMs} ms, nor within probe.timeoutMs, ${timeoutMs} ms, after the probe`
          this.#silent = new ConnectionError(message, { fault: 'timeout', closeCode: 1006, condition: 'keepalive-timeout' })
          socket.terminate()
        },
      })
    }
    this.#owner.connected(socket)
  }

  #sendProbe(socket: Socket, message: unknown): void {
    try {
      socket.send(message)
    } catch (error) {
      this.#owner.report(error, 'message')
    }
  }

  #open(socket: Socket): unknown {
    this.#connected(socket)
    const answer = this.#settings.options.open?.(socket)
    if (isThenable(answer)) {
      whenSettled(
        answer,
        () => this.#owner.restored(socket),
        () => undefined,
      )
    } else this.#owner.restored(socket)
    return answer
  }

  #message(given: [socket: Socket, message: unknown, subprotocol: unknown]): unknown {
    const silence = this.#silence
    silence?.began()
    let answer: unknown
    try {
      answer = this.#settings.options.message?.(...given)
    } catch (error) {
      silence?.done()
      throw error
    }
    if (isThenable(answer)) {
      whenSettled(
        answer,
        () => silence?.done(),
        () => silence?.done(),
      )
    } else silence?.done()
    return answer
  }
}

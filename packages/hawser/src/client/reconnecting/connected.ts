import { ConnectionError } from '../../core/errors.ts'
import type { CloseInfo } from '../../core/protocol/events.ts'
import { isThenable } from '../../core/thenable.ts'
import { whenSettled } from '../../connection/application-code.ts'
import { Deferred } from '../../connection/deferred.ts'
import type { AnySocket as Socket } from '../../connection/socket.ts'
import type { AnyReconnectingOptions } from './attempt-options.ts'
import type { ReconnectingCallback } from './options.ts'
import type { ReconnectingRuntime } from './runtime.ts'
import { SilenceWatch } from './silence.ts'
import type { ProbeSettings } from './silence.ts'

/** What a connection takes of the settings. */
export interface ConnectedSettings {
  readonly options: AnyReconnectingOptions
  readonly probe: ProbeSettings | undefined
}

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

/** One connection, from its `open` handler to its end. */
export class Connected {
  readonly #runtime: ReconnectingRuntime
  readonly #settings: ConnectedSettings
  readonly #owner: AttemptOwner
  readonly #before: Promise<void> | undefined
  readonly handlers: Readonly<Record<string, unknown>>
  #openedAt: number | undefined
  #silence: SilenceWatch | undefined
  #silent: ConnectionError | undefined
  /** Until the handlers of this connection are done. */
  #handling: Deferred<void> | undefined

  /** @param before resolves when the handlers of the connection before it are done; undefined where they are */
  constructor(runtime: ReconnectingRuntime, settings: ConnectedSettings, owner: AttemptOwner, before: Promise<void> | undefined) {
    this.#runtime = runtime
    this.#settings = settings
    this.#owner = owner
    this.#before = before
    const { open, message, stream, close } = settings.options
    // A handler lets messages flow at once, so there is one more only where there is one.
    const hasHandler = (open ?? message ?? stream ?? close) !== undefined
    this.handlers = {
      ...(hasHandler && { open: (socket: Socket) => this.#open(socket), close: (socket: Socket, info: CloseInfo) => this.#close(socket, info) }),
      ...(settings.probe !== undefined && { message: (...given: [Socket, unknown, unknown]) => this.#message(given) }),
    }
  }

  /** Resolves after the `close` handler was called: a message handler may outlast its connection. Undefined where it was. */
  get handled(): Promise<void> | undefined {
    return this.#handling?.promise
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
        bufferedAmount: () => socket.bufferedAmount,
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

  #sendProbe(socket: Socket, message: unknown): boolean {
    try {
      socket.send(message)
      return true
    } catch (error) {
      this.#owner.report(error, 'message')
      return false
    }
  }

  #open(socket: Socket): unknown {
    this.#handling = new Deferred()
    this.#connected(socket)
    const before = this.#before
    return this.#watched(() => (before === undefined ? this.#restore(socket) : before.then(() => this.#restore(socket))))
  }

  #restore(socket: Socket): unknown {
    const answer = this.#settings.options.open?.(socket)
    const restored = (): void => this.#owner.restored(socket)
    if (isThenable(answer)) whenSettled(answer, restored, () => undefined)
    else restored()
    return answer
  }

  #close(socket: Socket, info: CloseInfo): unknown {
    try {
      return this.#settings.options.close?.(socket, info)
    } finally {
      this.#handling?.resolve()
      this.#handling = undefined
    }
  }

  #message(given: [socket: Socket, message: unknown, subprotocol: unknown]): unknown {
    return this.#watched(() => this.#settings.options.message?.(...given))
  }

  /** While a handler works the next message waits for it: that is no silence. */
  #watched(call: () => unknown): unknown {
    const silence = this.#silence
    if (silence === undefined) return call()
    const done = (): void => silence.done()
    silence.began()
    let answer: unknown
    try {
      answer = call()
    } catch (error) {
      done()
      throw error
    }
    if (isThenable(answer)) whenSettled(answer, done, done)
    else done()
    return answer
  }
}

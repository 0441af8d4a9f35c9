import { ConnectionError, OptionError } from '../../core/errors.ts'
import type { CloseInfo } from '../../core/protocol/events.ts'
import { createReporter, droppable, notify } from '../../connection/application-code.ts'
import { Deferred } from '../../connection/deferred.ts'
import type { SendOptions, SendResult, AnySocket as Socket } from '../../connection/socket.ts'
import { checkReconnectingOptions } from './attempt-options.ts'
import type { AnyReconnectingOptions } from './attempt-options.ts'
import { Attempts } from './attempt.ts'
import type { UrlSource } from './attempt.ts'
import type { AttemptResult } from './connected.ts'
import { Incoming } from './incoming.ts'
import { Judge } from './judge.ts'
import { transitions } from './options.ts'
import type { ReconnectFailure, ReconnectState, ReconnectingCallback, ReconnectingEnd, ReconnectingSocket } from './options.ts'
import { Outgoing } from './outgoing.ts'
import { readPolicy } from './policy.ts'
import type { PolicySettings } from './policy.ts'
import type { ReconnectingRuntime } from './runtime.ts'
import { readProbe } from './silence.ts'
import { Wait } from './wait.ts'

/** A close for good, or a replacement of the connection, with what its Close frame is to say. */
interface Closing {
  readonly code: number
  readonly reason: string
}

/** The loop of attempts and waits, and the members that stand on it. */
export class ReconnectingClient implements ReconnectingSocket<Socket> {
  readonly #runtime: ReconnectingRuntime
  readonly #options: AnyReconnectingOptions
  readonly #policy: PolicySettings
  readonly #judge: Judge
  readonly #attempts: Attempts
  readonly #incoming = new Incoming()
  readonly #outgoing: Outgoing
  readonly #report: (error: unknown, where: ReconnectingCallback) => void
  readonly #closed = new Deferred<ReconnectingEnd>()
  readonly #release: (() => void)[] = []
  #readyState: ReconnectState = 'CONNECTING'
  #closing: Closing | undefined
  #isTerminated = false
  #end: ReconnectingEnd | undefined
  /** `reconnect()` was called: the next attempt follows at once. */
  #isReplacing = false
  #attemptedAt = -Infinity
  #wait: Wait | undefined

  /** @throws OptionError naming the option that is wrong */
  constructor(runtime: ReconnectingRuntime, url: UrlSource, options: AnyReconnectingOptions) {
    checkReconnectingOptions(options, runtime)
    if (typeof url !== 'string' && typeof url !== 'function' && !(url instanceof URL)) {
      throw new OptionError('url', 'a string, a URL, or a function that gives one', url)
    }
    this.#runtime = runtime
    this.#options = options
    this.#policy = readPolicy(options.reconnect)
    const probe = readProbe(options.probe, options.message !== undefined)
    this.#report = createReporter(options.error === undefined ? undefined : (error, where) => options.error?.(error, where), runtime.report)
    this.#judge = new Judge(this.#policy, runtime, typeof url === 'function' || options.prepare !== undefined, this.#report)
    const unsent = (message: unknown, reason: Parameters<NonNullable<AnyReconnectingOptions['unsent']>>[1]): void =>
      notify(
        () => options.unsent?.(message, reason),
        (error) => this.#report(error, 'unsent'),
      )
    this.#outgoing = new Outgoing(options, () => runtime.now(), unsent, this.#report)
    this.#attempts = new Attempts(
      runtime,
      { url, options, prepareMs: this.#policy.prepareMs, probe },
      {
        connected: (socket) => this.#connected(socket),
        restored: (socket) => void this.#outgoing.restored(socket),
        report: this.#report,
      },
    )
    this.#listen(options.signal)
    void this.#run()
  }

  get readyState(): ReconnectState {
    return this.#readyState
  }

  get socket(): Socket | undefined {
    return this.#readyState === 'OPEN' ? this.#incoming.current : undefined
  }

  get connectionCount(): number {
    return this.#incoming.count
  }

  get queuedMessages(): number {
    return this.#outgoing.length
  }

  get queuedBytes(): number {
    return this.#outgoing.bytes
  }

  get opened(): Promise<Socket> {
    return droppable(this.#untilOpen())
  }

  get closed(): Promise<ReconnectingEnd> {
    return this.#closed.promise
  }

  send(message: unknown, options?: SendOptions): SendResult | 'queued' {
    if (this.#closing !== undefined || this.#end !== undefined) return 'closed'
    return this.#outgoing.send(message, options, this.socket)
  }

  receive(): Promise<unknown> {
    return droppable(this.#receive())
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, undefined> {
    this.#checkReader()
    for (let result = await this.#incoming.next(); result.done !== true; result = await this.#incoming.next()) yield result.value
    const { error } = this.#end?.failure ?? {}
    if (error !== undefined) throw error
    return undefined
  }

  connections(): AsyncIterableIterator<Socket> {
    return this.#incoming.sockets()
  }

  reconnect(code: number = 1000, reason: string = ''): void {
    this.#runtime.checkClose(code, reason)
    if (this.#readyState !== 'WAITING' && this.#readyState !== 'OPEN') return
    // Where a handler calls, the wait may not have begun, or the connection may have ended.
    if (this.#wait === undefined) this.#isReplacing = true
    else this.#wait.end()
    void this.socket?.close(code, reason)
  }

  close(code: number = 1000, reason: string = ''): Promise<ReconnectingEnd> {
    this.#runtime.checkClose(code, reason)
    this.#closeForGood({ code, reason })
    return this.closed
  }

  terminate(): void {
    this.#closeForGood(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #checkReader(): void {
    if (this.#options.message !== undefined) throw new TypeError('this client has a message handler: its messages cannot be taken as well')
  }

  async #receive(): Promise<unknown> {
    this.#checkReader()
    const result = await this.#incoming.next()
    if (result.done !== true) return result.value
    throw this.#endError()
  }

  async #untilOpen(): Promise<Socket> {
    const socket = await this.#incoming.open()
    if (socket !== undefined) return socket
    throw this.#endError()
  }

  #endError(): unknown {
    const { failure, close } = this.#end as ReconnectingEnd
    if (failure?.error !== undefined) return failure.error
    const message = 'the client was closed for good, and opens no further connection'
    return new ConnectionError(message, { fault: 'application', closeCode: close?.code ?? 1006, condition: 'connection-closed' })
  }

  #closeForGood(closing: Closing | undefined): void {
    if (this.#end !== undefined) return
    const socket = this.#incoming.current
    if (this.#closing === undefined) {
      this.#closing = closing ?? { code: 1000, reason: '' }
      this.#change('CLOSING')
      this.#attempts.cancel()
      this.#wait?.end()
    }
    this.#isTerminated ||= closing === undefined
    if (closing === undefined) socket?.terminate()
    else void socket?.close(closing.code, closing.reason)
  }

  #listen(signal: AbortSignal | undefined): void {
    const abort = (): void => this.#closeForGood({ code: 1000, reason: '' })
    signal?.addEventListener('abort', abort)
    this.#release.push(() => signal?.removeEventListener('abort', abort))
    const end = this.#runtime.onWake?.(() => this.#wake())
    if (end !== undefined) this.#release.push(end)
  }

  /** Events of the machine may come often; what they hasten is bounded by the first window. */
  #wake(): void {
    this.#wait?.hasten(this.#attemptedAt + this.#policy.firstDelayMs - this.#runtime.now())
  }

  async #run(): Promise<void> {
    // The caller has its object before a handler is called.
    await Promise.resolve()
    if (this.#options.signal?.aborted === true) this.#closeForGood({ code: 1000, reason: '' })
    const { failure, result } = await this.#attemptUntilOver()
    this.#finish(this.#closing === undefined ? failure : undefined, result?.close)
  }

  async #attemptUntilOver(): Promise<{ readonly failure: ReconnectFailure | undefined; readonly result: AttemptResult | undefined }> {
    let failure: ReconnectFailure | undefined
    let result: AttemptResult | undefined
    if (this.#runtime.isOffline?.() === true) await this.#pause(0)
    while (this.#closing === undefined) {
      this.#change('CONNECTING')
      if (this.#closing !== undefined) break
      this.#attemptedAt = this.#runtime.now()
      result = await this.#attempts.run({ number: this.#judge.failures + 1, connectionCount: this.#incoming.count, failure })
      this.#incoming.ended()
      if (this.#closing !== undefined) break
      if (!this.#isReplacing) failure = this.#judge.judge(result, this.#incoming.count)
      if (this.#takeReplacing()) {
        this.#judge.forget()
        failure = undefined
      } else if (failure?.delayMs === undefined) break
      else await this.#pause(failure.delayMs, failure)
    }
    return { failure, result }
  }

  #takeReplacing(): boolean {
    const isReplacing = this.#isReplacing
    this.#isReplacing = false
    return isReplacing
  }

  /** WAITING. Resolves after the delay, and no earlier than the machine is online; or at once when the wait is ended. */
  async #pause(delayMs: number, failure?: ReconnectFailure): Promise<void> {
    this.#change('WAITING', failure)
    if (this.#closing !== undefined || this.#takeReplacing()) return
    this.#wait = new Wait(this.#runtime, delayMs)
    await this.#wait.over
    this.#wait = undefined
  }

  #connected(socket: Socket): void {
    this.#incoming.opened(socket, this.#options.message === undefined && this.#options.stream === undefined)
    this.#judge.connected()
    if (this.#closing === undefined) this.#change('OPEN')
    // `close` or `terminate` was called after the last moment at which it could end the attempt.
    else if (this.#isTerminated) socket.terminate()
    else void socket.close(this.#closing.code, this.#closing.reason)
  }

  #change(state: ReconnectState, failure?: ReconnectFailure): void {
    const isFirst = state === this.#readyState && this.#incoming.count === 0
    if (!isFirst && !transitions[this.#readyState].includes(state)) return
    this.#readyState = state
    notify(
      () => this.#options.state?.({ state, failure }),
      (error) => this.#report(error, 'state'),
    )
  }

  #finish(failure: ReconnectFailure | undefined, close: CloseInfo | undefined): void {
    for (const release of this.#release) release()
    const end = (this.#end = { failure, close })
    this.#incoming.over()
    this.#outgoing.over()
    this.#change('CLOSED', failure)
    if (failure !== undefined && this.#options.state === undefined) this.#report(failure.error ?? this.#endError(), 'connect')
    this.#closed.resolve(end)
  }
}

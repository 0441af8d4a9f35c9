import { HandshakeError } from '../../core/errors.ts'
import type { HandshakeStage } from '../../core/errors.ts'
import { RULES } from '../../core/handshake/rules.ts'
import { encodeLatin1 } from '../../core/http1/latin1.ts'
import { ResponseHeadParser } from '../../core/http1/response-head.ts'
import type { ResponseHead } from '../../core/http1/response-head.ts'
import type { TextCodec } from '../../core/platform.ts'
import type { Clock, ScheduledTask } from '../../connection/clock.ts'
import type { HandshakeLimits } from '../../connection/limits.ts'
import type { Transport, TransportHandler } from '../../connection/transport.ts'
import type { CancelSignal } from '../cancellation.ts'
import { handshakeError, isTimeUp, receivedHead, refusalMs, wordsOf } from '../exchange.ts'
import type { ExchangeResult, Explanation } from '../exchange.ts'
import { ResponseBody } from '../response-body.ts'

const proxyHint = 'is this an HTTP proxy? The URL of a SOCKS proxy begins with socks5: or socks5h:'

/** One request whose response may turn the connection into something other than HTTP: an Upgrade, or CONNECT to a proxy. */
export interface ExchangeRequest<T> {
  readonly transport: Transport
  /** The request head as it goes on the wire; Latin-1. */
  readonly head: string
  readonly stage: HandshakeStage
  readonly limits: HandshakeLimits
  readonly clock: Clock
  readonly text: TextCodec
  readonly signal: CancelSignal
  explain?(error: Error): Explanation | undefined
  /** Whether the bytes after a response with this status are no longer HTTP. */
  switches(status: number): boolean
  /**
   * Called as soon as the head is complete, so that no event of the transport is lost. `early` holds bytes that followed it in the same chunk.
   * @throws HandshakeError
   */
  switched(head: ResponseHead, early: readonly Uint8Array[]): T
}

/**
 * Sends the head and nothing else, since the client waits for the response before it sends any further data (RFC 6455 section 4.1), and reads
 * the response.
 * @throws HandshakeError, or the reason of `signal`; the transport has been ended or aborted by then
 */
export function exchange<T>(request: ExchangeRequest<T>): Promise<ExchangeResult<T>> {
  return new Promise((resolve, reject) => {
    new Exchange(request, resolve, reject).start()
  })
}

class Exchange<T> implements TransportHandler {
  readonly #request: ExchangeRequest<T>
  readonly #resolve: (result: ExchangeResult<T>) => void
  readonly #reject: (error: unknown) => void
  readonly #parser: ResponseHeadParser
  #answer: { readonly head: ResponseHead; readonly body: ResponseBody } | undefined
  #patience: ScheduledTask | undefined
  #done = false

  constructor(request: ExchangeRequest<T>, resolve: (result: ExchangeResult<T>) => void, reject: (error: unknown) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
    this.#parser = new ResponseHeadParser(request.limits, request.text)
  }

  start(): void {
    const { transport, signal, head } = this.#request
    if (signal.aborted) {
      this.#fail(signal.reason)
      return
    }
    signal.addEventListener('abort', this.#aborted)
    transport.attach(this)
    transport.write([encodeLatin1(head)])
    transport.resume()
  }

  readonly #aborted = (): void => {
    const { signal } = this.#request
    if (this.#answer !== undefined && isTimeUp(signal)) this.#answered()
    else this.#fail(signal.reason)
  }

  data(chunk: Uint8Array): void {
    if (this.#done) return
    if (this.#answer !== undefined) {
      this.#readBody(chunk)
      return
    }
    const result = this.#parser.push(chunk)
    if (result.kind === 'more') return
    if (result.kind === 'failed') {
      this.#fail(
        handshakeError(
          this.#request.stage === 'proxy' ? { ...result.failure, stage: 'proxy', hint: proxyHint, condition: undefined } : result.failure,
        ),
      )
      return
    }
    const { head, consumed } = result
    const rest = chunk.subarray(consumed)
    if (this.#request.switches(head.status)) {
      this.#switch(head, rest)
      return
    }
    const { limits, clock } = this.#request
    this.#answer = { head, body: new ResponseBody(head.status, head.fields, limits.responseBody) }
    this.#patience = clock.schedule(() => this.#answered(), refusalMs)
    this.#readBody(rest)
  }

  #switch(head: ResponseHead, rest: Uint8Array): void {
    const { transport } = this.#request
    transport.pause()
    try {
      const value = this.#request.switched(head, rest.length === 0 ? [] : [rest])
      this.#finish()
      this.#resolve({ kind: 'switched', value })
    } catch (error) {
      this.#finish()
      this.#endInOrder()
      this.#reject(error)
    }
  }

  #readBody(bytes: Uint8Array): void {
    const body = this.#answer?.body
    if (body === undefined) return
    body.push(bytes)
    if (body.complete) this.#answered()
  }

  #answered(inOrder = false): void {
    const answer = this.#answer
    if (this.#done || answer === undefined) return
    answer.body.end(inOrder)
    this.#finish()
    this.#endInOrder()
    this.#resolve({ kind: 'answered', response: receivedHead(answer.head, answer.body), head: answer.head })
  }

  /** Reads and discards the rest, so that the server can close cleanly (RFC 6455 section 7.1.1) instead of seeing a reset. */
  #endInOrder(): void {
    const { transport, clock } = this.#request
    const guard = clock.schedule(() => transport.abort(), refusalMs)
    transport.attach({ data() {}, end() {}, drained() {}, closed: () => guard.cancel() })
    transport.end()
    transport.resume()
  }

  end(): void {
    if (this.#done) return
    if (this.#answer !== undefined) {
      this.#answered(true)
      return
    }
    // The cause, such as a TLS alert, arrives with `closed`.
    this.#request.transport.end()
    this.#patience ??= this.#request.clock.schedule(() => this.closed(undefined), refusalMs)
  }

  drained(): void {}

  closed(error: Error | undefined): void {
    if (this.#done) return
    if (this.#answer !== undefined) {
      this.#answered()
      return
    }
    const { stage, explain } = this.#request
    const message = error === undefined ? 'the connection ended before the response' : `the connection broke before the response: ${wordsOf(error)}`
    const hint = stage === 'proxy' ? proxyHint : 'is the port correct, is it ws or wss, and does something in between close connections?'
    const rule = stage === 'proxy' ? RULES['RC5.proxy'] : RULES.incomplete
    const condition = stage === 'proxy' ? 'proxy-invalid' : 'response-missing'
    const found = error && explain?.(error)
    const why: Explanation = { stage, rule, condition, hint, ...found }
    this.#fail(new HandshakeError(message, { ...why, hint: why.hint ?? hint, fault: 'network', ...(error === undefined ? {} : { cause: error }) }))
  }

  #fail(error: unknown): void {
    if (this.#done) return
    this.#finish()
    this.#request.transport.abort()
    this.#reject(error)
  }

  #finish(): void {
    this.#done = true
    this.#patience?.cancel()
    this.#request.signal.removeEventListener('abort', this.#aborted)
  }
}

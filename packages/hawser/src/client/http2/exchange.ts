import { HandshakeError } from '../../core/errors.ts'
import { Fields } from '../../core/handshake/index.ts'
import type { ResponseHead } from '../../core/http1/response-head.ts'
import { ERROR_CODES, errorCodeName } from '../../core/http2/error-codes.ts'
import { HTTP2_RULES } from '../../core/http2/rules.ts'
import type { ScheduledTask } from '../../connection/clock.ts'
import type { Runtime } from '../../connection/runtime.ts'
import type { TransportHandler } from '../../connection/transport.ts'
import type { StreamExchange } from '../dial.ts'
import { isTimeUp, receivedHead, refusalMs, wordsOf } from '../exchange.ts'
import type { ExchangeResult } from '../exchange.ts'
import { ResponseBody } from '../response-body.ts'
import type { ClientSession, ClientStream } from './session.ts'

/** {@link StreamExchange} where the stream is known. */
interface SwitchingExchange<T> extends StreamExchange<T> {
  switched(head: ResponseHead, stream: ClientStream): T
}

/** The server has processed nothing of the stream, so the request may be sent again (RFC 9113 section 8.7). */
export class StreamRefused extends Error {
  readonly failure: HandshakeError

  constructor(failure: HandshakeError) {
    super(failure.message)
    this.failure = failure
  }
}

/**
 * Sends one Extended CONNECT on a session whose SETTINGS allow it, and reads the response.
 * @throws HandshakeError, StreamRefused, or the reason of the signal; the stream is reset then
 */
export function exchangeOverStream<T>(session: ClientSession, runtime: Runtime, request: SwitchingExchange<T>): Promise<ExchangeResult<T>> {
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) {
      reject(request.signal.reason as Error)
      return
    }
    let stream: ClientStream
    try {
      stream = session.request(request.fields, runtime)
    } catch (cause) {
      const message = 'the HTTP/2 connection takes no new stream'
      reject(new StreamRefused(new HandshakeError(message, { stage: 'request', fault: 'network', rule: HTTP2_RULES.concurrency, cause })))
      return
    }
    new StreamConversation(stream, runtime, request, resolve, reject)
  })
}

class StreamConversation<T> implements TransportHandler {
  readonly #request: SwitchingExchange<T>
  readonly #runtime: Runtime
  readonly #stream: ClientStream
  readonly #resolve: (result: ExchangeResult<T>) => void
  readonly #reject: (error: unknown) => void
  #answer: { readonly head: ResponseHead; readonly body: ResponseBody } | undefined
  #patience: ScheduledTask | undefined
  #done = false

  constructor(
    stream: ClientStream,
    runtime: Runtime,
    request: SwitchingExchange<T>,
    resolve: (result: ExchangeResult<T>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request
    this.#runtime = runtime
    this.#resolve = resolve
    this.#reject = reject
    this.#stream = stream
    stream.attach(this)
    request.signal.addEventListener('abort', this.#aborted)
    stream.onResponse((status, lines) => this.#response(status, lines))
  }

  readonly #aborted = (): void => {
    const { signal } = this.#request
    if (this.#answer !== undefined && isTimeUp(signal)) this.#answered()
    else this.#fail(signal.reason)
  }

  #response(status: number, raw: readonly string[]): void {
    if (this.#done) return
    const fields = Fields.fromRaw(raw)
    const head: ResponseHead = { httpVersion: '2', status, statusText: '', fields, text: '' }
    if (status >= 200 && status <= 299) {
      this.#switch(head)
      return
    }
    this.#answer = { head, body: new ResponseBody(status, fields, this.#request.limits.responseBody) }
    this.#patience = this.#runtime.clock.schedule(() => this.#answered(), refusalMs)
    this.#stream.resume()
  }

  #switch(head: ResponseHead): void {
    try {
      const value = this.#request.switched(head, this.#stream)
      this.#finish()
      this.#resolve({ kind: 'switched', value })
    } catch (error) {
      this.#fail(error)
    }
  }

  data(chunk: Uint8Array): void {
    this.#answer?.body.push(chunk)
    if (this.#answer?.body.complete === true) this.#answered()
  }

  end(): void {
    if (this.#answer !== undefined) this.#answered(true)
  }

  drained(): void {}

  closed(error: Error | undefined): void {
    if (this.#done) return
    if (this.#answer !== undefined) {
      this.#answered()
      return
    }
    const { resetCode } = this.#stream
    const what = error === undefined ? `the stream was closed with ${errorCodeName(resetCode)}` : wordsOf(error)
    const hint =
      resetCode === ERROR_CODES.HTTP_1_1_REQUIRED
        ? "the server requires HTTP/1.1 here: set http to '1.1'"
        : 'does the server, or a proxy before it, close streams of Extended CONNECT?'
    const failure = new HandshakeError(`${what} before a response came`, {
      stage: 'response',
      condition: resetCode === ERROR_CODES.REFUSED_STREAM ? 'http2-stream-refused' : 'response-missing',
      fault: 'network',
      rule: resetCode === ERROR_CODES.REFUSED_STREAM ? HTTP2_RULES.refused : HTTP2_RULES.reset,
      hint,
      ...(error === undefined ? {} : { cause: error }),
    })
    this.#fail(resetCode === ERROR_CODES.REFUSED_STREAM ? new StreamRefused(failure) : failure)
  }

  #answered(inOrder = false): void {
    const answer = this.#answer
    if (this.#done || answer === undefined) return
    answer.body.end(inOrder)
    this.#finish()
    this.#stream.abort()
    this.#resolve({ kind: 'answered', response: receivedHead(answer.head, answer.body), head: answer.head })
  }

  #fail(error: unknown): void {
    if (this.#done) return
    this.#finish()
    this.#stream.abort()
    this.#reject(error)
  }

  #finish(): void {
    this.#done = true
    this.#patience?.cancel()
    this.#request.signal.removeEventListener('abort', this.#aborted)
  }
}

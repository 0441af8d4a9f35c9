import { constants } from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { HandshakeError } from '../../core/errors.ts'
import { Fields } from '../../core/handshake/index.ts'
import type { ResponseHead } from '../../core/http1/response-head.ts'
import type { StreamExchange } from '../../client/dial.ts'
import type { ExchangeResult } from '../../client/exchange.ts'
import { ResponseBody } from '../../client/response-body.ts'
import type { ScheduledTask } from '../../connection/clock.ts'
import type { ConnectionEnvironment } from '../../connection/environment.ts'
import type { TransportHandler } from '../../connection/transport.ts'
import { toNodeHeaders } from './http2-headers.ts'
import { Http2StreamTransport, resetName } from './http2-transport.ts'

/** {@link StreamExchange} on Node, where the transport is known. */
export interface NodeStreamExchange<T> extends StreamExchange<T> {
  switched(head: ResponseHead, transport: Http2StreamTransport): T
}

/** RFC 9113 section 8.7: the server has done nothing with this stream, so that the request may be made again. */
export class StreamRefused extends Error {
  readonly failure: HandshakeError

  constructor(failure: HandshakeError) {
    super(failure.message)
    this.failure = failure
  }
}

/** How long the content of a refusal is waited for. */
const patienceMs = 1_000

/**
 * One Extended CONNECT on a session whose SETTINGS allow it. Like `exchange`, but over a stream of its own.
 * @throws HandshakeError, StreamRefused, or the reason of the signal; the stream is reset then
 */
export function exchangeOverStream<T>(
  session: ClientHttp2Session,
  environment: ConnectionEnvironment,
  request: NodeStreamExchange<T>,
): Promise<ExchangeResult<T>> {
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) {
      reject(request.signal.reason as Error)
      return
    }
    let stream: ClientHttp2Stream
    try {
      stream = session.request(toNodeHeaders(request.fields), { endStream: false })
    } catch (cause) {
      const message = 'the HTTP/2 connection takes no new stream'
      reject(new StreamRefused(new HandshakeError(message, { stage: 'request', fault: 'network', cause })))
      return
    }
    new StreamConversation(stream, environment, request, resolve, reject)
  })
}

class StreamConversation<T> implements TransportHandler {
  readonly #request: NodeStreamExchange<T>
  readonly #environment: ConnectionEnvironment
  readonly #transport: Http2StreamTransport
  readonly #resolve: (result: ExchangeResult<T>) => void
  readonly #reject: (error: unknown) => void
  #answer: { readonly head: ResponseHead; readonly body: ResponseBody } | undefined
  #patience: ScheduledTask | undefined
  #done = false

  constructor(
    stream: ClientHttp2Stream,
    environment: ConnectionEnvironment,
    request: NodeStreamExchange<T>,
    resolve: (result: ExchangeResult<T>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request
    this.#environment = environment
    this.#resolve = resolve
    this.#reject = reject
    this.#transport = new Http2StreamTransport(stream, environment)
    this.#transport.attach(this)
    request.signal.addEventListener('abort', this.#aborted)
    stream.once('response', (headers, _flags, raw?: readonly string[]) => this.#response(headers[':status'] ?? 0, raw ?? []))
  }

  readonly #aborted = (): void => this.#fail(this.#request.signal.reason)

  #response(status: number, raw: readonly string[]): void {
    if (this.#done) return
    const fields = new Fields()
    for (let i = 0; i + 1 < raw.length; i += 2) {
      if (raw[i]?.startsWith(':') === false) fields.append(raw[i] as string, raw[i + 1] as string)
    }
    const head: ResponseHead = { httpVersion: '2', status, statusText: '', fields, text: '' }
    if (status >= 200 && status <= 299) {
      this.#switch(head)
      return
    }
    this.#answer = { head, body: new ResponseBody(status, fields, this.#request.limits.responseBody) }
    this.#patience = this.#environment.clock.schedule(() => this.#answered(), patienceMs)
    this.#transport.resume()
  }

  #switch(head: ResponseHead): void {
    try {
      const value = this.#request.switched(head, this.#transport)
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
    if (this.#answer !== undefined) this.#answered()
  }

  drained(): void {}

  closed(error: Error | undefined): void {
    if (this.#done) return
    if (this.#answer !== undefined) {
      this.#answered()
      return
    }
    const { rstCode } = this.#transport.stream
    const what = error?.message ?? `the stream was closed with ${resetName(rstCode ?? 0)}`
    const hint =
      rstCode === constants.NGHTTP2_HTTP_1_1_REQUIRED
        ? "the server wants HTTP/1.1 for this: set http to '1.1'"
        : 'does something in between, or the server, close streams of Extended CONNECT?'
    const failure = new HandshakeError(`${what} before a response came`, {
      stage: 'response',
      fault: 'network',
      hint,
      ...(error === undefined ? {} : { cause: error }),
    })
    this.#fail(rstCode === constants.NGHTTP2_REFUSED_STREAM ? new StreamRefused(failure) : failure)
  }

  #answered(): void {
    const answer = this.#answer
    if (this.#done || answer === undefined) return
    this.#finish()
    const { head, body } = answer
    const response = {
      httpVersion: '2',
      status: head.status,
      statusText: '',
      fields: [...head.fields],
      body: body.take(),
      bodyTruncated: body.truncated,
    }
    this.#transport.abort()
    this.#resolve({ kind: 'answered', response, head })
  }

  #fail(error: unknown): void {
    if (this.#done) return
    this.#finish()
    this.#transport.abort()
    this.#reject(error)
  }

  #finish(): void {
    this.#done = true
    this.#patience?.cancel()
    this.#request.signal.removeEventListener('abort', this.#aborted)
  }
}

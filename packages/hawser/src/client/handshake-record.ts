import { HandshakeError } from '../core/errors.ts'
import type { ReceivedResponse } from '../core/errors.ts'
import type { FieldLine } from '../core/handshake/fields.ts'
import { encodeLatin1 } from '../core/http1/latin1.ts'
import type { ResponseHead } from '../core/http1/response-head.ts'
import type { Clock } from '../connection/clock.ts'
import type { ObservedHandshake, Observer } from '../connection/observer.ts'
import { Observers, renderLines } from '../connection/observers.ts'
import type { WatchedTransport } from '../connection/observers.ts'
import type { Transport, TransportInfo } from '../connection/transport.ts'
import { hideUserinfo } from './address.ts'
import { refusalOf } from './exchange.ts'

const nothing: Uint8Array = new Uint8Array(0)

/**
 * @param others those of the runtime, of which only the active ones are told
 * @param report takes errors of observers; never throws
 * @returns undefined where nobody observes
 */
export function observersOf(observer: Observer | undefined, others: readonly Observer[], report: (error: unknown) => void): Observers | undefined {
  const active = others.filter((other) => other.isActive?.() !== false)
  if (observer === undefined && active.length === 0) return undefined
  const observers = new Observers(report)
  for (const each of observer === undefined ? active : [observer, ...active]) observers.add(each)
  return observers
}

/** Collects the bytes of one opening handshake of an observed client, and passes them to its observers once. */
export class HandshakeRecord {
  readonly #observers: Observers
  readonly #clock: Clock
  readonly #url: string
  #request = nothing
  #response = nothing
  #status: number | undefined
  #transport: TransportInfo | undefined

  constructor(observers: Observers, clock: Clock, url: string) {
    this.#observers = observers
    this.#clock = clock
    this.#url = hideUserinfo(url)
    observers.begin(() => ({ role: 'client', url: this.#url, target: undefined, time: clock.now(), transport: undefined }))
  }

  sentHead(text: string, transport: Transport): void {
    this.#request = encodeLatin1(text)
    this.#transport = transport.info
  }

  sentFields(fields: readonly FieldLine[]): void {
    this.#request = renderLines(fields)
  }

  received(head: ResponseHead, over: Transport | undefined, content: Uint8Array = nothing): void {
    this.#status = head.status
    this.#transport ??= over?.info
    const lines = head.httpVersion === '2' ? renderLines([[':status', String(head.status)], ...head.fields]) : encodeLatin1(`${head.text}\r\n`)
    this.#response = new Uint8Array(lines.length + content.length)
    this.#response.set(lines)
    this.#response.set(content, lines.length)
  }

  /** A response that opens nothing; `connect` may follow it where it is a redirect. */
  answered(head: ResponseHead, response: ReceivedResponse): void {
    this.received(head, undefined, response.body)
    this.failed(refusalOf(head, response))
  }

  /** The handshake has succeeded. @returns undefined where nobody observes the connection */
  watch(over: Transport): WatchedTransport | undefined {
    const handshake = this.#tell(undefined)
    return handshake && this.#observers.watch('client', over, this.#clock, handshake)
  }

  failed(error: unknown): void {
    this.#tell(error)
  }

  #tell(error: unknown): ObservedHandshake | undefined {
    const handshakeError = error instanceof HandshakeError ? error : undefined
    return this.#observers.handshake(() => ({
      role: 'client',
      url: this.#url,
      time: this.#clock.now(),
      request: this.#request,
      response: this.#response,
      status: this.#status,
      reason: error === undefined ? undefined : error instanceof Error ? error.message : 'the attempt failed',
      condition: handshakeError?.condition,
      rule: handshakeError?.rule,
      error: handshakeError,
      transport: this.#transport,
    }))
  }
}

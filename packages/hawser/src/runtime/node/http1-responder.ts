import { Buffer } from 'node:buffer'
import type { Rule } from '../../core/errors.ts'
import { acceptKey } from '../../core/handshake/index.ts'
import type { Refusal } from '../../core/handshake/index.ts'
import { expectsContinue, serializeAcceptance, serializeRefusal, serializeResponseHead } from '../../core/http1/index.ts'
import type { UpgradeCandidate } from '../../core/http1/index.ts'
import type { AgreedOpening, ApplicationResponse, Responder } from '../../server/responder.ts'
import type { ServerCore } from '../../server/server-core.ts'
import { LingeringClose } from './lingering-close.ts'
import type { SocketTransport } from './socket-transport.ts'

/** One request that is, or should have been, an opening handshake over HTTP/1.1. */
export interface Http1Request extends UpgradeCandidate {
  /** The head as it was on the wire without its last empty line, for an observer. */
  readonly text: string
}

/**
 * Answers one request. Afterwards the connection is used for another one only after a 401 without early data, so that a client
 * can come back with credentials, and after the answer to an ordinary request; every other refusal of an opening handshake closes it: what the
 * client sends next may be frames (RFC 9931).
 */
export class Http1Responder implements Responder {
  readonly #core: ServerCore
  readonly #transport: SocketTransport
  readonly #request: Http1Request
  /** Reads the next request; undefined where nothing can. */
  readonly #next: (() => void) | undefined

  constructor(core: ServerCore, transport: SocketTransport, request: Http1Request, next: (() => void) | undefined) {
    this.#core = core
    this.#transport = transport
    this.#request = request
    this.#next = next
  }

  accept(agreed: AgreedOpening): void {
    const { fields } = this.#request
    const head = serializeAcceptance({
      accept: acceptKey(fields.get('sec-websocket-key') as string, this.#core.environment.platform.sha1Base64),
      subprotocol: agreed.subprotocol,
      extensions: agreed.extensions,
      expectsContinue: expectsContinue(fields),
    })
    // The application's fields are checked already; the last CRLF goes behind them.
    const own = agreed.fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const response = Buffer.from(own === '' ? head : `${head.slice(0, -2)}${own}\r\n`, 'latin1')
    this.#observe(response, 101, undefined)
    this.#transport.write([response])
  }

  refuse(refusal: Refusal, hasEarlyData: boolean): void {
    const keep = this.#mayKeep(refusal.status, hasEarlyData) && !refusal.close
    const options = { head: this.#request.method === 'HEAD', date: new Date().toUTCString() }
    const response = Buffer.from(serializeRefusal({ ...refusal, close: !keep }, options), 'latin1')
    this.#finish(response, refusal.status, refusal.rule, keep)
  }

  respond(answer: ApplicationResponse, hasEarlyData: boolean): void {
    const keep = this.#mayKeep(answer.status, hasEarlyData)
    const { status, statusText, body } = answer
    const fields = answer.fields.some(([name]) => name.toLowerCase() === 'date')
      ? answer.fields
      : [...answer.fields, ['Date', new Date().toUTCString()] as const]
    const head = serializeResponseHead({
      status,
      ...(statusText === '' ? {} : { statusText }),
      fields,
      contentLength: body.byteLength,
      close: !keep,
    })
    const content = status === 204 || status === 304 ? new Uint8Array(0) : body
    this.#finish(Buffer.concat([Buffer.from(head, 'latin1'), content]), status, undefined, keep)
  }

  abandon(): void {
    new LingeringClose(this.#transport, this.#core)
  }

  #mayKeep(status: number, hasEarlyData: boolean): boolean {
    const { fields, httpVersion } = this.#request
    if (this.#next === undefined || hasEarlyData || httpVersion === '1.0' || !this.#core.isAccepting) return false
    if (status !== 401 && fields.has('upgrade')) return false
    return !(fields.get('connection') ?? '')
      .toLowerCase()
      .split(',')
      .some((option) => option.trim() === 'close')
  }

  #finish(response: Uint8Array, status: number, rule: Rule | undefined, keep: boolean): void {
    this.#observe(response, status, rule)
    this.#transport.write([response])
    if (keep) this.#next?.()
    else new LingeringClose(this.#transport, this.#core)
  }

  #observe(response: Uint8Array, status: number, rule: Rule | undefined): void {
    this.#core.observe(() => ({
      request: Buffer.from(`${this.#request.text}\r\n`, 'latin1'),
      response: Uint8Array.from(response),
      status,
      rule,
      transport: this.#transport.info,
    }))
  }
}

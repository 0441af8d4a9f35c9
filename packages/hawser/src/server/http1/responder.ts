import { acceptKey, parseRequestTarget } from '../../core/handshake/index.ts'
import type { Refusal } from '../../core/handshake/index.ts'
import { expectsContinue, serializeAcceptance, serializeRefusal, serializeResponseHead } from '../../core/http1/index.ts'
import { encodeLatin1 } from '../../core/http1/latin1.ts'
import type { UpgradeCandidate } from '../../core/http1/index.ts'
import type { ObservedHandshake, Observer } from '../../connection/observer.ts'
import type { Transport } from '../../connection/transport.ts'
import { joinBytes } from '../../connection/join-bytes.ts'
import { LingeringClose } from '../lingering-close.ts'
import type { AgreedOpening, ApplicationResponse, Responder } from '../responder.ts'
import type { ServerCore } from '../server-core.ts'
import { hookRefused } from '../server-reports.ts'

/** One request that is, or should have been, an opening handshake over HTTP/1.1. */
export interface Http1Request extends UpgradeCandidate {
  /** The head as it was on the wire without its last empty line, for an observer. */
  readonly text: string
}

/** Goes on after an answer that keeps the connection. */
export interface NextRequest {
  answered(): void
}

/**
 * Answers one request over HTTP/1.1. The connection is used again only after the answer to an ordinary request, and after a 401
 * without early data, so that a client can send its credentials. Every other refusal of an opening handshake closes the
 * connection: the client's next bytes may be frames (RFC 9931).
 */
export class Http1Responder implements Responder {
  readonly #core: ServerCore
  readonly #transport: Transport
  readonly #request: Http1Request
  /** Reads the next request; undefined where no next request can be read. */
  readonly #next: NextRequest | undefined

  constructor(core: ServerCore, transport: Transport, request: Http1Request, next: NextRequest | undefined) {
    this.#core = core
    this.#transport = transport
    this.#request = request
    this.#next = next
  }

  accept(agreed: AgreedOpening): ObservedHandshake | undefined {
    const { fields } = this.#request
    const { text, sha1Base64 } = this.#core.runtime.platform
    const accept = acceptKey(fields.only('sec-websocket-key') as string, sha1Base64)
    const response =
      agreed.fields.length === 0 && !expectsContinue(fields)
        ? this.#core.acceptances.write(accept, agreed.subprotocol, agreed.extensions)
        : encodeLatin1(serializeWithFields(accept, agreed, expectsContinue(fields)), text)
    const observers = this.#core.observers.active()
    const observed = observers === undefined ? undefined : this.#observe(response, 101, undefined, observers)
    this.#transport.write([response])
    return observed
  }

  refuse(refusal: Refusal, hasEarlyData: boolean): void {
    const keep = this.#mayKeep(refusal.status, hasEarlyData) && !refusal.close
    const options = { head: this.#request.method === 'HEAD', date: new Date().toUTCString() }
    const response = encodeLatin1(serializeRefusal({ ...refusal, close: !keep }, options))
    this.#finish(response, refusal, keep)
  }

  respond(answer: ApplicationResponse, hasEarlyData: boolean): void {
    const keep = this.#mayKeep(answer.status, hasEarlyData)
    const { status, statusText, body } = answer
    const fields = answer.fields.some(([name]) => name.toLowerCase() === 'date')
      ? answer.fields
      : [...answer.fields, ['Date', new Date().toUTCString()] as const]
    const head = encodeLatin1(
      serializeResponseHead({
        status,
        ...(statusText === '' ? {} : { statusText }),
        fields,
        contentLength: body.byteLength,
        close: !keep,
      }),
    )
    // RFC 9110 section 6.4.1: neither has content.
    const content = status === 204 || status === 304 ? new Uint8Array(0) : body
    this.#finish(joinBytes(head, content), { status, message: hookRefused, rule: undefined, condition: 'server-hook-refused' }, keep)
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

  #finish(response: Uint8Array, refusal: Pick<Refusal, 'status' | 'message' | 'rule' | 'condition'>, keep: boolean): void {
    this.#observe(response, refusal.status, refusal)
    this.#transport.write([response])
    const { fields, target } = this.#request
    const parsed = parseRequestTarget(target)
    this.#core.refused(
      {
        // A head that could not be parsed has no fields.
        isHandshake: fields.size === 0 || fields.has('upgrade') || fields.has('sec-websocket-key'),
        path: parsed.ok && fields.size > 0 ? parsed.value.path : undefined,
        fields,
      },
      this.#transport.info,
      refusal,
    )
    if (keep) this.#next?.answered()
    else new LingeringClose(this.#transport, this.#core)
  }

  #observe(
    response: Uint8Array,
    status: number,
    refusal: Pick<Refusal, 'message' | 'rule' | 'condition'> | undefined,
    observers?: readonly Observer[],
  ): ObservedHandshake | undefined {
    return this.#core.observe(
      () => ({
        time: this.#core.runtime.clock.now(),
        request: encodeLatin1(`${this.#request.text}\r\n`),
        response: response.slice(),
        status,
        reason: refusal?.message,
        condition: refusal?.condition,
        rule: refusal?.rule,
        transport: this.#transport.info,
      }),
      observers,
    )
  }
}

/** The application's fields are checked already; the last CRLF goes behind them. */
function serializeWithFields(accept: string, { subprotocol, extensions, fields }: AgreedOpening, continues: boolean): string {
  const head = serializeAcceptance({ accept, subprotocol, extensions, expectsContinue: continues })
  let own = ''
  for (const [name, value] of fields) own += `${name}: ${value}\r\n`
  return own === '' ? head : `${head.slice(0, -2)}${own}\r\n`
}

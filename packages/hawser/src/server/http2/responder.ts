import { OptionError } from '../../core/errors.ts'
import { acceptKey, isValidKey } from '../../core/handshake/accept-key.ts'
import type { FieldLine } from '../../core/handshake/fields.ts'
import { isFramingField } from '../../core/handshake/reserved-fields.ts'
import { parseRequestTarget, refuseForFailure } from '../../core/handshake/index.ts'
import type { Refusal } from '../../core/handshake/index.ts'
import { encodeLatin1 } from '../../core/http1/latin1.ts'
import { describeRefusal, refusalFields } from '../../core/http1/refusal.ts'
import { buildAcceptanceFields } from '../../core/http2/index.ts'
import type { ConnectRequestHead } from '../../core/http2/index.ts'
import type { ObservedHandshake } from '../../connection/observer.ts'
import { renderLines } from '../../connection/observers.ts'
import type { Transport } from '../../connection/transport.ts'
import { joinBytes } from '../../connection/join-bytes.ts'
import { LingeringClose } from '../lingering-close.ts'
import type { AgreedOpening, ApplicationResponse, Responder } from '../responder.ts'
import type { ServerCore } from '../server-core.ts'
import { hookRefused } from '../server-reports.ts'

export interface Http2Request extends ConnectRequestHead {
  /** Pseudo-header fields and fields as received, in order. */
  readonly lines: readonly FieldLine[]
}

/** The stream of one request, at the server. */
export interface ServerStream extends Transport {
  /** The client waits for the end of the stream and does not end its own side: the stream is closed soon after END_STREAM. */
  impatient: boolean
  /** Sends HEADERS with `:status`; does nothing on a stream that has closed or has its response. Names in lower case. */
  respond(status: number, fields: readonly FieldLine[]): void
}

/** Answers one request on its stream. Other streams of the session are not affected. */
export class Http2Responder implements Responder {
  readonly #core: ServerCore
  readonly #stream: ServerStream
  readonly #request: Http2Request

  constructor(core: ServerCore, stream: ServerStream, request: Http2Request) {
    this.#core = core
    this.#stream = stream
    this.#request = request
    // No browser sends a key; clients that do wait for the stream to be closed (docs/deviations.md).
    stream.impatient = request.fields.has('sec-websocket-key')
  }

  accept(agreed: AgreedOpening): ObservedHandshake | undefined {
    const fields = [...buildAcceptanceFields({ subprotocol: agreed.subprotocol, extensions: agreed.extensions })]
    for (const [name, value] of agreed.fields) fields.push([name.toLowerCase(), value])
    const accept = acceptFor(this.#request, this.#core)
    if (accept !== undefined) fields.push(['sec-websocket-accept', accept])
    return this.#respond({ status: 200, rule: undefined }, fields, undefined)
  }

  refuse(refusal: Refusal): void {
    this.#respond(refusal, refusalFields(refusal), encodeLatin1(describeRefusal(refusal)))
  }

  respond(response: ApplicationResponse): void {
    // RFC 8441 section 5: here any 2xx opens a WebSocket, so it cannot carry a refusal.
    if (response.status < 300) {
      this.#core.reportUpgrade(new OptionError('upgrade', 'a Response with a status of 300 to 599, since over HTTP/2 a 2xx accepts', response.status))
      this.refuse(refuseForFailure())
      return
    }
    // RFC 9110 section 15.5.22: a 426 must carry Upgrade, which HTTP/2 does not have.
    const status = response.status === 426 ? 400 : response.status
    this.#respond({ status, message: hookRefused, rule: undefined, condition: 'server-hook-refused' }, response.fields, response.body)
  }

  abandon(): void {
    new LingeringClose(this.#stream, this.#core)
  }

  /** @param content undefined for an acceptance */
  #respond(
    answer: Pick<Refusal, 'status' | 'rule'> & Partial<Pick<Refusal, 'message' | 'condition'>>,
    lines: readonly FieldLine[],
    content: Uint8Array | undefined,
  ): ObservedHandshake | undefined {
    const { status } = answer
    const fields = lines.map(([name, value]) => [name.toLowerCase(), value] as const).filter(([name]) => !isFramingField(name))
    const observed = this.#observe(answer, fields, content)
    this.#stream.respond(status, fields)
    if (content === undefined) return observed
    this.#stream.write([content])
    const { method, protocol, path, fields: received } = this.#request
    const target = path === undefined ? undefined : parseRequestTarget(path)
    this.#core.refused(
      { isHandshake: method === 'CONNECT' || protocol !== undefined, path: target?.ok === true ? target.value.path : undefined, fields: received },
      this.#stream.info,
      answer,
    )
    new LingeringClose(this.#stream, this.#core)
    return observed
  }

  #observe(
    { status, message, rule, condition }: Pick<Refusal, 'status' | 'rule'> & Partial<Pick<Refusal, 'message' | 'condition'>>,
    fields: readonly FieldLine[],
    content: Uint8Array | undefined,
  ): ObservedHandshake | undefined {
    return this.#core.observe(() => ({
      time: this.#core.runtime.clock.now(),
      request: renderLines(this.#request.lines),
      response: joinBytes(renderLines([[':status', String(status)], ...fields]), content ?? new Uint8Array(0)),
      status,
      reason: content === undefined ? undefined : message,
      condition,
      rule,
      transport: this.#stream.info,
    }))
  }
}

/** RFC 8441 section 5: no Sec-WebSocket-Accept. Node's own client fails without it, so that client alone gets one (docs/deviations.md). */
function acceptFor(request: Http2Request, core: ServerCore): string | undefined {
  const agent = request.fields.get('user-agent')
  const key = request.fields.get('sec-websocket-key')
  if ((agent !== 'node' && agent !== 'undici') || key === undefined || !isValidKey(key)) return undefined
  return acceptKey(key, core.runtime.platform.sha1Base64)
}

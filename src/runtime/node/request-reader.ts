import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { refuseLate } from '../../core/handshake/index.ts'
import type { Refusal } from '../../core/handshake/index.ts'
import { Fields } from '../../core/handshake/index.ts'
import { isUpgradeToWebSocket, readOpeningRequest, RequestHeadParser } from '../../core/http1/index.ts'
import type { RequestHead } from '../../core/http1/index.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { TransportHandler } from '../../connection/transport.ts'
import type { ServerCore } from '../../server/server-core.ts'
import { Http1Responder } from './http1-responder.ts'
import { LingeringClose } from './lingering-close.ts'
import { SocketTransport } from './socket-transport.ts'

/** What a listener's sockets have in common. */
export interface RequestReaderHost {
  readonly core: ServerCore
  /** Takes a socket whose first bytes, `head`, are an ordinary request; undefined where only WebSocket is served. */
  readonly ordinary: ((socket: Socket, head: Uint8Array) => void) | undefined
  /** Sockets whose request is still being read; a shutdown ends them. */
  readonly readers: Set<RequestReader>
}

const noRequest: RequestHead = { method: 'GET', target: '/', httpVersion: '1.1', fields: new Fields(), text: '' }

/**
 * Reads requests from the socket of a server that listens by itself, until one is an opening handshake. The deadline is absolute: a
 * byte now and then does not move it.
 */
export class RequestReader extends TimedEntry implements TransportHandler {
  readonly #host: RequestReaderHost
  readonly #transport: SocketTransport
  readonly #parser: RequestHeadParser
  #done = false

  constructor(host: RequestReaderHost, transport: SocketTransport) {
    super()
    this.#host = host
    this.#transport = transport
    const { policy, environment } = host.core
    this.#parser = new RequestHeadParser(policy.handshake, environment.platform.text)
    host.readers.add(this)
    environment.timers.schedule(this, environment.clock.now() + policy.handshake.handshakeMs)
    transport.attach(this)
    transport.resume()
  }

  data(chunk: Uint8Array): void {
    if (this.#done) return
    const result = this.#parser.push(chunk)
    if (result.kind === 'more') return
    this.#finish()
    // A refusal of the parser closes, so that what follows is never looked at.
    if (result.kind === 'refused') this.#responder(noRequest, undefined).refuse(result.refusal, true)
    else this.#dispatch(result.head, result.consumed === chunk.byteLength ? undefined : chunk.subarray(result.consumed))
  }

  #finish(): void {
    this.#done = true
    this.#host.readers.delete(this)
    this.#host.core.environment.timers.cancel(this)
    this.#transport.pause()
  }

  #responder(head: RequestHead, rest: Uint8Array | undefined): Http1Responder {
    return new Http1Responder(this.#host.core, this.#transport, head, () => {
      const next = new RequestReader(this.#host, this.#transport)
      if (rest !== undefined) next.data(rest)
    })
  }

  #dispatch(head: RequestHead, rest: Uint8Array | undefined): void {
    const { core, ordinary } = this.#host
    const isUpgrade = isUpgradeToWebSocket(head)
    if (!isUpgrade && ordinary !== undefined) {
      const bytes = Buffer.from(`${head.text}\r\n`, 'latin1')
      ordinary(this.#transport.detach(), rest === undefined ? bytes : Buffer.concat([bytes, rest]))
      return
    }
    const responder = this.#responder(head, isUpgrade ? undefined : rest)
    const { info } = this.#transport
    const opening = readOpeningRequest(head, { origins: core.policy.origins, secure: info.secure })
    if (opening.ok) core.handle(opening.value, this.#transport, responder, rest, core.policy.paths)
    else responder.refuse(opening.refusal, isUpgrade && rest !== undefined)
  }

  /** Ends a socket that has not asked for anything yet. */
  stop(): void {
    if (this.#done) return
    this.#finish()
    new LingeringClose(this.#transport, this.#host.core)
  }

  end(): void {
    this.stop()
  }

  drained(): void {}

  closed(): void {
    if (!this.#done) this.#finish()
  }

  override timeout(): number {
    if (this.#done) return Number.POSITIVE_INFINITY
    if (this.#parser.isInsideHead) {
      const { handshakeMs } = this.#host.core.policy.handshake
      const refusal: Refusal = refuseLate(`the request was not complete after ${handshakeMs} ms`)
      this.#finish()
      this.#responder(noRequest, undefined).refuse(refusal, true)
    } else this.stop()
    return Number.POSITIVE_INFINITY
  }
}

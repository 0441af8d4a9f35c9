import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { Fields, parseRequestTarget, refuseLate, refusePath } from '../../core/handshake/index.ts'
import type { Refusal } from '../../core/handshake/index.ts'
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
  /** Takes a socket whose client speaks HTTP/2 from its first byte on (RFC 9113 section 3.3); undefined where it is not spoken in cleartext. */
  readonly preface: ((socket: Socket) => void) | undefined
  /** Sockets whose request is still being read; a shutdown ends them. */
  readonly readers: Set<RequestReader>
}

const noRequest: RequestHead = { method: 'GET', target: '/', httpVersion: '1.1', fields: new Fields(), text: '' }

/** The first line of the connection preface (RFC 9113 section 3.4), made so that no HTTP/1.1 server takes it for a request. */
const prefaceLine = Buffer.from('PRI * HTTP/2.0\r\n', 'latin1')

/**
 * Reads requests from the socket of a server that listens by itself, until one is an opening handshake. The deadline is absolute: a
 * byte now and then does not move it.
 */
export class RequestReader extends TimedEntry implements TransportHandler {
  readonly #host: RequestReaderHost
  readonly #transport: SocketTransport
  readonly #parser: RequestHeadParser
  #done = false
  /** How many bytes of the preface have come and nothing else; -1 once it is something else. */
  #preface: number

  constructor(host: RequestReaderHost, transport: SocketTransport) {
    super()
    this.#host = host
    this.#transport = transport
    const { policy, environment } = host.core
    this.#preface = host.preface === undefined ? -1 : 0
    this.#parser = new RequestHeadParser(policy.handshake, environment.platform.text)
    host.readers.add(this)
    environment.timers.schedule(this, environment.clock.now() + policy.handshake.handshakeMs)
    transport.attach(this)
    transport.resume()
  }

  data(chunk: Uint8Array): void {
    if (this.#done || (this.#preface !== -1 && this.#readPreface(chunk))) return
    this.#read(chunk)
  }

  /** @returns true while the bytes are those of the preface, which are then not read as a request */
  #readPreface(chunk: Uint8Array): boolean {
    const before = this.#preface
    let at = 0
    while (at < chunk.byteLength && before + at < prefaceLine.length && chunk[at] === prefaceLine[before + at]) at++
    if (before + at === prefaceLine.length) {
      this.#finish()
      const socket = this.#transport.detach()
      socket.unshift(Buffer.concat([prefaceLine.subarray(0, before), chunk]))
      this.#host.preface?.(socket)
      return true
    }
    if (at === chunk.byteLength) {
      this.#preface = before + at
      return true
    }
    this.#preface = -1
    if (before > 0) this.#read(prefaceLine.subarray(0, before))
    return false
  }

  #read(chunk: Uint8Array): void {
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
    const opening = readOpeningRequest(head, { origins: core.policy.origins, secure: this.#transport.secure })
    if (opening.ok) core.handle(opening.value, this.#transport, responder, rest, core.policy.paths)
    else responder.refuse(isUpgrade ? opening.refusal : this.#refusePlain(head, opening.refusal), isUpgrade && rest !== undefined)
  }

  /** 426 would promise that the path upgrades. */
  #refusePlain(head: RequestHead, refusal: Refusal): Refusal {
    const { paths } = this.#host.core.policy
    if (paths === undefined || refusal.close) return refusal
    const target = parseRequestTarget(head.target)
    return target.ok && !paths.has(target.value.path) ? refusePath(target.value.path) : refusal
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

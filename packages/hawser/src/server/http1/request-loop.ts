import { Fields, parseRequestTarget, refuseForNow, refuseLate, refusePath } from '../../core/handshake/index.ts'
import type { HostPolicy, Refusal } from '../../core/handshake/index.ts'
import { asksForWebSocket, readOpeningRequest, readUpgradeField, RequestHeadParser } from '../../core/http1/index.ts'
import { encodeLatin1 } from '../../core/http1/latin1.ts'
import type { RequestHead } from '../../core/http1/index.ts'
import type { Member, Members } from '../../connection/members.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { Transport, TransportHandler } from '../../connection/transport.ts'
import { joinBytes } from '../../connection/join-bytes.ts'
import { LingeringClose } from '../lingering-close.ts'
import { retryAfterSeconds } from '../admission.ts'
import type { ServerCore } from '../server-core.ts'
import { Http1Responder } from './responder.ts'
import type { NextRequest } from './responder.ts'

/** State that the connections of one listener share. */
export interface RequestLoopOwner<T extends Transport> {
  readonly core: ServerCore
  readonly hosts: HostPolicy
  /** Whether its connections are encrypted, where it is the same for all: asking each transport makes an object that the connection keeps. */
  readonly secure?: boolean
  /** Takes over a connection whose input begins with `bytes`, an ordinary request; undefined where only WebSocket is served. */
  readonly ordinary: ((transport: T, bytes: Uint8Array) => void) | undefined
  /** Takes over a connection whose input begins with `bytes`, HTTP/2's preface (RFC 9113 section 3.4); undefined where HTTP/2 is not spoken in cleartext. */
  readonly preface: ((transport: T, bytes: Uint8Array) => void) | undefined
  /** For the next head: nearly every one is read in one go, so the connections of a listener need one at a time. */
  spareParser?: RequestHeadParser | undefined
  /** Connections that wait for a request; a shutdown ends them, and a full server refuses some of them. */
  readonly loops: Members<Member & { stop(): void; makeRoom(): void }>
}

/**
 * `reading`: waits for a request. `answering`: a responder has the transport. `sending`: the answer has not left yet, and no further request is
 * read. `done`: another owner has the connection, or it is ending.
 */
type State = 'reading' | 'answering' | 'sending' | 'done'

/** Stands for a request that has not arrived, or could not be parsed. */
export const noRequest: RequestHead = { method: 'GET', target: '/', httpVersion: '1.1', fields: new Fields(), text: '' }

/** The first line of the connection preface (RFC 9113 section 3.4), chosen so that no HTTP/1.1 server takes it for a request. */
const prefaceLine = encodeLatin1('PRI * HTTP/2.0\r\n')

/**
 * Reads requests from one connection and answers them one at a time, until one is an opening handshake. It handles pipelined requests in a loop, not
 * by recursion, and reads the next one only when the answer before it has left, so that at most one answer waits for a peer that does not read.
 * The deadline of a request is absolute: further bytes do not extend it.
 */
export class RequestLoop<T extends Transport> extends TimedEntry implements TransportHandler, Member, NextRequest {
  memberIndex: number = -1
  readonly #owner: RequestLoopOwner<T>
  readonly #transport: T
  /** Its own from the moment a part of a head has arrived. A head in one chunk is read with the owner's spare one. */
  #parser: RequestHeadParser | undefined
  #state: State = 'reading'
  #advancing = false
  /** Unparsed input after the request that is being answered. */
  #held: Uint8Array | undefined
  /** How many bytes of the preface have arrived; -1 once the input differs from it. */
  #preface: number

  /** @param since when the connection began, in the clock's time; `handshakeMs` counts from then */
  constructor(owner: RequestLoopOwner<T>, transport: T, since: number) {
    super()
    this.#owner = owner
    this.#transport = transport
    this.#preface = owner.preface === undefined ? -1 : 0
    this.#await(since)
    transport.attach(this)
    transport.resume()
  }

  #await(since: number): void {
    const { runtime, settings } = this.#owner.core
    this.#owner.loops.add(this)
    runtime.timers.schedule(this, since + settings.handshake.handshakeMs)
  }

  /** Hands the transport to a responder, or to another owner. */
  #leave(state: 'answering' | 'done'): void {
    this.#state = state
    this.#owner.loops.delete(this)
    this.#owner.core.runtime.timers.cancel(this)
    this.#transport.pause()
  }

  data(chunk: Uint8Array): void {
    if (this.#state === 'done') return
    this.#held = this.#held === undefined ? chunk : joinBytes(this.#held, chunk)
    this.#advance()
  }

  #advance(): void {
    if (this.#advancing) return
    this.#advancing = true
    while (this.#state === 'reading' && this.#held !== undefined) {
      const chunk = this.#held
      this.#held = undefined
      if (this.#preface === -1 || !this.#readPreface(chunk)) this.#read(chunk)
    }
    this.#advancing = false
  }

  /** @returns true while the input may be the preface, and must not be read as a request */
  #readPreface(chunk: Uint8Array): boolean {
    const before = this.#preface
    let at = 0
    while (at < chunk.byteLength && before + at < prefaceLine.length && chunk[at] === prefaceLine[before + at]) at++
    if (before + at === prefaceLine.length) {
      this.#leave('done')
      this.#owner.preface?.(this.#transport, joinBytes(prefaceLine.subarray(0, before), chunk))
      return true
    }
    if (at === chunk.byteLength) {
      this.#preface = before + at
      return true
    }
    this.#preface = -1
    if (before === 0) return false
    this.#read(joinBytes(prefaceLine.subarray(0, before), chunk))
    return true
  }

  #read(chunk: Uint8Array): void {
    const owner = this.#owner
    const parser = this.#parser ?? owner.spareParser ?? new RequestHeadParser(owner.core.settings.handshake, owner.core.runtime.platform.text)
    if (this.#parser === undefined) owner.spareParser = undefined
    const result = parser.push(chunk)
    if (result.kind === 'more') {
      this.#parser = parser
      return
    }
    this.#parser = undefined
    // After a refusal a parser must not be used again.
    if (result.kind === 'head') owner.spareParser = parser
    this.#leave('answering')
    // A refusal by the parser closes the connection, so the bytes after it are never parsed.
    if (result.kind === 'refused') this.#responder(noRequest).refuse(result.refusal, true)
    else this.#dispatch(result.head, result.consumed === chunk.byteLength ? undefined : chunk.subarray(result.consumed))
  }

  #dispatch(head: RequestHead, rest: Uint8Array | undefined): void {
    const { core, hosts, secure = this.#transport.info.secure, ordinary } = this.#owner
    const upgrade = readUpgradeField(head.fields)
    const isUpgrade = asksForWebSocket(head.httpVersion, upgrade)
    if (!isUpgrade && ordinary !== undefined) {
      this.#state = 'done'
      const bytes = encodeLatin1(`${head.text}\r\n`)
      ordinary(this.#transport, rest === undefined ? bytes : joinBytes(bytes, rest))
      return
    }
    if (!isUpgrade) this.#held = rest
    const responder = this.#responder(head)
    const opening = readOpeningRequest(head, core.handshakePolicy(this.#transport, secure, hosts), upgrade)
    if (opening.ok) core.handle(opening.value, this.#transport, responder, rest, core.settings.paths)
    else responder.refuse(isUpgrade ? opening.refusal : this.#refusePlain(head, opening.refusal), isUpgrade && rest !== undefined)
  }

  #responder(head: RequestHead): Http1Responder {
    return new Http1Responder(this.#owner.core, this.#transport, head, this)
  }

  answered(): void {
    this.#transport.attach(this)
    this.#await(this.#owner.core.runtime.clock.now())
    if (this.#transport.bufferedBytes > 0) this.#state = 'sending'
    else this.#continue()
  }

  #continue(): void {
    this.#state = 'reading'
    this.#transport.resume()
    this.#advance()
  }

  /** 426 would promise that the path upgrades. */
  #refusePlain(head: RequestHead, refusal: Refusal): Refusal {
    const { paths } = this.#owner.core.settings
    if (paths === undefined || refusal.close) return refusal
    const target = parseRequestTarget(head.target)
    return target.ok && !paths.has(target.value.path) ? refusePath(target.value.path) : refusal
  }

  /** Ends a connection that waits for a request. */
  stop(): void {
    if (this.#state === 'done') return
    this.#leave('done')
    new LingeringClose(this.#transport, this.#owner.core)
  }

  /** Answers 503 although the request has not arrived, because the server needs the place for another connection. */
  makeRoom(): void {
    if (this.#state !== 'reading') {
      this.stop()
      return
    }
    this.#leave('answering')
    this.#responder(noRequest).refuse(
      refuseForNow('connection limit reached before the request arrived', retryAfterSeconds, 'server-connections'),
      true,
    )
  }

  end(): void {
    this.stop()
  }

  drained(): void {
    if (this.#state === 'sending') this.#continue()
  }

  closed(): void {
    if (this.#state !== 'done') this.#leave('done')
  }

  override timeout(): number {
    if (this.#state === 'reading' && this.#parser?.isInsideHead === true) {
      const { handshakeMs } = this.#owner.core.settings.handshake
      this.#leave('answering')
      this.#responder(noRequest).refuse(refuseLate(`the request was not complete after ${handshakeMs} ms`), true)
    } else this.stop()
    return Number.POSITIVE_INFINITY
  }
}

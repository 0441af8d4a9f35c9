import type { ConnectionError } from '../core/errors.ts'
import type { ConnectionOptions } from '../core/protocol/connection-options.ts'
import type { MessageSink } from '../core/protocol/events.ts'
import type { FragmentPosition, MessageOptions } from '../core/protocol/message-options.ts'
import type { SendOutcome } from '../core/protocol/sending.ts'
import { Driver } from './driver.ts'
import type { DriverOwner } from './driver.ts'
import { endError } from './end-error.ts'
import type { Runtime } from './runtime.ts'
import type { SocketSettings } from './socket-settings.ts'
import type { Transport, TransportInfo } from './transport.ts'

/** Called when what was sent has left, or with the reason why it never will. */
export type SentCallback = (error?: Error) => void

interface Waiting {
  readonly callback: SentCallback
  /** `sentBytes` at which it is called; undefined while an extension is still encoding. */
  position: number | undefined
}

/** Everything a connection over a stream needs. */
export interface StreamConnectionParts {
  readonly transport: Transport
  readonly runtime: Runtime
  readonly core: ConnectionOptions
  readonly settings: SocketSettings
  readonly sink: MessageSink
}

/**
 * The protocol over a stream whose opening handshake is done, for libraries that bring an API of their own. The sink is called at once and in order: no
 * queue, no codec, no promise. It sends whatever it is given, so the caller limits that by `bufferedAmount`. `connect` and `serve` give a `Socket` instead.
 */
export interface StreamConnection {
  /** RFC 6455 sections 4.1 and 7.1; there is no CONNECTING. */
  readonly readyState: 'OPEN' | 'CLOSING' | 'CLOSED'
  /** HTTP version of the handshake, addresses of both ends, TLS. */
  readonly transport: { readonly info: TransportInfo }
  /** Bytes of messages and frames that neither the kernel nor the stream's window has taken. */
  readonly bufferedAmount: number
  /** Begins to read, and stops. It begins stopped; inside a call of the sink, stopping takes effect before the next frame. */
  setReading(reading: boolean): void
  /** @returns false when the connection is not OPEN; so do all `send*` */
  sendText(text: string, options?: MessageOptions): boolean
  /** Binary. The bytes are the caller's again when this returns, unless `immutable`. */
  sendBinary(payload: Uint8Array, options?: MessageOptions): boolean
  /** Text that is UTF-8 already, which nothing checks again. */
  sendTextBytes(payload: Uint8Array, options?: MessageOptions): boolean
  /**
   * One fragment of a message (RFC 6455 section 5.4).
   * @throws TypeError when the fragments do not follow each other, or a message comes before the last one
   */
  sendFragment(piece: string | Uint8Array, position: FragmentPosition, options?: MessageOptions): boolean
  /** Frames that are serialized already, as they are. The caller obeys RFC 6455, and does not change the bytes. */
  sendFrame(frame: Uint8Array): boolean
  /** @throws RangeError above 125 bytes (section 5.5) */
  sendPing(payload?: Uint8Array): boolean
  /** @throws RangeError above 125 bytes (section 5.5) */
  sendPong(payload?: Uint8Array): boolean
  /** Calls back, never at once, when everything sent so far has left to the kernel or into the stream's window, or with an error when it cannot. */
  whenSent(callback: SentCallback): void
  /** Writes now what would leave at the end of the tick. */
  flush(): void
  /** Starts the closing handshake; undefined sends an empty Close frame. The caller has checked both. */
  close(code: number | undefined, reason: string): void
  /** _Fail the WebSocket Connection_ (section 7.1.7). */
  fail(error: ConnectionError): void
}

/** Nobody calls `awaitDrained`. */
const noOwner: DriverOwner = { bufferDrained: () => undefined }

export class DrivenStreamConnection extends Driver implements StreamConnection {
  #waiting: Waiting[] | undefined

  constructor({ transport, runtime, core, settings, sink }: StreamConnectionParts) {
    super(transport, runtime, core, sink, noOwner, undefined, settings)
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    return this.core.readyState
  }

  get bufferedAmount(): number {
    return this.bufferedBytes + this.core.droppedBytes
  }

  sendText(text: string, options?: MessageOptions): boolean {
    return this.#sent(this.core.sendText(text, options))
  }

  sendBinary(payload: Uint8Array, options?: MessageOptions): boolean {
    return this.#sent(this.core.sendBinary(payload, options))
  }

  sendTextBytes(payload: Uint8Array, options?: MessageOptions): boolean {
    return this.#sent(this.core.sendTextBytes(payload, options))
  }

  sendFragment(piece: string | Uint8Array, position: FragmentPosition, options?: MessageOptions): boolean {
    return this.#sent(this.core.sendFragment(piece, position, options))
  }

  sendFrame(frame: Uint8Array): boolean {
    return this.#sent(this.core.sendPrepared(frame))
  }

  sendPing(payload?: Uint8Array): boolean {
    return this.#sent(this.core.sendPing(payload))
  }

  sendPong(payload?: Uint8Array): boolean {
    return this.#sent(this.core.sendPong(payload))
  }

  whenSent(callback: SentCallback): void {
    if (this.core.readyState === 'CLOSED') {
      this.runtime.clock.defer(() => callback(notSent()))
      return
    }
    const waiting: Waiting = { callback, position: this.core.isEncoding ? undefined : this.#queuedPosition }
    // One element takes 24 bytes; the first push to an empty array makes room for 17.
    if (this.#waiting === undefined) this.#waiting = [waiting]
    else this.#waiting.push(waiting)
    if (waiting.position === undefined) {
      this.core.whenQueued(() => {
        waiting.position = this.#queuedPosition
      })
    }
    // The output has left already where it was above the size at which it leaves at once.
    if (this.core.output.byteLength === 0) this.runtime.clock.defer(() => this.#callBack())
  }

  override flush(): void {
    super.flush()
    if (this.#waiting !== undefined) this.#callBack()
  }

  override drained(): void {
    super.drained()
    if (this.#waiting !== undefined) this.#callBack()
  }

  override closed(error: Error | undefined): void {
    super.closed(error)
    const waiting = this.#waiting
    this.#waiting = undefined
    for (const { callback } of waiting ?? []) this.runtime.clock.defer(() => callback(error ?? notSent()))
  }

  /** `sentBytes` once everything that is in `output` now has left. */
  get #queuedPosition(): number {
    return this.sentBytes + this.unsentBytes + this.core.output.byteLength
  }

  #sent(outcome: SendOutcome): boolean {
    if (outcome === true) {
      this.outputReady()
      return true
    }
    if (outcome !== false) this.fail(outcome)
    return false
  }

  /** Each callback is deferred by itself: one that throws keeps no other from being called. */
  #callBack(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    // A Pong that a shorter one replaced makes a position too high; once nothing is buffered, everything has left.
    const sent = this.bufferedBytes === 0 ? Number.POSITIVE_INFINITY : this.sentBytes
    let next = 0
    for (let at: number | undefined; next < waiting.length && (at = waiting[next]!.position) !== undefined && at <= sent; next++) {
      this.runtime.clock.defer(waiting[next]!.callback)
    }
    this.#waiting = next === waiting.length ? undefined : next === 0 ? waiting : waiting.slice(next)
  }
}

function notSent(): Error {
  return endError('the connection ended before this was sent', undefined)
}

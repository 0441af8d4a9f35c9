import type { ConnectionError } from '../core/errors.ts'
import type { Platform } from '../core/platform.ts'
import type { ConnectionOptions } from '../core/protocol/connection-options.ts'
import type { MessageSink } from '../core/protocol/events.ts'
import type { FragmentPosition, MessageOptions } from '../core/protocol/message-options.ts'
import type { SendOutcome } from '../core/protocol/sending.ts'
import { Driver } from './driver.ts'
import type { DriverOwner } from './driver.ts'
import { endError } from './end-error.ts'
import type { Clock } from './clock.ts'
import { createRuntime } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import type { SocketSettings } from './socket-settings.ts'
import type { Transport, TransportInfo } from './transport.ts'

/** Called when what was sent has left, or with the reason why it never will. */
export type SentCallback = (error?: Error) => void

/** A list that has no array: the element of a broadcast's delivery is 48 bytes instead of 96. */
interface Waiting {
  readonly callback: SentCallback
  /** `sentBytes` at which it is called; undefined while an extension is still encoding. */
  position: number | undefined
  /** The next one; of the last one, the first. */
  next: Waiting
}

/**
 * Calls the callbacks of one tick at its end, with one deferred call for all connections: a deferred call for each is 90 bytes of garbage. One that throws
 * keeps no other from being called.
 */
class SentCallbacks {
  readonly #clock: Clock
  #due: SentCallback[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(callback: SentCallback): void {
    if (this.#due.push(callback) === 1) this.#clock.defer(this.#run)
  }

  readonly #run = (): void => {
    const due = this.#due
    this.#due = []
    let next = 0
    try {
      while (next < due.length) {
        const callback = due[next++] as SentCallback
        callback()
      }
    } finally {
      if (next < due.length) {
        if (this.#due.length === 0) this.#clock.defer(this.#run)
        this.#due = due.slice(next).concat(this.#due)
      }
    }
  }
}

/** Shared by all connections over streams of the process. */
export interface StreamRuntime extends Runtime {
  readonly callbacks: SentCallbacks
}

export function createStreamRuntime(platform: Platform, clock: Clock): StreamRuntime {
  return { ...createRuntime(platform, clock), callbacks: new SentCallbacks(clock) }
}

/** Everything a connection over a stream needs. */
export interface StreamConnectionParts {
  readonly transport: Transport
  readonly runtime: StreamRuntime
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
  declare readonly runtime: StreamRuntime
  #lastWaiting: Waiting | undefined

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
    const last = this.#lastWaiting
    const waiting = { callback, position: this.core.isEncoding ? undefined : this.#queuedPosition, next: last?.next } as Waiting
    if (last === undefined) waiting.next = waiting
    else last.next = waiting
    this.#lastWaiting = waiting
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
    if (this.#lastWaiting !== undefined) this.#callBack()
  }

  override drained(): void {
    super.drained()
    if (this.#lastWaiting !== undefined) this.#callBack()
  }

  override closed(error: Error | undefined): void {
    super.closed(error)
    const last = this.#lastWaiting
    this.#lastWaiting = undefined
    let waiting = last?.next
    while (waiting !== undefined) {
      const { callback } = waiting
      this.runtime.clock.defer(() => callback(error ?? notSent()))
      waiting = waiting === last ? undefined : waiting.next
    }
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

  #callBack(): void {
    const last = this.#lastWaiting
    if (last === undefined) return
    // A Pong that a shorter one replaced makes a position too high; once nothing is buffered, everything has left.
    const sent = this.bufferedBytes === 0 ? Number.POSITIVE_INFINITY : this.sentBytes
    let first = last.next
    while (first.position !== undefined && first.position <= sent) {
      this.runtime.callbacks.add(first.callback)
      if (first === last) {
        this.#lastWaiting = undefined
        return
      }
      first = first.next
    }
    last.next = first
  }
}

function notSent(): Error {
  return endError('the connection ended before this was sent', undefined)
}

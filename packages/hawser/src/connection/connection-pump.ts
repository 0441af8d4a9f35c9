import { Connection } from '../core/protocol/connection.ts'
import type { ConnectionOptions } from '../core/protocol/connection.ts'
import type { ConnectionHandler } from '../core/protocol/events.ts'
import type { ConnectionEnvironment } from './environment.ts'
import type { Flushable } from './flush-queue.ts'
import { TimedEntry } from './timer-wheel.ts'
import type { Transport, TransportHandler } from './transport.ts'

export interface PumpHandler extends ConnectionHandler {
  /** After `awaitDrained`: nothing is buffered any more. */
  drained(): void
  /** Nothing was read for a whole interval of keepalive: the peer's Pings wait for their answer. */
  unread(): void
}

/** Output above this leaves at once rather than at the end of the chunk or tick, which bounds what one handler can pile up. */
const flushAboveBytes = 65_536

/** Moves bytes between a transport and the protocol, and time into it. It knows no message. */
export class ConnectionPump extends TimedEntry implements TransportHandler, Flushable {
  readonly core: Connection
  readonly transport: Transport
  readonly environment: ConnectionEnvironment
  readonly #handler: PumpHandler
  /** What the layer above wants, and what the transport was last told. */
  #reading = false
  #flowing = false
  /** The protocol works on input: its output leaves when it is done. */
  #receiving = false
  #dirty = false
  #ending = false
  #awaitingDrained = false
  readonly #maxBufferedBytes: number

  constructor(
    transport: Transport,
    environment: ConnectionEnvironment,
    options: ConnectionOptions,
    handler: PumpHandler,
    early: readonly Uint8Array[] | undefined,
    maxBufferedBytes: number,
  ) {
    super()
    this.#maxBufferedBytes = maxBufferedBytes
    this.transport = transport
    this.environment = environment
    this.#handler = handler
    const now = environment.clock.now()
    this.core = new Connection(options, handler, now)
    this.core.pause()
    if (early !== undefined) for (const chunk of early) this.core.receive(chunk, now)
    transport.attach(this)
    this.rearm()
  }

  /** Bytes that neither the kernel nor the stream's window has taken. */
  get bufferedBytes(): number {
    return this.core.queuedBytes + this.transport.bufferedBytes
  }

  get isReading(): boolean {
    return this.#reading
  }

  /** Starts and stops the flow of messages; inside a message's delivery it takes effect after that message. */
  setReading(reading: boolean): void {
    if (this.#reading === reading) return
    this.#reading = reading
    if (!reading) this.core.pause()
    this.#advance()
  }

  /** The protocol can take input again: an extension has finished a frame. */
  inputReady(): void {
    this.#advance()
  }

  #advance(): void {
    if (this.#receiving) return
    this.#receiving = true
    while (this.#reading && this.core.paused) this.core.resume()
    this.#receiving = false
    this.#settle()
  }

  #settle(): void {
    const { core } = this
    if (this.#ending || core.output.byteLength > 0) this.flush()
    // A peer that sends Pings and reads nothing must not grow what waits for it: it is not read from either.
    const flowing = this.#reading && !core.holdsInput && this.transport.bufferedBytes <= this.#maxBufferedBytes
    if (flowing !== this.#flowing) {
      this.#flowing = flowing
      if (flowing) this.transport.resume()
      else this.transport.pause()
    }
    if (core.readyState !== 'OPEN') this.rearm()
  }

  /** While input is held the core keeps what the transport had read before it was paused. */
  data(chunk: Uint8Array): void {
    const nested = this.#receiving
    this.#receiving = true
    this.core.receive(chunk, this.environment.clock.now())
    this.#receiving = nested
    if (!nested) this.#settle()
  }

  end(): void {
    this.core.receiveEnd(this.environment.clock.now())
    this.#settle()
  }

  drained(): void {
    this.core.output.release()
    if (this.#reading && !this.#flowing && !this.#receiving) this.#settle()
    this.#checkDrained()
  }

  closed(error: Error | undefined): void {
    this.environment.timers.cancel(this)
    this.core.transportClosed(error)
  }

  override timeout(now: number): number {
    const due = now >= this.core.nextTimeout()
    this.core.handleTimeout(now)
    if (due && !this.#reading && this.core.readyState === 'OPEN') this.#handler.unread()
    if (this.#ending || this.core.output.byteLength > 0) this.flush()
    return this.core.nextTimeout()
  }

  /** After anything that may have brought the next deadline nearer. */
  rearm(): void {
    const at = this.core.nextTimeout()
    if (at < this.wheelAt) this.environment.timers.schedule(this, at)
  }

  /** After each call of the core that may have made output. */
  outputPending(): void {
    if (this.core.output.byteLength >= flushAboveBytes) this.flush()
    else if (!this.#dirty && !this.#receiving) {
      this.#dirty = true
      this.environment.flushes.add(this)
    }
  }

  /** called by the flush queue, too */
  flush(): void {
    this.#dirty = false
    const { output } = this.core
    if (output.byteLength > 0 && this.transport.write(output.take())) output.release()
    if (this.#ending) {
      this.#ending = false
      this.transport.end()
    }
    if (this.#awaitingDrained) this.#checkDrained()
  }

  endTransport(): void {
    this.#ending = true
    this.outputPending()
  }

  abortTransport(): void {
    this.transport.abort()
  }

  awaitDrained(): void {
    this.#awaitingDrained = true
  }

  #checkDrained(): void {
    if (!this.#awaitingDrained || this.bufferedBytes > 0) return
    this.#awaitingDrained = false
    this.#handler.drained()
  }
}

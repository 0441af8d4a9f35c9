import { ConnectionError } from '../core/errors.ts'
import { Connection } from '../core/protocol/connection.ts'
import type { ConnectionOptions } from '../core/protocol/connection-options.ts'
import type { ConnectionTransport, MessageSink } from '../core/protocol/events.ts'
import type { ExtensionFrame } from '../core/protocol/extension.ts'
import type { Runtime } from './runtime.ts'
import type { MemoryAccount } from './memory-budget.ts'
import { ReceiveRate } from './receive-rate.ts'
import type { RateOwner } from './receive-rate.ts'
import type { KeepaliveTimes, SocketSettings } from './socket-settings.ts'
import type { Flushable } from './flush-queue.ts'
import { TimedEntry } from './timer-wheel.ts'
import type { Transport, TransportHandler } from './transport.ts'

/** The connection a driver belongs to. */
export interface DriverOwner {
  /** Called once after `awaitDrained`, when at most `limits.lowWaterMark` is buffered. */
  bufferDrained(): void
}

/** Output above this leaves at once rather than at the end of the chunk or tick, which bounds the output of one handler. */
const flushAboveBytes = 65_536

// Shared, where every connection would make a closure and its context.
const nothing = (): void => undefined
const inputEnded = (driver: Driver): void => driver.core.receiveEnd(driver.now)
const transportClosed = (driver: Driver, error?: Error): void => driver.core.transportClosed(error, driver.now)

/**
 * Moves bytes and time between a transport and the protocol; knows no message. While the transport has bytes that have not left, output waits
 * in the core, where small frames share a buffer instead of taking one each.
 *
 * No action of a peer or a transport leaves as an exception: it ends this connection.
 */
export class Driver extends TimedEntry implements TransportHandler, ConnectionTransport, Flushable, RateOwner {
  readonly core: Connection
  readonly transport: Transport
  readonly runtime: Runtime
  readonly #owner: DriverOwner
  readonly #limits: SocketSettings['limits']
  /** Undefined without limits of the rate. */
  readonly #rate: ReceiveRate | undefined
  /** Whether the layer above wants input, and the last call to the transport. */
  #reading = false
  #flowing = false
  /** Inside a call of the core: its output leaves when that returns. */
  #busy = false
  #dirty = false
  #ending = false
  #awaitingDrained = false
  /** Undefined without `limits.memory`. */
  account: MemoryAccount | undefined = undefined
  /** Bytes handed to the transport. */
  #written = 0

  /**
   * @param early bytes that came with the opening handshake; parsed once reading starts
   */
  constructor(
    transport: Transport,
    runtime: Runtime,
    options: ConnectionOptions,
    sink: MessageSink,
    owner: DriverOwner,
    early: readonly Uint8Array[] | undefined,
    settings: Pick<SocketSettings, 'limits' | 'tooFast'>,
  ) {
    super()
    const { limits, tooFast } = settings
    this.#limits = limits
    this.#owner = owner
    this.transport = transport
    this.runtime = runtime
    const now = runtime.clock.now()
    const { extensions } = options
    if (ReceiveRate.isLimited(limits, extensions)) this.#rate = new ReceiveRate(sink, limits, tooFast, extensions, runtime.clock, this)
    this.core = new Connection(options, this.#rate ?? sink, this, now)
    this.core.pause()
    if (early !== undefined) {
      for (const chunk of early) {
        this.#rate?.received(chunk.byteLength)
        this.core.receive(chunk, now)
      }
    }
    transport.attach(this)
    this.#rearm()
  }

  get now(): number {
    return this.runtime.clock.now()
  }

  /** Bytes that neither the kernel nor the stream's window has taken. */
  get bufferedBytes(): number {
    return this.core.queuedBytes + this.transport.bufferedBytes
  }

  /** Bytes of memory that the connection holds here and below. TLS keeps what it was given beside its ciphertext until both have left. */
  get heldBytes(): number {
    const { bufferedBytes, info } = this.transport
    return this.core.heldBytes + (bufferedBytes > 0 && info.secure && info.httpVersion === '1.1' ? 2 * bufferedBytes : bufferedBytes)
  }

  get sentBytes(): number {
    return this.#written - this.transport.bufferedBytes
  }

  get unsentBytes(): number {
    return this.transport.bufferedBytes
  }

  /** Starts and stops reading; inside the delivery of a message it takes effect after that message. */
  setReading(reading: boolean): void {
    if (this.#reading === reading) return this.account?.update()
    this.#reading = reading
    if (!reading) this.core.pause()
    if (!this.#busy) this.#run(nothing)
  }

  pauseInput(): void {
    this.core.pause()
  }

  data(chunk: Uint8Array): void {
    const { core } = this
    if (this.#busy) {
      this.#rate?.received(chunk.byteLength)
      core.receive(chunk, this.runtime.clock.now())
      return
    }
    this.#busy = true
    try {
      this.#rate?.received(chunk.byteLength)
      core.receive(chunk, this.runtime.clock.now())
    } catch (error) {
      this.#fail(error)
    }
    this.#settle()
  }

  end(): void {
    this.#run(inputEnded)
  }

  drained(): void {
    this.core.output.release()
    this.#run(() => this.core.outputSent(this.now))
  }

  closed(error: Error | undefined): void {
    this.runtime.timers.cancel(this)
    this.#run(transportClosed, error)
  }

  extensionDone(direction: 'encode' | 'decode', result: ExtensionFrame | Error): void {
    this.#run(() => this.core.extensionDone(direction, result, this.now))
  }

  override timeout(now: number): number {
    this.#run(() => this.core.handleTimeout(now))
    return this.#nextTimeout()
  }

  /** _Fail the WebSocket Connection_, from the application's end or because of it. */
  fail(error: ConnectionError): void {
    this.#run(() => this.core.fail(error, this.now))
  }

  setKeepalive(times: KeepaliveTimes): void {
    this.#run(() => this.core.setKeepalive(times, this.now))
  }

  close(code: number | undefined, reason: string): void {
    this.#run(() => this.core.close(code, reason, this.now))
  }

  /** The application has finished its messages. */
  applicationIdle(): void {
    if (this.core.defersAnswer) this.#run(() => this.core.applicationIdle(this.now))
  }

  /** Called after each call of the core that may have made output. */
  outputReady(): void {
    if (this.core.output.byteLength >= flushAboveBytes) this.flush()
    else if (!this.#dirty && !this.#busy) {
      this.#dirty = true
      this.runtime.flushes.add(this)
    }
  }

  flush(): void {
    this.#dirty = false
    const { core, transport } = this
    const { output } = core
    try {
      // One batch at a time: as long as bytes are not with the transport, a Ping overtakes them.
      for (let waiting = output.byteLength; waiting > 0 && transport.bufferedBytes === 0; waiting = output.byteLength) {
        const segments = output.take()
        this.#written += waiting - output.byteLength
        if (transport.write(segments)) output.release()
      }
      if (this.#ending && output.byteLength === 0) {
        this.#ending = false
        transport.end()
      }
      if (transport.bufferedBytes > 0) {
        core.outputBlocked()
        this.account?.update()
      }
    } catch (error) {
      this.#fail(error)
    }
    if (this.#awaitingDrained) this.#checkDrained()
  }

  endTransport(): void {
    this.#ending = true
    this.outputReady()
  }

  abortTransport(): void {
    this.transport.abort()
  }

  awaitDrained(): void {
    this.#awaitingDrained = true
  }

  /** Runs a call of the core, then reads on, flushes and sets the timer as its outcome asks. */
  #run(call: (driver: Driver, error?: Error) => void, error?: Error): void {
    if (this.#busy) {
      call(this, error)
      return
    }
    this.#busy = true
    try {
      call(this, error)
    } catch (failure) {
      this.#fail(failure)
    }
    this.#settle()
  }

  #settle(): void {
    const { core } = this
    try {
      if (this.#isTooFast()) core.pause()
      while (this.#reading && core.paused && !this.#isTooFast()) core.resume(this.runtime.clock.now())
    } catch (error) {
      this.#fail(error)
    }
    this.#busy = false
    if (this.#ending || core.output.byteLength > 0) this.flush()
    // A peer that sends Pings and reads nothing must not grow its queue, so reading from it stops.
    const flowing = this.#reading && !core.holdsInput && this.transport.bufferedBytes + core.output.byteLength <= this.#limits.sendBuffer
    if (flowing !== this.#flowing) {
      this.#flowing = flowing
      if (flowing) this.transport.resume()
      else this.transport.pause()
    }
    this.#rearm()
    if (this.#awaitingDrained) this.#checkDrained()
    this.account?.update()
  }

  /** The closing handshake has its own deadlines, and the peer's Close frame may be among what is not read. */
  #isTooFast(): boolean {
    return this.#rate !== undefined && this.#rate.resumeAt > this.runtime.clock.now() && this.core.readyState === 'OPEN'
  }

  #nextTimeout(): number {
    const at = this.core.nextTimeout()
    return this.#rate !== undefined && this.#isTooFast() ? Math.min(at, this.#rate.resumeAt) : at
  }

  #rearm(): void {
    const at = this.#nextTimeout()
    if (at < this.wheelAt) this.runtime.timers.schedule(this, at)
  }

  #fail(cause: unknown): void {
    const error = new ConnectionError('hawser had to end the connection because of an unexpected error', {
      fault: 'application',
      closeCode: 1011,
      cause,
    })
    try {
      this.core.fail(error, this.runtime.clock.now())
    } finally {
      if (this.core.readyState !== 'CLOSED') this.transport.abort()
    }
  }

  #checkDrained(): void {
    if (!this.#awaitingDrained || this.bufferedBytes > this.#limits.lowWaterMark) return
    this.#awaitingDrained = false
    this.#owner.bufferDrained()
  }
}

import { OptionError } from '../core/errors.ts'
import { checkObject } from '../core/option-names.ts'
import { checkInteger } from '../connection/option-checks.ts'
import type { Clock } from '../connection/clock.ts'
import type { Transport, TransportHandler, TransportInfo } from '../connection/transport.ts'

/** Faults of the receiving direction. */
export interface Faults {
  /** Chunks are split into pieces of this many bytes, or of the function's result. */
  readonly split?: number | (() => number)
  /** Every piece arrives this much later; needs `clock`. */
  readonly delayMs?: number
  /** The clock that `delayMs` counts on. */
  readonly clock?: Clock
  /** After this many bytes nothing arrives any more, as if a cable was cut. */
  readonly dropAfter?: number
  /** After this many bytes both ends see a reset. */
  readonly resetAfter?: number
}

/** A record, so that the compiler misses one that is not here. */
const names: Readonly<Record<keyof Faults, true>> = { split: true, delayMs: true, clock: true, dropAfter: true, resetAfter: true }

/** A transport whose receiving side misbehaves. */
export class FaultyTransport implements Transport {
  readonly #inner: Transport
  readonly #faults: Faults

  /** @throws OptionError naming the option that is wrong */
  constructor(inner: Transport, faults: Faults) {
    checkObject('faults', faults, Object.keys(names))
    if (typeof faults.split !== 'function') checkInteger('faults.split', faults.split, 1)
    for (const name of ['delayMs', 'dropAfter', 'resetAfter'] as const) checkInteger(`faults.${name}`, faults[name], 0)
    if (faults.delayMs !== undefined && faults.clock === undefined) {
      throw new OptionError('faults.clock', 'a clock, since there is a delayMs', faults.clock)
    }
    this.#inner = inner
    this.#faults = faults
  }

  /** That of the transport underneath. */
  get info(): TransportInfo {
    return this.#inner.info
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes
  }

  attach(handler: TransportHandler): void {
    this.#inner.attach(new FaultyReceiver(this.#inner, handler, this.#faults))
  }

  write(segments: readonly Uint8Array[]): boolean {
    return this.#inner.write(segments)
  }

  end(): void {
    this.#inner.end()
  }

  abort(): void {
    this.#inner.abort()
  }

  pause(): void {
    this.#inner.pause()
  }

  /** Resumes the transport underneath. */
  resume(): void {
    this.#inner.resume()
  }
}

class FaultyReceiver implements TransportHandler {
  readonly #inner: Transport
  readonly #handler: TransportHandler
  readonly #faults: Faults
  #received = 0
  #closed = false

  constructor(inner: Transport, handler: TransportHandler, faults: Faults) {
    this.#inner = inner
    this.#handler = handler
    this.#faults = faults
  }

  data(chunk: Uint8Array): void {
    const { split } = this.#faults
    for (let start = 0; start < chunk.byteLength; ) {
      const size = split === undefined ? chunk.byteLength : Math.max(1, Math.floor(typeof split === 'number' ? split : split()))
      const piece = chunk.slice(start, start + size)
      start += size
      this.#later(() => this.#piece(piece))
    }
  }

  #piece(piece: Uint8Array): void {
    if (this.#closed) return
    const { dropAfter = Number.POSITIVE_INFINITY, resetAfter = Number.POSITIVE_INFINITY } = this.#faults
    const allowed = Math.min(dropAfter, resetAfter) - this.#received
    this.#received += piece.byteLength
    if (allowed > 0) this.#handler.data(piece.byteLength > allowed ? piece.subarray(0, allowed) : piece)
    if (this.#received >= resetAfter) this.#inner.abort()
  }

  end(): void {
    this.#later(() => {
      if (this.#received < (this.#faults.dropAfter ?? Number.POSITIVE_INFINITY)) this.#handler.end()
    })
  }

  drained(): void {
    this.#handler.drained()
  }

  closed(error: Error | undefined): void {
    this.#later(() => {
      if (this.#closed) return
      this.#closed = true
      const reset = this.#received >= (this.#faults.resetAfter ?? Number.POSITIVE_INFINITY)
      this.#handler.closed(reset ? new Error('the connection was reset') : error)
    })
  }

  #later(callback: () => void): void {
    const { clock, delayMs } = this.#faults
    if (clock === undefined || delayMs === undefined) callback()
    else clock.schedule(callback, delayMs)
  }
}

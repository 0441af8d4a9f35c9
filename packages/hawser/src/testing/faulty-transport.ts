import type { Transport, TransportHandler, TransportInfo } from '../connection/transport.ts'
import { readFaults } from './faults.ts'
import type { Faults, FaultSettings } from './faults.ts'

/**
 * A transport that misbehaves: after so many bytes by its options, at any moment by its methods. Bytes count from the start of the transport, so
 * those of an opening handshake are included.
 */
export class FaultyTransport implements Transport {
  readonly #inner: Transport
  readonly #faults: FaultSettings
  readonly #receiver: FaultyReceiver
  #sent = 0
  #writing: 'works' | 'ended' | 'fails' = 'works'

  /** @throws OptionError naming the option that is wrong */
  constructor(inner: Transport, faults: Faults = {}) {
    this.#faults = readFaults(faults)
    this.#inner = inner
    this.#receiver = new FaultyReceiver(inner, this.#faults)
    inner.attach(this.#receiver)
  }

  /** That of the transport underneath. */
  get info(): TransportInfo {
    return this.#inner.info
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes
  }

  /** Bytes delivered to this end so far. */
  get receivedBytes(): number {
    return this.#receiver.received
  }

  /** Bytes that this end sent so far, without those that a fault dropped. */
  get sentBytes(): number {
    return this.#sent
  }

  attach(handler: TransportHandler): void {
    this.#receiver.handOver(handler)
  }

  write(segments: readonly Uint8Array[]): boolean {
    const { endAfter, failWritesAfter } = this.#faults
    const works = this.#writing === 'works' && !this.#receiver.isCut
    const kept = works ? take(segments, Math.min(endAfter, failWritesAfter) - this.#sent) : []
    const bytes = byteLength(kept)
    this.#sent += bytes
    const done = bytes === 0 || this.#inner.write(kept)
    const isShort = bytes < byteLength(segments)
    if (this.#writing === 'fails' || (isShort && this.#sent >= failWritesAfter)) this.#fail()
    else if (this.#sent >= endAfter) this.halfClose()
    return done
  }

  end(): void {
    if (!this.#receiver.isCut) this.#inner.end()
  }

  abort(): void {
    this.#receiver.abort()
  }

  pause(): void {
    this.#receiver.want(false)
  }

  /** Delivers what has arrived since `pause`, and what arrives from now on. */
  resume(): void {
    this.#receiver.want(true)
  }

  /** Ends the writing side without this end's knowledge: the peer sees a FIN, and what this end writes from now on goes nowhere. */
  halfClose(): void {
    if (this.#writing !== 'works') return
    this.#writing = 'ended'
    this.end()
  }

  /**
   * Lets every write of this end fail from now on, and at once those whose bytes have not left: this end sees `error`, and the peer a reset.
   * Default: `write EPIPE`.
   */
  failWrites(error: Error = new Error('write EPIPE')): void {
    this.#writing = 'fails'
    this.#receiver.failure ??= error
    if (this.bufferedBytes > 0) this.#fail()
  }

  /** Both ends see a reset at once. */
  reset(): void {
    this.#receiver.fail(new Error('the connection was reset'))
  }

  /** Drops everything in both directions from now on, as if a cable was cut; neither end is told, not even of the other's reset. */
  cut(): void {
    this.#receiver.cut()
  }

  /** Delivers nothing to this end until `proceed`: its peer's bytes wait in the network, and beyond the network's capacity at the peer. */
  stall(): void {
    this.#receiver.stall(true)
  }

  /** Ends what `stall` began; nothing was lost meanwhile. */
  proceed(): void {
    this.#receiver.stall(false)
  }

  #fail(): void {
    this.#writing = 'fails'
    this.#receiver.fail(new Error('write EPIPE'))
  }
}

/** A piece of input that waits, or the FIN of the peer, or an orderly end of both sides. */
type Input = Uint8Array | 'end' | 'closed'

class FaultyReceiver implements TransportHandler {
  readonly #inner: Transport
  readonly #faults: FaultSettings
  #handler: TransportHandler | undefined
  /** What `closed` reports instead of an orderly end. */
  failure: Error | undefined
  received = 0
  isCut = false
  /** In order; waits while the transport is paused or stalled. */
  #input: Input[] = []
  #wanted = false
  #stalled = false
  #delivering = false
  /** Its end may still wait behind input. */
  #innerClosed = false
  #closed = false

  constructor(inner: Transport, faults: FaultSettings) {
    this.#inner = inner
    this.#faults = faults
  }

  handOver(handler: TransportHandler): void {
    const isFirst = this.#handler === undefined
    this.#handler = handler
    if (isFirst && this.#closed) void Promise.resolve().then(() => handler.closed(this.failure))
  }

  want(wanted: boolean): void {
    this.#wanted = wanted
    this.#flow()
  }

  stall(stalled: boolean): void {
    this.#stalled = stalled
    this.#flow()
  }

  cut(): void {
    this.isCut = true
    this.#input = []
    this.#flow()
  }

  abort(): void {
    this.#input = []
    if (this.isCut || this.#innerClosed) void Promise.resolve().then(() => this.#finish(this.failure))
    else this.#inner.abort()
  }

  fail(error: Error): void {
    this.failure ??= error
    this.abort()
  }

  get #isFlowing(): boolean {
    return this.#wanted && !this.#stalled && !this.isCut && !this.#closed
  }

  #flow(): void {
    if (this.#isFlowing) this.#deliver()
    if (this.#isFlowing) this.#inner.resume()
    else this.#inner.pause()
  }

  data(chunk: Uint8Array): void {
    const { split } = this.#faults
    for (let start = 0; start < chunk.byteLength; ) {
      const size = Math.max(1, Math.floor(typeof split === 'number' ? split : split()))
      const piece = chunk.slice(start, start + size)
      start += size
      this.#later(() => this.#arrived(piece))
    }
  }

  end(): void {
    this.#later(() => this.#arrived('end'))
  }

  drained(): void {
    if (!this.isCut) this.#handler?.drained()
  }

  closed(error: Error | undefined): void {
    this.#innerClosed = true
    this.#later(() => {
      if (this.isCut) return
      const failure = this.failure ?? error
      if (failure === undefined && this.#input.length > 0) this.#arrived('closed')
      else this.#finish(failure)
    })
  }

  #arrived(input: Input): void {
    if (this.#closed || this.isCut) return
    this.#input.push(input)
    this.#deliver()
  }

  #deliver(): void {
    if (this.#delivering) return
    this.#delivering = true
    try {
      while (this.#isFlowing && this.#input.length > 0) {
        const input = this.#input.shift() as Input
        if (input === 'closed') this.#finish(undefined)
        else if (input === 'end') this.#deliverEnd()
        else this.#deliverPiece(input)
      }
    } finally {
      this.#delivering = false
    }
  }

  #deliverPiece(piece: Uint8Array): void {
    const { dropAfter, resetAfter } = this.#faults
    const allowed = Math.max(0, Math.min(dropAfter, resetAfter) - this.received)
    this.received += Math.min(allowed, piece.byteLength)
    if (allowed > 0) this.#handler?.data(piece.byteLength > allowed ? piece.subarray(0, allowed) : piece)
    if (this.received >= resetAfter) this.fail(new Error('the connection was reset'))
  }

  #deliverEnd(): void {
    if (this.received < this.#faults.dropAfter) this.#handler?.end()
  }

  #finish(error: Error | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.failure = error
    this.#input = []
    this.#handler?.closed(error)
  }

  #later(callback: () => void): void {
    const { clock, delayMs } = this.#faults
    if (clock === undefined) callback()
    else clock.schedule(callback, delayMs)
  }
}

function byteLength(segments: readonly Uint8Array[]): number {
  return segments.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

/** The first `bytes` of the segments. */
function take(segments: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  const taken: Uint8Array[] = []
  let left = bytes
  for (const segment of segments) {
    if (left <= 0) break
    taken.push(segment.byteLength > left ? segment.subarray(0, left) : segment)
    left -= segment.byteLength
  }
  return taken
}

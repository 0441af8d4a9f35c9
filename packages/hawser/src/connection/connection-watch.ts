import { OptionError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { withoutPromise } from '../core/thenable.ts'
import { notify } from './application-code.ts'
import type { Clock } from './clock.ts'
import { FrameScanner } from './frame-scanner.ts'
import type { ScannedFrame } from './frame-scanner.ts'
import { FrameTally } from './frame-tally.ts'
import type { ConnectionObserver, ObservedConnection, ObservedFrame, Observer } from './observer.ts'
import type { Socket } from './socket.ts'

/** Frames of one turn of the event loop that wait to be reported. One chunk of 64 KiB can hold 32 768. */
const maxWaiting = 16_384

/** The observers of a server or client, as a connection sees them. */
export interface ObserverList {
  has(observer: Observer): boolean
  /** Takes an error of an observer; never throws. */
  failed(error: unknown): void
}

interface Watcher {
  readonly owner: Observer
  readonly watches: ConnectionObserver
  /** Read once: a getter of the application is not called in the middle of a write. */
  readonly payloadBytes: number
}

interface Backpressure {
  readonly blocked: boolean
  readonly bufferedBytes: number
}

/** A Pong arrived. */
const pong = Symbol('Pong')

/**
 * Tells the observers of one connection about its frames and its end. They are called when no code of hawser is on the stack: one that sends from a
 * callback would otherwise write in the middle of a write.
 */
export class ConnectionWatch {
  readonly #clock: Clock
  readonly #observers: ObserverList
  readonly #waiting: (ScannedFrame | Backpressure | typeof pong)[] = []
  #watchers: readonly Watcher[] = []
  #sent: FrameScanner | undefined
  #received: FrameScanner | undefined
  #sentTally: FrameTally | undefined
  #receivedTally: FrameTally | undefined
  /** Undefined where nobody is told of Pings. */
  #pinging: Socket | undefined
  /** The round trip that was told last, and Pongs that were noted: a Pong that answers nothing changes no round trip. */
  #roundTripMs: number | undefined
  #pongs = 0
  #pongWaits = false
  /** Frames that found `#waiting` full, before it was last emptied and since. */
  #skippedBefore = 0
  #skipped = 0

  constructor(clock: Clock, observers: ObserverList) {
    this.#clock = clock
    this.#observers = observers
  }

  /**
   * Asks the observers. Call it before the first byte is written or read.
   * @param owners those that were told of the opening handshake
   * @param early bytes that came with the opening handshake
   */
  start(owners: readonly Observer[], connection: ObservedConnection, early: readonly Uint8Array[] | undefined): void {
    const watchers: Watcher[] = []
    let wantsFrames = false
    let wantsPings = false
    const traffic: NonNullable<ConnectionObserver['traffic']>[] = []
    for (const owner of owners) {
      if (!this.#observers.has(owner)) continue
      try {
        const watches = withoutPromise('connection of an observer', owner.connection?.(connection))
        if (typeof watches !== 'object' || watches === null) continue
        const payloadBytes = readPayloadBytes(watches)
        wantsFrames = watches.frame !== undefined || wantsFrames
        wantsPings = watches.ping !== undefined || wantsPings
        const counts = readTraffic(watches)
        if (counts !== undefined) traffic.push(counts)
        watchers.push({ owner, watches, payloadBytes })
      } catch (error) {
        this.#observers.failed(error)
      }
    }
    if (watchers.length === 0) return
    this.#watchers = watchers
    if (wantsFrames) {
      const sampleBytes = Math.max(...watchers.map(({ payloadBytes }) => payloadBytes))
      const found = (frame: ScannedFrame): void => this.#frame(frame)
      this.#sent = new FrameScanner('sent', sampleBytes, found)
      this.#received = new FrameScanner('received', sampleBytes, found)
    }
    if (traffic.length > 0) this.#sentTally = new FrameTally(traffic.map(({ sent }) => sent))
    if (traffic.length > 0 || wantsPings) this.#receivedTally = new FrameTally(traffic.map(({ received }) => received))
    if (wantsPings) this.#pinging = connection.socket
    for (const chunk of early ?? []) this.received(chunk)
    void connection.socket.closed.then((info) => this.#end(info))
  }

  sent(segments: readonly Uint8Array[]): void {
    if (this.#sentTally !== undefined) for (const segment of segments) this.#sentTally.push(segment)
    if (this.#sent === undefined) return
    const now = this.#clock.now()
    for (const segment of segments) this.#sent.push(segment, now)
  }

  received(chunk: Uint8Array): void {
    this.#received?.push(chunk, this.#clock.now())
    const tally = this.#receivedTally
    if (tally === undefined) return
    tally.push(chunk)
    if (this.#pinging === undefined || tally.pongs === this.#pongs) return
    this.#pongs = tally.pongs
    if (this.#pongWaits) return
    this.#pongWaits = true
    this.#add(pong)
  }

  backpressure(blocked: boolean, bufferedBytes: number): void {
    this.#add({ blocked, bufferedBytes })
  }

  transportClosed(): void {
    const now = this.#clock.now()
    this.#sent?.end(now)
    this.#received?.end(now)
  }

  #frame(frame: ScannedFrame): void {
    if (this.#waiting.length >= maxWaiting) this.#skipped++
    else this.#add(frame)
  }

  #add(event: ScannedFrame | Backpressure | typeof pong): void {
    if (this.#waiting.push(event) === 1) this.#clock.defer(() => this.#tell())
  }

  #tell(): void {
    const events = this.#waiting.splice(0)
    let skipped = this.#skippedBefore
    this.#skippedBefore = this.#skipped
    this.#skipped = 0
    for (const event of events) {
      if (event === pong) {
        this.#tellPing()
        continue
      }
      if ('blocked' in event) {
        this.#each(({ watches }) => watches.backpressure?.(event.blocked, event.bufferedBytes))
        continue
      }
      const before = skipped
      skipped = 0
      this.#each(({ watches, payloadBytes }) => watches.frame?.(observed(event, before, payloadBytes, this.#watchers.length > 1)))
    }
    this.#skippedBefore += skipped
  }

  #tellPing(): void {
    this.#pongWaits = false
    const roundTripMs = this.#pinging?.roundTripMs
    if (roundTripMs === undefined || roundTripMs === this.#roundTripMs) return
    this.#roundTripMs = roundTripMs
    this.#each(({ watches }) => watches.ping?.(roundTripMs))
  }

  #end(info: CloseInfo): void {
    this.#tell()
    this.#each(({ watches }) => watches.end?.(info))
    this.#watchers = []
  }

  /** An observer that was removed is told nothing more. */
  #each(tell: (watcher: Watcher) => unknown): void {
    for (const watcher of this.#watchers) {
      if (this.#observers.has(watcher.owner)) notify(() => tell(watcher), this.#failed)
    }
  }

  readonly #failed = (error: unknown): void => this.#observers.failed(error)
}

/** Written out: with spread syntax a frame of 64 bytes cost twice as much. */
function observed(frame: ScannedFrame, skipped: number, payloadBytes: number, isShared: boolean): ObservedFrame {
  const { direction, time, opcode, fin, rsv1, rsv2, rsv3, payloadLength, payload, maskingKey } = frame
  // What one observer writes into its bytes, no other one reads
  const own = isShared ? payload.slice(0, payloadBytes) : payload.length <= payloadBytes ? payload : payload.subarray(0, payloadBytes)
  return {
    direction,
    time,
    opcode,
    fin,
    rsv1,
    rsv2,
    rsv3,
    maskingKey: isShared ? maskingKey?.slice() : maskingKey,
    payloadLength,
    payload: own,
    skipped,
  }
}

/** @throws OptionError unless it is undefined, a whole number from 0 or Infinity */
function readPayloadBytes({ payloadBytes = 0 }: ConnectionObserver): number {
  if (payloadBytes === Number.POSITIVE_INFINITY || (Number.isSafeInteger(payloadBytes) && payloadBytes >= 0)) return payloadBytes
  throw new OptionError('payloadBytes', 'a whole number of bytes, 0 or more', payloadBytes)
}

/** @throws OptionError unless it is undefined or has counters of both directions */
function readTraffic({ traffic }: ConnectionObserver): ConnectionObserver['traffic'] {
  if (traffic === undefined) return undefined
  for (const direction of ['sent', 'received'] as const) {
    const counts: unknown = (traffic as Partial<NonNullable<ConnectionObserver['traffic']>> | null)?.[direction]
    if (typeof counts !== 'object' || counts === null) throw new OptionError(`traffic.${direction}`, 'an object with counters', counts)
  }
  return { sent: traffic.sent, received: traffic.received }
}

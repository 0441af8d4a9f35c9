import type { CloseInfo } from '../core/protocol/events.ts'
import { withoutPromise } from '../core/thenable.ts'
import { notify } from './application-code.ts'
import type { Clock } from './clock.ts'
import { FrameScanner } from './frame-scanner.ts'
import type { ScannedFrame } from './frame-scanner.ts'
import type { ConnectionObserver, ObservedConnection, Observer } from './observer.ts'

/** Frames of one turn of the event loop that wait to be reported. One chunk of 64 KiB can hold 32 768. */
const maxWaiting = 16_384

/** The observers of a server or client, as a connection sees them. */
export interface ObserverList {
  /** Those that are active now. */
  readonly active: readonly Observer[]
  has(observer: Observer): boolean
  /** Takes an error of an observer; never throws. */
  failed(error: unknown): void
}

interface Watcher {
  readonly owner: Observer
  readonly watches: ConnectionObserver
}

interface Backpressure {
  readonly blocked: boolean
  readonly bufferedBytes: number
}

/**
 * Tells the observers of one connection about its frames and its end. They are called when no code of hawser is on the stack: one that sends from a
 * callback would otherwise write in the middle of a write.
 */
export class ConnectionWatch {
  readonly #clock: Clock
  readonly #observers: ObserverList
  readonly #waiting: (ScannedFrame | Backpressure)[] = []
  #watchers: readonly Watcher[] = []
  #sent: FrameScanner | undefined
  #received: FrameScanner | undefined
  /** Frames that found `#waiting` full, before it was last emptied and since. */
  #skippedBefore = 0
  #skipped = 0

  constructor(clock: Clock, observers: ObserverList) {
    this.#clock = clock
    this.#observers = observers
  }

  /**
   * Asks the observers. Call it before the first byte is written or read.
   * @param early bytes that came with the opening handshake
   */
  start(connection: ObservedConnection, early: readonly Uint8Array[] | undefined): void {
    const watchers: Watcher[] = []
    for (const owner of this.#observers.active) {
      try {
        const watches = withoutPromise('connection of an observer', owner.connection?.(connection))
        if (typeof watches === 'object' && watches !== null) watchers.push({ owner, watches })
      } catch (error) {
        this.#observers.failed(error)
      }
    }
    if (watchers.length === 0) return
    this.#watchers = watchers
    if (watchers.some(({ watches }) => watches.frame !== undefined)) {
      const sampleBytes = Math.max(...watchers.map(({ watches }) => watches.payloadBytes ?? 0))
      const found = (frame: ScannedFrame): void => this.#frame(frame)
      this.#sent = new FrameScanner('sent', sampleBytes, found)
      this.#received = new FrameScanner('received', sampleBytes, found)
      for (const chunk of early ?? []) this.received(chunk)
    }
    void connection.socket.closed.then((info) => this.#end(info))
  }

  sent(segments: readonly Uint8Array[]): void {
    if (this.#sent === undefined) return
    const now = this.#clock.now()
    for (const segment of segments) this.#sent.push(segment, now)
  }

  received(chunk: Uint8Array): void {
    this.#received?.push(chunk, this.#clock.now())
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

  #add(event: ScannedFrame | Backpressure): void {
    if (this.#waiting.push(event) === 1) this.#clock.defer(() => this.#tell())
  }

  #tell(): void {
    const events = this.#waiting.splice(0)
    let skipped = this.#skippedBefore
    this.#skippedBefore = this.#skipped
    this.#skipped = 0
    for (const event of events) {
      if ('blocked' in event) {
        this.#each((watches) => watches.backpressure?.(event.blocked, event.bufferedBytes))
        continue
      }
      const { payload } = event
      const before = skipped
      skipped = 0
      this.#each((watches) => watches.frame?.({ ...event, payload: payload.subarray(0, watches.payloadBytes ?? 0), skipped: before }))
    }
    this.#skippedBefore += skipped
  }

  #end(info: CloseInfo): void {
    this.#tell()
    this.#each((watches) => watches.end?.(info))
    this.#watchers = []
  }

  /** An observer that was removed is told nothing more. */
  #each(tell: (watches: ConnectionObserver) => unknown): void {
    for (const { owner, watches } of this.#watchers) {
      if (this.#observers.has(owner)) notify(() => tell(watches), this.#failed)
    }
  }

  readonly #failed = (error: unknown): void => this.#observers.failed(error)
}

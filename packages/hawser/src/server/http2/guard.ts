import type { SessionHandle } from '../../connection/session-watch.ts'
import { SessionWatch } from '../../connection/session-watch.ts'
import type { Member, Members } from '../../connection/members.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { ServerCore } from '../server-core.ts'
import type { Http2Settings } from './options.ts'
import { SessionTraffic } from './traffic.ts'

/** A session at the server. */
export interface GuardedSession extends SessionHandle {
  /** The highest identifier that the client has used for a stream (RFC 9113 section 5.1.1). */
  readonly lastStreamId: number
  /** Sends GOAWAY with ENHANCE_YOUR_CALM, and ends the session with `error`. */
  endForFlood(error: Error): void
}

/** Connections without a request, of which a full server ends some: see `RequestLoopOwner.loops`. */
export type WaitingConnections = Members<Member & { stop(): void; makeRoom(): void }>

type FloodLimit = 'resetsPerSecond' | 'controlFramesPerSecond' | 'tinyFramesPerSecond' | 'overheadPerSecond'

/** No HEADERS frame is smaller: its head and one octet. */
const smallestRequestBytes = 10

/**
 * Watches one session: it limits the frames of its client per second and the time without a stream, and makes sure that its connection ends. A flood
 * ends only its own session (RFC 9113 section 10.5).
 */
export class SessionGuard extends TimedEntry implements Member {
  memberIndex: number = -1
  readonly #session: GuardedSession
  readonly #core: ServerCore
  readonly #settings: Http2Settings
  readonly #watch: SessionWatch
  readonly #traffic: SessionTraffic
  readonly #waiting: WaitingConnections | undefined
  #streams = 0
  #idleSince: number
  #idleMs: number
  #second = 0
  #resets = 0
  #controlFrames = 0
  #bytesRead = 0
  /** Streams that the runtime has reported, and those that it reset without reporting them. */
  #streamsOpened = 0
  #unopened = 0
  #closed = false

  /**
   * @param since when the connection began, before TLS; default now
   * @param waiting has the session while it has no stream
   */
  constructor(
    session: GuardedSession,
    core: ServerCore,
    settings: Http2Settings,
    since: number = core.runtime.clock.now(),
    waiting?: WaitingConnections,
  ) {
    super()
    this.#session = session
    this.#core = core
    this.#settings = settings
    const { runtime } = core
    const now = runtime.clock.now()
    this.#watch = new SessionWatch(session, now, settings.idleMs)
    this.#traffic = new SessionTraffic(settings, now)
    this.#waiting = waiting
    waiting?.add(this)
    this.#idleSince = since
    this.#idleMs = core.settings.handshake.handshakeMs
    runtime.timers.schedule(this, now)
  }

  /** The session has ended or is about to: nothing more is done for it. */
  get isOver(): boolean {
    return this.#session.isOver
  }

  streamOpened(): void {
    this.#streamsOpened++
    this.#streams++
    this.#waiting?.delete(this)
  }

  /** @param isReset it ended with an RST_STREAM of the client, NO_ERROR too */
  streamClosed(isReset: boolean): void {
    if (--this.#streams === 0) {
      this.#idleSince = this.#core.runtime.clock.now()
      this.#idleMs = this.#settings.idleMs
      if (!this.#session.isOver && !this.#session.isClosing) this.#waiting?.add(this)
      this.#checkSoon()
    }
    if (isReset) this.#countResets(1)
  }

  /** A stream that was reset before it was reported. */
  streamLost(): void {
    this.#streamsOpened++
    this.#countResets(1)
  }

  /** A PING or SETTINGS frame was received. */
  controlFrame(): void {
    this.#turn()
    if (++this.#controlFrames > this.#settings.controlFramesPerSecond) this.#endForFlood('PING and SETTINGS frames', 'controlFramesPerSecond')
  }

  /** @param raw names and values of a request in turn, also of one that is refused or reset */
  requestRead(raw: readonly string[]): void {
    this.#traffic.head(raw)
  }

  /** A piece of content has arrived, on any stream. */
  contentRead(bytes: number): void {
    const traffic = this.#traffic
    if (traffic.content(bytes) && traffic.isTiny(this.#core.runtime.clock.now())) {
      this.#endForFlood('DATA frames of fewer than 6 bytes', 'tinyFramesPerSecond')
    }
  }

  /** GOAWAY; without a stream the connection ends. */
  goAway(): void {
    this.#waiting?.delete(this)
    this.#session.goAway()
    this.#checkSoon()
  }

  /** Ends a session that has no stream, because the server drains. */
  stop(): void {
    this.goAway()
  }

  /** Ends a session that has no stream, because the server needs its place for another connection. */
  makeRoom(): void {
    this.goAway()
  }

  abort(): void {
    this.#session.abort()
  }

  /** The session has closed before its connection, which ends in time even if the client leaves it open. */
  sessionClosed(): void {
    this.#waiting?.delete(this)
    this.#checkSoon()
  }

  /** The session and its connection have closed; on Bun maybe within `goAway`. */
  closed(): void {
    this.#closed = true
    this.#waiting?.delete(this)
    this.#core.runtime.timers.cancel(this)
    this.#core.refusalEnded(this)
  }

  /** A session that is over is one of those that a drain waits for. */
  #checkSoon(): void {
    if (this.#closed) return
    const { runtime, ending } = this.#core
    const endsAt = this.#watch.endsAt(runtime.clock.now(), this.#streams)
    if (endsAt === Number.POSITIVE_INFINITY || ending.has(this)) return
    ending.add(this)
    runtime.timers.schedule(this, endsAt)
  }

  #turn(): void {
    const second = Math.floor(this.#core.runtime.clock.now() / 1_000)
    if (second === this.#second) return
    this.#second = second
    this.#resets = 0
    this.#controlFrames = 0
  }

  #countResets(count: number): void {
    this.#turn()
    this.#resets += count
    if (this.#resets > this.#settings.resetsPerSecond) this.#endForFlood('streams reset', 'resetsPerSecond')
  }

  #endForFlood(what: string, limit: FloodLimit): void {
    if (this.#session.isOver) return
    this.#session.endForFlood(new Error(`more ${what} in a second than http2.${limit} allows, ${this.#settings[limit]}: GOAWAY`))
    this.#checkSoon()
  }

  /**
   * Counts the streams that the runtime reset without telling anybody, for a header section that is too large or malformed. Their identifiers were
   * used (RFC 9113 section 5.1.1). A client that leaves identifiers out is not taken for one: each request has a size.
   */
  #countUnseen(): void {
    const { bytesRead, lastStreamId } = this.#session
    const bytes = bytesRead - this.#bytesRead
    if (bytes === 0) return
    this.#bytesRead = bytesRead
    const unopened = Math.ceil(lastStreamId / 2) - this.#streamsOpened
    const more = Math.min(unopened - this.#unopened, bytes / smallestRequestBytes)
    this.#unopened = unopened
    if (more > 0) this.#countResets(Math.floor(more))
  }

  override timeout(now: number): number {
    const session = this.#session
    if (!session.isOver) this.#countUnseen()
    if (!session.isOver && this.#traffic.check(now, session.bytesRead, session.bytesWritten)) {
      this.#endForFlood('bytes without content', 'overheadPerSecond')
    }
    const isIdle = this.#streams === 0 && now >= this.#idleSince + this.#idleMs
    if (isIdle && !session.isClosing && !session.isOver) this.goAway()
    this.#checkSoon()
    const next = this.#watch.check(now, this.#streams)
    return this.#streams > 0 || isIdle ? next : Math.min(next, this.#idleSince + this.#idleMs)
  }
}

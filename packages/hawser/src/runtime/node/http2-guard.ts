import { constants } from 'node:http2'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { CHECK_INTERVAL_MS, SessionMonitor } from '../../core/http2/session-monitor.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { ServerCore } from '../../server/server-core.ts'
import type { Http2Settings } from './http2-options.ts'

/** How long the peer has, after GOAWAY, to end the connection. A peer that is silent or has stopped reading never does. */
const lingerMs = 1_000
/** No HEADERS frame is smaller: its head and one octet. */
const smallestRequestBytes = 10

/**
 * Watches one session: what its client may do in a second, how long it may stay without a stream, and that its connection ends once it has to. A
 * flood ends its own session and nothing else (RFC 9113 section 10.5).
 */
export class SessionGuard extends TimedEntry {
  readonly #session: ServerHttp2Session
  readonly #socket: Socket
  readonly #core: ServerCore
  readonly #settings: Http2Settings
  readonly #monitor: SessionMonitor
  #streams = 0
  #idleSince: number
  #idleMs: number
  #endsAt = Number.POSITIVE_INFINITY
  #second = 0
  #resets = 0
  #controlFrames = 0
  #bytesRead = 0
  /** Streams that node:http2 has told of, and those that it reset before anybody saw them. */
  #seen = 0
  #unseen = 0

  constructor(session: ServerHttp2Session, socket: Socket, core: ServerCore, settings: Http2Settings, closed: () => void) {
    super()
    this.#session = session
    this.#socket = socket
    this.#core = core
    this.#settings = settings
    const { environment, policy } = core
    const now = environment.clock.now()
    this.#monitor = new SessionMonitor(now, settings.idleMs)
    this.#idleSince = now
    this.#idleMs = policy.handshake.handshakeMs
    environment.timers.schedule(this, Math.min(now + CHECK_INTERVAL_MS, now + this.#idleMs))
    session.on('ping', () => this.#controlFrame())
    session.on('remoteSettings', () => this.#controlFrame())
    session.on('close', () => {
      environment.timers.cancel(this)
      core.refusalEnded(this)
      closed()
    })
  }

  /** @param resetHere whether it was this end that reset the stream, asked when it is closed */
  watch(stream: ServerHttp2Stream, resetHere: () => boolean): void {
    this.#seen++
    if (stream.destroyed || stream.closed) {
      this.#reset(1)
      return
    }
    this.#streams++
    stream.once('close', () => {
      if (--this.#streams === 0) this.#rest()
      // `aborted`: closed before this end had ended its side, as by RST_STREAM(NO_ERROR).
      if ((stream.rstCode !== constants.NGHTTP2_NO_ERROR || stream.aborted) && !resetHere()) this.#reset(1)
    })
  }

  /** GOAWAY (RFC 9113 section 6.8): open streams go on, no new one is taken. Without a stream the connection ends. */
  close(): void {
    this.#session.close()
    this.#afterwards()
  }

  /** Ends the connection at once. */
  abort(): void {
    this.#session.destroy()
    // The GOAWAY that `destroy` sends is written in this turn of the event loop.
    this.#core.environment.clock.schedule(() => this.#socket.destroy(), 0)
  }

  #rest(): void {
    this.#idleSince = this.#core.environment.clock.now()
    this.#idleMs = this.#settings.idleMs
    this.#afterwards()
  }

  /** node:http2 leaves it to the peer to end the connection of a session that is over, or to take what blocks it. A silent peer does neither. */
  #afterwards(): void {
    const isOver = this.#session.destroyed || (this.#session.closed && this.#streams === 0)
    if (!isOver || this.#socket.destroyed || this.#endsAt !== Number.POSITIVE_INFINITY) return
    const { environment, ending } = this.#core
    this.#endsAt = environment.clock.now() + lingerMs
    ending.add(this)
    environment.timers.schedule(this, this.#endsAt)
  }

  #turn(): void {
    const second = Math.floor(this.#core.environment.clock.now() / 1_000)
    if (second === this.#second) return
    this.#second = second
    this.#resets = 0
    this.#controlFrames = 0
  }

  #reset(count: number): void {
    this.#turn()
    this.#resets += count
    if (this.#resets > this.#settings.resetsPerSecond) this.#endForFlood('streams reset', 'resetsPerSecond')
  }

  #controlFrame(): void {
    this.#turn()
    if (++this.#controlFrames > this.#settings.controlFramesPerSecond) this.#endForFlood('PING and SETTINGS frames', 'controlFramesPerSecond')
  }

  #endForFlood(what: string, limit: 'resetsPerSecond' | 'controlFramesPerSecond'): void {
    if (this.#session.destroyed) return
    const error = new Error(`the HTTP/2 connection was ended: more ${what} in a second than http2.${limit} allows, ${this.#settings[limit]}`)
    this.#session.destroy(error, constants.NGHTTP2_ENHANCE_YOUR_CALM)
    this.#afterwards()
  }

  /**
   * Counts the streams that node:http2 reset without telling anybody, for a header section that is too large or malformed. Their identifiers were
   * used (RFC 9113 section 5.1.1). A client that leaves identifiers out is not taken for one: each request has a size.
   */
  #countUnseen(bytes: number): void {
    const unseen = Math.ceil((this.#session.state.lastProcStreamID ?? 0) / 2) - this.#seen
    const more = Math.min(unseen - this.#unseen, bytes / smallestRequestBytes)
    this.#unseen = unseen
    if (more > 0) this.#reset(Math.floor(more))
  }

  override timeout(now: number): number {
    this.#afterwards()
    if (now >= this.#endsAt) {
      this.#socket.destroy()
      return Number.POSITIVE_INFINITY
    }
    if (this.#endsAt !== Number.POSITIVE_INFINITY) return this.#endsAt
    const { bytesRead, bytesWritten } = this.#socket
    if (bytesRead !== this.#bytesRead) this.#countUnseen(bytesRead - this.#bytesRead)
    this.#bytesRead = bytesRead
    const verdict = this.#monitor.check(now, bytesRead, bytesWritten, this.#streams > 0)
    if (verdict === 'terminated' || verdict === 'silent') {
      this.#socket.destroy()
      return Number.POSITIVE_INFINITY
    }
    if (verdict === 'ping' && !this.#session.destroyed) this.#ping()
    const idleAt = this.#streams > 0 ? Number.POSITIVE_INFINITY : this.#idleSince + this.#idleMs
    if (now >= idleAt) this.close()
    return Math.min(now + CHECK_INTERVAL_MS, this.#endsAt, idleAt > now ? idleAt : Number.POSITIVE_INFINITY)
  }

  #ping(): void {
    this.#session.ping((error) => {
      if (error === null) this.#monitor.acknowledged(this.#socket.bytesRead)
    })
  }
}

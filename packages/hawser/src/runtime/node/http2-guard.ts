import { constants } from 'node:http2'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { ConnectionEnvironment } from '../../connection/environment.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { Http2Settings } from './http2-options.ts'

/**
 * Watches one session: what its client may do in a second, and how long it may stay without a stream. A flood ends its own session and
 * nothing else (RFC 9113 section 10.5).
 */
export class SessionGuard extends TimedEntry {
  readonly session: ServerHttp2Session
  readonly #environment: ConnectionEnvironment
  readonly #settings: Http2Settings
  #streams = 0
  #idleSince: number
  #idleMs: number
  #second = 0
  #resets = 0
  #controlFrames = 0

  /** @param firstMs how long it may take until the first stream */
  constructor(session: ServerHttp2Session, environment: ConnectionEnvironment, settings: Http2Settings, firstMs: number, closed: () => void) {
    super()
    this.session = session
    this.#environment = environment
    this.#settings = settings
    this.#idleSince = environment.clock.now()
    this.#idleMs = firstMs
    environment.timers.schedule(this, this.#idleSince + firstMs)
    session.on('ping', () => this.#controlFrame())
    session.on('remoteSettings', () => this.#controlFrame())
    session.on('close', () => {
      environment.timers.cancel(this)
      closed()
    })
  }

  /** @param resetHere whether it was this end that reset the stream, asked when it is closed */
  watch(stream: ServerHttp2Stream, resetHere: () => boolean): void {
    if (stream.destroyed || stream.closed) {
      this.#reset()
      return
    }
    this.#streams++
    stream.once('close', () => {
      if (--this.#streams === 0) this.#rest()
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR && !resetHere()) this.#reset()
    })
  }

  /** A time that moves away is set again only when the old one is over: streams that come and go do not touch the wheel. */
  #rest(): void {
    this.#idleSince = this.#environment.clock.now()
    this.#idleMs = this.#settings.idleMs
    const at = this.#idleSince + this.#idleMs
    if (at < this.wheelAt && !this.session.destroyed) this.#environment.timers.schedule(this, at)
  }

  #turn(): void {
    const second = Math.floor(this.#environment.clock.now() / 1_000)
    if (second === this.#second) return
    this.#second = second
    this.#resets = 0
    this.#controlFrames = 0
  }

  #reset(): void {
    this.#turn()
    if (++this.#resets > this.#settings.resetsPerSecond) this.#calm('streams reset', 'resetsPerSecond')
  }

  #controlFrame(): void {
    this.#turn()
    if (++this.#controlFrames > this.#settings.controlFramesPerSecond) this.#calm('PING and SETTINGS frames', 'controlFramesPerSecond')
  }

  #calm(what: string, limit: 'resetsPerSecond' | 'controlFramesPerSecond'): void {
    if (this.session.destroyed) return
    const error = new Error(`the HTTP/2 connection was ended: more ${what} in a second than http2.${limit} allows, ${this.#settings[limit]}`)
    this.session.destroy(error, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }

  override timeout(now: number): number {
    if (this.#streams > 0 || this.session.destroyed) return Number.POSITIVE_INFINITY
    const at = this.#idleSince + this.#idleMs
    if (now < at) return at
    this.session.close()
    return Number.POSITIVE_INFINITY
  }
}

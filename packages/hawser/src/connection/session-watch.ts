import { CHECK_INTERVAL_MS, SessionMonitor } from '../core/http2/session-monitor.ts'
import { lingerMs } from './linger.ts'

/** One HTTP/2 session with its connection, at either end. A runtime binds it. */
export interface SessionHandle {
  /** GOAWAY was sent or received: no new stream is opened. */
  readonly isClosing: boolean
  /** The session has ended; its connection may still be open. */
  readonly isOver: boolean
  readonly bytesRead: number
  readonly bytesWritten: number
  /** Sends GOAWAY (RFC 9113 section 6.8). Open streams continue, and the session ends with the last of them. */
  goAway(): void
  /** Ends the session and its connection at once. */
  abort(): void
  /** Sends a PING (RFC 9113 section 6.7). */
  ping(answered: () => void): void
}

/** Ends the connection of a session once the session is over, and ends a session that no longer works. */
export class SessionWatch {
  readonly #session: SessionHandle
  readonly #monitor: SessionMonitor
  #endsAt = Number.POSITIVE_INFINITY

  /** @param silentMs how long a peer with open streams may be silent before it gets a PING, and again before the session ends */
  constructor(session: SessionHandle, now: number, silentMs: number) {
    this.#session = session
    this.#monitor = new SessionMonitor(now, silentMs)
  }

  /** @returns when the connection is aborted unless the peer ends it before; Infinity while the session is open */
  endsAt(now: number, streams: number): number {
    const { isOver, isClosing } = this.#session
    if (this.#endsAt === Number.POSITIVE_INFINITY && (isOver || (isClosing && streams === 0))) this.#endsAt = now + lingerMs
    return this.#endsAt
  }

  /** @returns when to check again; Infinity once the connection is aborted */
  check(now: number, streams: number): number {
    const session = this.#session
    const endsAt = this.endsAt(now, streams)
    if (now < endsAt && endsAt !== Number.POSITIVE_INFINITY) return endsAt
    const verdict = now >= endsAt ? 'terminated' : this.#monitor.check(now, session.bytesRead, session.bytesWritten, streams > 0)
    if (verdict === 'terminated' || verdict === 'silent') {
      session.abort()
      return Number.POSITIVE_INFINITY
    }
    if (verdict === 'ping') session.ping(() => this.#monitor.acknowledged(session.bytesRead))
    return now + CHECK_INTERVAL_MS
  }
}

/**
 * Detects whether an HTTP/2 session still works from two numbers that every runtime has: bytes read and bytes written.
 *
 * After a connection error nghttp2 sends GOAWAY, then discards all input and output. node:http2 does not report this, and the connection stays
 * open until the peer leaves, although RFC 9113 section 5.4.1 requires closing it. The sign is a PING that is queued and never written. A PING is
 * sent only if something was read and nothing has been written since, at most one for each check; a session that answers its input needs none.
 */

/** How often a session is checked. A connection error is found by the third check after it, within 750 ms. */
export const CHECK_INTERVAL_MS = 250
/** A connection takes at least this much before its writes block: the initial send buffer of Linux. Below it, an unwritten PING has one reason. */
const NEVER_BLOCKS_BYTES = 16_384
/** Below node:http2's `maxOutstandingPings`, 10. */
const MAX_OUTSTANDING_PINGS = 8

/**
 * - `ping`: send a PING and call {@link SessionMonitor.acknowledged} when it is answered.
 * - `terminated`: this end discards everything since a connection error.
 * - `silent`: the peer neither sends, nor takes what is sent, nor answers a PING.
 */
export type SessionVerdict = 'working' | 'ping' | 'terminated' | 'silent'

export class SessionMonitor {
  readonly #silentMs: number
  #checkedAt: number
  #read = 0
  #readAt: number
  #written = 0
  #writtenAt: number
  /** Input up to here was processed. */
  #processed = 0
  /** Output up to here has reached the peer. */
  #delivered = 0
  /** `written` when each unanswered PING was queued, the oldest first. */
  readonly #pings: number[] = []
  /** The last PING, until it is known to be written. */
  #queued: { at: number; readonly read: number; readonly written: number } | undefined

  /** @param silentMs how long a peer may be silent before it is asked, and again before it is given up */
  constructor(now: number, silentMs: number) {
    this.#silentMs = silentMs
    this.#checkedAt = now
    this.#readAt = now
    this.#writtenAt = now
  }

  /** @param hasStreams a session without one has other reasons to end; it is not asked whether it lives */
  check(now: number, read: number, written: number, hasStreams: boolean): SessionVerdict {
    const sinceCheck = now - this.#checkedAt
    this.#checkedAt = now
    // A process that stood still has not read what waits in the kernel: that time does not count.
    if (sinceCheck > 4 * CHECK_INTERVAL_MS) this.#shift(sinceCheck)
    if (read !== this.#read) this.#readAt = now
    this.#read = read
    const hasWritten = written !== this.#written
    if (hasWritten) this.#writtenAt = now
    this.#written = written
    // A runtime that does not count what it writes.
    if (written === 0) return 'working'
    const queued = this.#queued
    if (queued !== undefined && written === queued.written) {
      return written - this.#delivered < NEVER_BLOCKS_BYTES || now - queued.at >= this.#silentMs ? 'terminated' : 'working'
    }
    if (queued !== undefined) {
      this.#processed = Math.max(this.#processed, queued.read)
      this.#queued = undefined
    }
    const silentFor = now - Math.max(this.#readAt, this.#writtenAt)
    if (this.#pings.length > 0 && silentFor >= this.#silentMs) return 'silent'
    if (this.#pings.length >= MAX_OUTSTANDING_PINGS) return now - this.#writtenAt >= this.#silentMs ? 'silent' : 'working'
    const isSuspect = read !== this.#processed && !hasWritten
    if (!isSuspect && !(hasStreams && silentFor >= this.#silentMs)) return 'working'
    this.#queued = { at: now, read, written }
    this.#pings.push(written)
    return 'ping'
  }

  /** The oldest PING was answered. */
  acknowledged(read: number): void {
    this.#delivered = this.#pings.shift() ?? this.#delivered
    this.#processed = read
    if (this.#pings.length === 0) this.#queued = undefined
  }

  #shift(ms: number): void {
    this.#readAt += ms
    this.#writtenAt += ms
    if (this.#queued !== undefined) this.#queued.at += ms
  }
}

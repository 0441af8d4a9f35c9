import type { Http2Settings } from './options.ts'

/** The head of a frame (RFC 9113 section 4.1). */
const frameHeadBytes = 9
/** No frame of a WebSocket client is smaller: two octets and the masking key (RFC 6455 section 5.2). */
const smallestFrameBytes = 6
/** What one line of a field section takes at most besides its octets: indices and lengths (RFC 7541 section 6). */
const lineOverheadBytes = 32
/** A client may answer each DATA frame, 11 octets or more, with two WINDOW_UPDATE frames, 26 octets. */
const answerFactor = 3

/**
 * What a client sends on one session, by its use. Runtimes do not report PRIORITY, WINDOW_UPDATE, unknown and other frames, so these are what is left
 * of the bytes read: neither content, nor the head of a request, nor an answer to what this end has sent. A frame costs the server time although it
 * carries nothing; so does content in many small frames.
 */
export class SessionTraffic {
  readonly #settings: Http2Settings
  /** Bytes that had a use, since the last check. */
  #used = 0
  #bytesRead = 0
  #bytesWritten = 0
  /** Bytes without a use, less those that the rate allows; a token bucket turned over. */
  #overhead = 0
  #checkedAt: number
  #tiny = 0
  #tinySince = 0

  /** @param now in the clock's time */
  constructor(settings: Http2Settings, now: number) {
    this.#settings = settings
    this.#checkedAt = now
  }

  /** @param raw names and values of a request's field lines in turn */
  head(raw: readonly string[]): void {
    for (const text of raw) this.#used += text.length
    this.#used += (raw.length / 2) * lineOverheadBytes
  }

  /**
   * Counts one piece of content: a DATA frame or a part of one.
   * @returns whether it may be the one that breaks the limit; then call `isTiny`
   */
  content(bytes: number): boolean {
    this.#used += bytes + Math.min(bytes, frameHeadBytes)
    if (bytes < smallestFrameBytes) return true
    // A frame that a read or a TLS record divides has a large piece beside the small one.
    if (this.#tiny > 0) this.#tiny--
    return false
  }

  /** Counts a piece that is smaller than any frame. @returns whether those of this second are more than the limit, and than the larger ones */
  isTiny(now: number): boolean {
    if (now - this.#tinySince >= 1_000) {
      this.#tinySince = now
      this.#tiny = 0
    }
    return ++this.#tiny > this.#settings.tinyFramesPerSecond
  }

  /** @returns whether the client has sent more without a use than the limit allows; a whole session window may be on its way to streams that have ended */
  check(now: number, bytesRead: number, bytesWritten: number): boolean {
    const { overheadPerSecond, sessionWindow } = this.#settings
    const most = overheadPerSecond + sessionWindow
    const unused = bytesRead - this.#bytesRead - this.#used - answerFactor * (bytesWritten - this.#bytesWritten)
    const allowed = ((now - this.#checkedAt) / 1_000) * overheadPerSecond
    this.#bytesRead = bytesRead
    this.#bytesWritten = bytesWritten
    this.#used = 0
    this.#checkedAt = now
    // Answers may arrive long after what they answer.
    this.#overhead = Math.max(-most, this.#overhead + unused - allowed)
    return this.#overhead > most
  }
}

import { OptionError } from '../../core/errors.ts'
import { checkObject } from '../../core/option-names.ts'
import { checkInteger } from '../../connection/option-checks.ts'

/** Limits of one HTTP/2 connection at a server. Sizes in bytes, durations in milliseconds. */
export interface Http2Options {
  /**
   * Streams that may be open at once, WebSockets and requests together.
   * @defaultValue 100
   * @why open WebSockets and requests of one connection
   * @beyond REFUSED_STREAM
   */
  readonly maxConcurrentStreams?: number
  /**
   * Bytes received on one stream and not yet read by the application.
   * @defaultValue 262144
   * @why bytes received on one stream and not yet read
   * @beyond the client must wait
   */
  readonly streamWindow?: number
  /**
   * Bytes in flight on all streams of a session together.
   * @defaultValue 2097152
   * @why bytes in flight on all streams of a session
   * @beyond the client must wait
   */
  readonly sessionWindow?: number
  /**
   * Memory of a session in `node:http2`.
   * @defaultValue 33554432
   * @why header tables and queued frames in `node:http2`
   * @beyond new streams are refused
   */
  readonly sessionMemory?: number
  /**
   * Streams that the client resets in a second, and those that this end resets because the client broke a rule.
   * @defaultValue 200
   * @why streams that the client resets, with any error code, and requests that `node:http2` resets because they are malformed or far too large
   * @beyond GOAWAY with ENHANCE_YOUR_CALM
   */
  readonly resetsPerSecond?: number
  /**
   * PING and SETTINGS frames received in a second.
   * @defaultValue 1000
   * @why PING and SETTINGS frames, which the server answers
   * @beyond GOAWAY with ENHANCE_YOUR_CALM
   */
  readonly controlFramesPerSecond?: number
  /**
   * Received DATA frames of fewer than 6 bytes in a second, beyond as many larger ones.
   * @defaultValue 1000
   * @why DATA frames of fewer than 6 bytes, beyond as many larger ones: each costs 10 µs, and no frame of a WebSocket client is as small
   * @beyond GOAWAY with ENHANCE_YOUR_CALM
   */
  readonly tinyFramesPerSecond?: number
  /**
   * Bytes received in a second that are neither content, nor a request, nor an answer to DATA of the server.
   * @defaultValue 1048576
   * @why PRIORITY, WINDOW_UPDATE and unknown frames, padding, DATA of streams that have ended
   * @beyond GOAWAY with ENHANCE_YOUR_CALM
   */
  readonly overheadPerSecond?: number
  /**
   * How long a session may have no stream, or may be silent.
   * @defaultValue 60000
   * @why how long a session may have no stream (`limits.handshakeMs` before the first), or may send nothing and leave a PING unanswered
   * @beyond GOAWAY, and the connection is closed
   */
  readonly idleMs?: number
}

export type Http2Settings = Required<Http2Options>

const defaults: Http2Settings = {
  maxConcurrentStreams: 100,
  streamWindow: 262_144,
  sessionWindow: 2_097_152,
  sessionMemory: 33_554_432,
  resetsPerSecond: 200,
  controlFramesPerSecond: 1_000,
  tinyFramesPerSecond: 1_000,
  overheadPerSecond: 1_048_576,
  idleMs: 60_000,
}

/** RFC 9113 section 6.9.1: a window has at most 2^31-1 bytes. A window below the initial 65 535 would have to be taken back. */
const minimums: Readonly<Record<keyof Http2Settings, number>> = {
  maxConcurrentStreams: 1,
  streamWindow: 65_535,
  sessionWindow: 65_535,
  sessionMemory: 1_048_576,
  resetsPerSecond: 1,
  controlFramesPerSecond: 1,
  tinyFramesPerSecond: 1,
  overheadPerSecond: 1,
  idleMs: 1,
}

/**
 * @returns undefined if HTTP/2 is turned off
 * @throws OptionError naming the option that is wrong
 */
export function readHttp2Settings(option: boolean | Http2Options | undefined): Http2Settings | undefined {
  if (option === false) return undefined
  if (option === undefined || option === true) return defaults
  if (typeof option !== 'object') throw new OptionError('http2', 'true, false or an object', option)
  const names = Object.keys(minimums) as (keyof Http2Settings)[]
  checkObject('http2', option, names)
  for (const name of names) checkInteger(`http2.${name}`, option[name], minimums[name], 0x7fff_ffff)
  const given = Object.fromEntries(Object.entries(option).filter(([, value]) => value !== undefined))
  return { ...defaults, ...given }
}

import { OptionError } from '../../core/errors.ts'
import { checkObject } from '../../core/option-names.ts'
import { checkInteger } from '../../connection/option-checks.ts'

/** Limits of one HTTP/2 connection at a server. Sizes in bytes, durations in milliseconds. */
export interface Http2Options {
  /** Streams that may be open at once, WebSockets and requests together; more are refused with REFUSED_STREAM. Default 100. */
  readonly maxConcurrentStreams?: number
  /** Bytes received on one stream and not yet read by the application. Default 262 144. */
  readonly streamWindow?: number
  /** Bytes in flight on all streams of a session together. Default 2 097 152. */
  readonly sessionWindow?: number
  /** Memory of a session in `node:http2` for header tables and queued frames; above it new streams are refused. Default 32 MiB. */
  readonly sessionMemory?: number
  /**
   * Streams that the client may reset in a second, and requests that may be reset for being malformed or far too large; more end the session with
   * ENHANCE_YOUR_CALM. Default 200.
   */
  readonly resetsPerSecond?: number
  /** PING and SETTINGS frames received in a second; more end the session with ENHANCE_YOUR_CALM. Default 1 000. */
  readonly controlFramesPerSecond?: number
  /**
   * Received DATA frames of fewer than 6 bytes in a second, beyond as many larger ones; more end the session with ENHANCE_YOUR_CALM. No frame of a
   * WebSocket client is as small. Default 1 000.
   */
  readonly tinyFramesPerSecond?: number
  /**
   * Bytes received in a second that are neither content, nor a request, nor an answer to DATA of the server: PRIORITY, WINDOW_UPDATE and unknown
   * frames, padding, DATA of streams that have ended. More end the session with ENHANCE_YOUR_CALM. Default 1 048 576.
   */
  readonly overheadPerSecond?: number
  /**
   * How long a session may have no stream (`limits.handshakeMs` before its first), or may send nothing and leave a PING unanswered. Default 60 000.
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

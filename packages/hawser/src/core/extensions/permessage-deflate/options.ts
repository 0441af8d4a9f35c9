import { OptionError } from '../../errors.ts'
import { checkNames, checkOptions } from '../../option-names.ts'
import { withoutPromise } from '../../thenable.ts'

/** The argument of a `compress` predicate: a message to be sent. */
export interface OutgoingMessage {
  readonly isText: boolean
  /** The whole message, or its first fragment when `complete` is false. Must not be changed. */
  readonly payload: Uint8Array
  readonly complete: boolean
}

/** The parameters that this end offers or accepts (RFC 7692 section 7.1). */
export interface DeflateNegotiationOptions {
  /** The server compresses each message without context takeover. Server: in every response. Client: in the offer. Default false. */
  readonly serverNoContextTakeover?: boolean
  /** The client compresses each message without context takeover. Server: in every response. Client: in the offer, as a hint. Default false. */
  readonly clientNoContextTakeover?: boolean
  /**
   * The server's sliding window is at most 2^this bytes, 8 to 15. Server: compresses with this window and says so in the response,
   * default 12. Client: requests it in the offer, default no request, so that the server may use up to 15.
   */
  readonly serverMaxWindowBits?: number
  /**
   * The client's sliding window is at most 2^this bytes, 8 to 15. Server: limits clients that offer the parameter to it, default
   * 12. Client: compresses with this window, default 12, and offers this value, default the parameter without a value.
   */
  readonly clientMaxWindowBits?: number
}

/** Options of permessage-deflate on every runtime. One object serves both roles. */
export interface DeflateExtensionOptions extends DeflateNegotiationOptions {
  /** Client: further offers for a server that declines the first, in order of preference. */
  readonly alternatives?: readonly DeflateNegotiationOptions[]
  /** Messages of fewer bytes are sent uncompressed, unless sent with `compress: true`. Default 64 bytes. */
  readonly threshold?: number
  /** Decides about messages at or above the threshold that are sent without `compress`. Must depend on its argument alone. */
  readonly compress?: (message: OutgoingMessage) => boolean
  /**
   * Most bytes of a received message for each compressed byte, from 1 MiB on. DEFLATE reaches at most 1032; `Infinity` turns the check off.
   * @defaultValue 256
   * @why beyond 1 MiB, small input that decompresses to much more; below, `limits.expandedPerSecond` counts
   * @beyond close code 1009
   */
  readonly maxRatio?: number
  /**
   * DEFLATE streams that a received message may consist of, and one more for each KiB received. A stream ends with a block that has BFINAL set (RFC
   * 7692 section 7.2.3.4).
   * @defaultValue 16
   * @why DEFLATE streams in one message, and one more for each KiB: each loads the sliding window
   * @beyond close code 1008
   */
  readonly maxStreams?: number
}

export interface DeflateSettings {
  readonly offers: readonly DeflateNegotiationOptions[]
  readonly threshold: number
  readonly compress: ((message: OutgoingMessage) => boolean) | undefined
  readonly maxRatio: number
  readonly maxStreams: number
}

/** Below 64 bytes a JSON message grows or saves less than a TCP header without takeover: bench/micro/deflate.ts, "threshold". */
export const DEFAULT_THRESHOLD = 64
export const DEFAULT_WINDOW_BITS = 12
export const DEFAULT_MAX_RATIO = 256
export const DEFAULT_MAX_STREAMS = 16
/** Up to this size repetitive messages have a high ratio, and cost too little for a limit. */
export const RATIO_FREE_BYTES = 1_048_576
/** Received bytes that allow one more DEFLATE stream: a sender that flushes with BFINAL does so once for a buffer of its own. */
export const BYTES_PER_STREAM = 1024

const negotiationOptions: Readonly<Record<keyof DeflateNegotiationOptions, true>> = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: true,
  clientMaxWindowBits: true,
}

const negotiationNames: readonly string[] = Object.keys(negotiationOptions)

/** The options of permessage-deflate on every runtime. A record, so that the compiler misses one that is not here. */
const extensionOptions: Readonly<Record<keyof DeflateExtensionOptions, true>> = {
  threshold: true,
  compress: true,
  ...negotiationOptions,
  alternatives: true,
  maxRatio: true,
  maxStreams: true,
}

export const DEFLATE_OPTION_NAMES: readonly string[] = Object.keys(extensionOptions)

/** @throws OptionError */
export function readDeflateSettings(options: DeflateExtensionOptions, minWindowBits: number): DeflateSettings {
  checkOptions(options, DEFLATE_OPTION_NAMES)
  const { threshold = DEFAULT_THRESHOLD, compress, maxRatio = DEFAULT_MAX_RATIO, maxStreams = DEFAULT_MAX_STREAMS, alternatives = [] } = options
  requireNegotiation(options, '', minWindowBits)
  if (!Array.isArray(alternatives)) throw new OptionError('alternatives', 'a list of offers', alternatives)
  for (const [index, alternative] of (alternatives as readonly DeflateNegotiationOptions[]).entries()) {
    if (typeof alternative !== 'object' || alternative === null) throw new OptionError(`alternatives[${index}]`, 'an offer', alternative)
    checkNames(alternative, negotiationNames, `alternatives[${index}].`)
    requireNegotiation(alternative, `alternatives[${index}].`, minWindowBits)
  }
  requireWholeNumber('threshold', threshold, 0, 2_147_483_647)
  if (compress !== undefined && typeof compress !== 'function') throw new OptionError('compress', 'a function of a message', compress)
  const predicate = compress === undefined ? undefined : (message: OutgoingMessage): boolean => withoutPromise('compress', compress(message))
  if (typeof maxRatio !== 'number' || !(maxRatio >= 1)) throw new OptionError('maxRatio', 'a number from 1, or Infinity', maxRatio)
  requireWholeNumber('maxStreams', maxStreams, 1, 2_147_483_647)
  return { offers: [options, ...(alternatives as readonly DeflateNegotiationOptions[])], threshold, compress: predicate, maxRatio, maxStreams }
}

/** @throws OptionError */
export function requireWholeNumber(option: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return
  throw new OptionError(option, `a whole number from ${least} to ${most}`, value)
}

function requireNegotiation(options: DeflateNegotiationOptions, prefix: string, minWindowBits: number): void {
  for (const name of ['serverNoContextTakeover', 'clientNoContextTakeover'] as const) {
    const value: unknown = options[name]
    if (value !== undefined && typeof value !== 'boolean') throw new OptionError(prefix + name, 'true or false', value)
  }
  for (const name of ['serverMaxWindowBits', 'clientMaxWindowBits'] as const) {
    if (options[name] !== undefined) requireWholeNumber(prefix + name, options[name], minWindowBits, 15)
  }
}

import type { BufferPool, ByteMasker, RandomSource, TextCodec } from '../platform.ts'
import type { ExtensionSession } from './extension.ts'
import type { FrameRules } from './frame-parser.ts'
import type { ConnectionLimits } from './limits.ts'

/** What a `Connection` is told at the start: role, limits, agreed extensions, and what it needs of the runtime. */
export interface ConnectionOptions {
  /** A client masks what it sends; a server does not. */
  readonly role: 'client' | 'server'
  /** Sizes in bytes, durations in milliseconds. */
  readonly limits: ConnectionLimits
  /** Sessions of the agreed extensions, in the order of the response. */
  readonly extensions: readonly ExtensionSession[]
  /** Encodes and decodes UTF-8. */
  readonly text: TextCodec
  /** Gives the masking keys. */
  readonly random: RandomSource
  /** Gives the buffers that output is written to. */
  readonly buffers: BufferPool
  /** Masks long payloads faster than the core does. Default: none. */
  readonly masker?: ByteMasker | undefined
  /** From `frameRules` with the rest of these options, for all connections that share them. Default: made for each. */
  readonly frameRules?: FrameRules | undefined
  /** `bytes` hands validated UTF-8 over undecoded. Default `string`. */
  readonly textAs?: 'string' | 'bytes'
  /** Makes the views of received bytes that are delivered, `bytes[start, end)`. Default: of the class Uint8Array. */
  readonly view?: ((bytes: Uint8Array, start: number, end: number) => Uint8Array) | undefined
  /** Hands messages over while they arrive, to `pieces` of the sink. Default false. */
  readonly streams?: boolean
  /** Tells the sink where the frames of a fragmented message begin. Default false. */
  readonly fragmentStarts?: boolean
  /** Answer each Ping (section 5.5.2). Without it the application has to. Default true. */
  readonly autoPong?: boolean
  /** Make `CloseInfo.error` where the transport just ended, or failed, before the closing handshake was complete. Default true. */
  readonly disconnectionErrors?: boolean
  /**
   * How long each part of the closing handshake may take without a queued byte leaving, in milliseconds: the peer's Close frame, then the end
   * of the transport. Default 10 000. After a violation of the peer's it has one second at most.
   */
  readonly closeTimeoutMs?: number
  /** Ping after this long without a received byte; 0 turns keepalive off. Default 20 000 ms. */
  readonly keepaliveIntervalMs?: number
  /** Fail the connection when nothing is received for this long after that Ping has left. Default 20 000 ms. */
  readonly keepaliveTimeoutMs?: number
  /** Each Ping comes earlier by a random part of this share of the interval, 0 to 1, so that connections do not send theirs at once. Default 0. */
  readonly keepaliveJitter?: number
  /** Ping at the interval even while data arrives, so that the round trip is always measured. Default false. */
  readonly keepaliveAlways?: boolean
  /** Start the closing handshake with 1001 when no message was sent or received for this long; 0 turns it off. Default 0. */
  readonly idleTimeoutMs?: number
}

/** Default of `closeTimeoutMs`. */
export const CLOSE_TIMEOUT_MS = 10_000
/** Default of `keepaliveIntervalMs`. */
export const KEEPALIVE_INTERVAL_MS = 20_000
/** Default of `keepaliveTimeoutMs`. */
export const KEEPALIVE_TIMEOUT_MS = 20_000

/** The parser's settings, the same for every connection with these options. */
export function frameRules(options: Pick<ConnectionOptions, 'role' | 'limits' | 'extensions' | 'masker' | 'textAs' | 'streams'>): FrameRules {
  const { role, limits, extensions, masker, textAs, streams } = options
  let rsv = 0
  for (const extension of extensions) rsv |= extension.rsv
  const message = streams === true ? (limits.streamedMessage ?? Infinity) : limits.message
  const maxWhole = extensions.length === 0 ? Math.min(limits.frame, message) : -1
  return { masked: role === 'server', rsv, maxPayload: limits.frame, maxWhole, masker, textIsDecoded: textAs !== 'bytes' }
}

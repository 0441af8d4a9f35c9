/** The forms that the page fetches as JSON, and exports. Times are milliseconds since 1970. */
import type { HandshakeReport } from './handshake-report.ts'

/** One end of one connection, or of a handshake that failed. */
export interface ConnectionSummary {
  /** Counts up from 1. */
  readonly id: number
  readonly role: 'client' | 'server'
  /** `FAILED`: the opening handshake did. */
  readonly state: 'OPEN' | 'CLOSED' | 'FAILED'
  /** The request target; at a client the URL. Credentials in it are withheld. */
  readonly target: string
  /** Address and port of the other end. */
  readonly remote: string
  readonly httpVersion: string
  readonly startedAt: number
  readonly endedAt: number | null
  /** The status code of the response. */
  readonly status: number | null
  readonly subprotocol: string
  /** In the form of the field. */
  readonly extensions: string
  /** The close code of an end. */
  readonly code: number | null
  /** Why the handshake or the connection failed; empty otherwise. */
  readonly problem: string
  readonly sent: Counters
  readonly received: Counters
}

export interface Counters {
  readonly frames: number
  readonly messages: number
  /** Bytes of payload. */
  readonly bytes: number
}

/** The answer to a poll. */
export interface ConnectionsReport {
  /** Newest first. */
  readonly connections: readonly ConnectionSummary[]
  /** Connections that are no longer kept. */
  readonly dropped: number
  /** When the answer was made. */
  readonly now: number
  /** Differs from that of every other inspection, which counts its connections from 1 too. */
  readonly instance: string
}

/** Everything about one connection. */
export interface ConnectionReport extends ConnectionSummary {
  readonly handshake: HandshakeReport
  /** Those from the asked number on that are kept. */
  readonly frames: readonly FrameReport[]
  /** The number of the next frame. */
  readonly nextFrame: number
  /** The number of the oldest frame that is kept. */
  readonly firstFrame: number
  /** Frames that were only counted. */
  readonly skipped: number
  readonly traffic: TrafficReport
  readonly compression: CompressionReport | null
  readonly closing: ClosingReport | null
}

export interface FrameReport {
  /** Counts the kept frames of the connection from 0. */
  readonly number: number
  readonly time: number
  readonly direction: 'sent' | 'received'
  readonly opcode: number
  readonly fin: boolean
  /** `1` to `3` for the bits that are set. */
  readonly rsv: readonly number[]
  /** Hexadecimal; null where the MASK bit is 0. */
  readonly maskingKey: string | null
  readonly length: number
  /** Base64 of its beginning, unmasked. */
  readonly payload: string
  /** Counts the messages of its direction from 1; null for a control frame. */
  readonly message: number | null
  /** The text opcode of its message, which a continuation frame does not have: 1 or 2. */
  readonly messageOpcode: number | null
  /** At the end of a compressed message. */
  readonly inflated: InflatedReport | null
  /** Frames before it that were only counted. */
  readonly skipped: number
}

export interface InflatedReport {
  /** Base64 of its beginning. */
  readonly data: string
  /** Bytes of the whole message; null where it was not decompressed. */
  readonly length: number | null
  /** Why it was not decompressed; empty otherwise. */
  readonly problem: string
}

export interface TrafficReport {
  /** The last two minutes, one entry for each second in which something happened. */
  readonly seconds: readonly SecondReport[]
  /** Round trips of Pings of this end. */
  readonly roundTrips: readonly { readonly time: number; readonly ms: number }[]
  /** Bytes that have not left, now. */
  readonly buffered: number
}

export interface SecondReport {
  /** Its beginning. */
  readonly time: number
  readonly sentFrames: number
  readonly sentBytes: number
  readonly receivedFrames: number
  readonly receivedBytes: number
  /** The most that waited. */
  readonly buffered: number
}

export interface CompressionReport {
  readonly sent: CompressionTraffic
  readonly received: CompressionTraffic
}

export interface CompressionTraffic {
  readonly messages: number
  readonly compressedMessages: number
  readonly rawBytes: number
  readonly wireBytes: number
}

export interface ClosingReport {
  readonly initiator: 'local' | 'remote' | 'network'
  readonly wasClean: boolean
  readonly code: number
  readonly reason: string
  /** In the order in which they happened. */
  readonly steps: readonly ClosingStep[]
}

export interface ClosingStep {
  readonly time: number
  readonly what: 'sent' | 'received' | 'ended'
  /** The close code of a Close frame; 1005 for an empty one; null for the end of the transport. */
  readonly code: number | null
  readonly reason: string
}

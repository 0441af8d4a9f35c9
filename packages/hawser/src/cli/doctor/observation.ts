/** What the probes of `hawser doctor` saw: plain data, from which the rules make findings. */
import type { Fault, HandshakeStage } from '../../core/errors.ts'
import type { CloseInitiator } from '../../core/protocol/events.ts'

/** The server that is examined. */
export interface Target {
  /** Without userinfo. */
  readonly url: string
  readonly secure: boolean
  readonly hostname: string
  readonly port: number
  /** The value of Host. */
  readonly authority: string
  /** Path and query. */
  readonly path: string
  /** The Origin of the page that the examined client stands for. */
  readonly origin: string
  /** The Unix domain socket on which the server listens. */
  readonly socketPath?: string
}

/** The response of a server: its head, and the beginning of its content. */
export interface Answer {
  readonly httpVersion: string
  readonly status: number
  readonly statusText: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** The way to the server, before any HTTP. */
export interface Reach {
  /** Empty for a Unix domain socket, and with a proxy. */
  readonly addresses: readonly string[]
  /** The proxy on the way, `scheme://host:port`. */
  readonly proxy?: string
  /** Absent where the connection (and with wss its TLS, whatever the certificate) was established. */
  readonly failure?: {
    readonly stage: 'dns' | 'proxy' | 'tcp' | 'tls'
    /** Of the operating system or OpenSSL; of a proxy the condition of the error, see docs/errors-handshake.md. */
    readonly code: string
    /** Plain words, with the code. */
    readonly message: string
    /** Of a proxy: the likely cause. */
    readonly hint?: string
    /** TLS: the server misses a certificate of the client. */
    readonly wantsCertificate?: true
  }
  readonly tls?: TlsObservation
}

export interface TlsObservation {
  readonly protocol: string
  /** What the server selected of h2 and http/1.1; undefined where it took part in no ALPN. */
  readonly alpn: string | undefined
  /** The code of the error that a client which verifies certificates reports. */
  readonly certificateError: string | undefined
  readonly certificate: { readonly names: string; readonly issuer: string; readonly validFrom: string; readonly validTo: string } | undefined
}

export interface OpenedHandshake {
  readonly outcome: 'opened'
  readonly answer: Answer
  readonly subprotocol: string
  readonly extensions: readonly string[]
  readonly ms: number
}

export interface FailedHandshake {
  readonly outcome: 'failed'
  readonly stage: HandshakeStage
  readonly fault: Fault
  /** Of the operating system or OpenSSL. */
  readonly code?: string
  /** A name in `RULES` of core/handshake. */
  readonly rule?: string
  readonly message: string
  readonly answer?: Answer
  readonly ms: number
}

export type HandshakeObservation = OpenedHandshake | FailedHandshake

/** A request written by hand, and what came back. */
export interface RawObservation {
  readonly answer?: Answer
  /** The first bytes, where they are no HTTP. */
  readonly banner?: string
  /** `malformed`: it begins as HTTP does. */
  readonly failure?: 'no-answer' | 'closed' | 'not-http' | 'malformed' | 'too-large' | 'unreachable'
  readonly ms: number
}

export interface CloseObservation {
  readonly code: number
  readonly reason: string
  readonly initiator: CloseInitiator
  /** Whether a Close frame of the peer arrived. */
  readonly received: boolean
  readonly wasClean: boolean
  readonly fault?: Fault
  readonly error?: string
}

export type StepName = 'small' | 'binary' | 'fragmented' | 'medium' | 'large'

/**
 * `echoed`: the same message came back. `passed`: it did not, but a Ping sent after it was answered, so the message reached the endpoint. `silent`: neither
 * came in time. `ended`: the connection did.
 */
export interface StepObservation {
  readonly name: StepName
  readonly bytes: number
  readonly outcome: 'echoed' | 'passed' | 'silent' | 'ended'
  readonly ms: number
}

/** Three Pings, sent at intervals, and their round trips as far as they were answered. */
export interface PingObservation {
  readonly intervalMs: number
  readonly roundTrips: readonly number[]
}

/** Pings, messages and the closing handshake on one connection. */
export interface MessagesObservation {
  /** permessage-deflate was agreed. */
  readonly compressed: boolean
  readonly pings: PingObservation
  /** Empty where no message was sent. */
  readonly steps: readonly StepObservation[]
  /** Messages of the server, echoes included. */
  readonly received: number
  readonly end: CloseObservation
}

/** One connection without messages. */
export interface IdleOutcome {
  readonly survived: boolean
  /** From the last frame in either direction to the end, or to the end of the examination. */
  readonly afterMs: number
  /** Milliseconds after the beginning at which Pings of the server arrived. */
  readonly pings: readonly number[]
  /** Absent while the connection is open. */
  readonly end?: CloseObservation
}

export interface IdleObservation {
  readonly lengthMs: number
  readonly silent: IdleOutcome
  /** The same with a Ping of ours at each interval. */
  readonly pinged: IdleOutcome
  readonly pingIntervalMs: number
}

export type HandshakeProbeId =
  | 'rfc6455'
  | 'browser'
  | 'no-origin'
  | 'no-compression'
  | 'no-subprotocol'
  | 'foreign-origin'
  | 'http-origin'
  | 'http2-rfc6455'
  | 'http2-browser'
  | 'other-scheme'
  | 'root-path'
  | 'other-slash'
  | 'redirect-target'
  | 'direct'

export type RawProbeId = 'ordinary' | 'connection-list'

export interface Observations {
  readonly target: Target
  readonly subprotocols: readonly string[]
  readonly reach: Reach
  readonly handshakes: { readonly [Id in HandshakeProbeId]?: HandshakeObservation }
  readonly raw: { readonly [Id in RawProbeId]?: RawObservation }
  /** A handshake that succeeded, once more after others had failed again: where it fails now, the failures are no matter of what they offer. */
  readonly again?: HandshakeObservation
  /** On connections without and with an offer of compression. */
  readonly messages: { readonly plain?: MessagesObservation; readonly compressed?: MessagesObservation }
  readonly idle?: IdleObservation
}

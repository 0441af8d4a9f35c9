import type { HandshakeCondition, RefusalCondition } from '../core/conditions.ts'
import type { HandshakeError, Rule } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { FrameCounts } from './frame-tally.ts'
import type { Socket } from './socket.ts'
import type { TransportInfo } from './transport.ts'

/** One opening handshake, or a refused request, as it was on the wire. */
export interface ObservedHandshake {
  /** The end that observes. */
  readonly role: 'client' | 'server'
  /** The URL that a client connects to, without its userinfo; undefined at a server. */
  readonly url: string | undefined
  /** When the response was sent or received, or the attempt failed: milliseconds of the connection's clock, in Node those of `performance.now()`. */
  readonly time: number
  /**
   * The request's head exactly as on the wire, from the request line to the empty line; empty where a client sent none. Over HTTP/2 a line for each
   * pseudo-header field and field. May hold credentials.
   */
  readonly request: Uint8Array
  /** The response, in the same form: head, and content where there is one; empty where a client received none. */
  readonly response: Uint8Array
  /** The status code of the response: 101, or 200 over HTTP/2, for an acceptance; undefined where a client received none. */
  readonly status: number | undefined
  /** Why the handshake failed, in one sentence; undefined for one that succeeded. At a server it is for the operator and may be more than the response says. */
  readonly reason: string | undefined
  /** The condition of the refusal or the error, the name of a section in docs/errors-*.md; undefined for a handshake that succeeded. */
  readonly condition: HandshakeCondition | RefusalCondition | undefined
  /** The rule that the refusal or the error cites. */
  readonly rule: Rule | undefined
  /** The error that `connect` rejects with; undefined at a server. */
  readonly error: HandshakeError | undefined
  /** HTTP version, addresses of both ends, TLS; undefined where a client did not get that far. */
  readonly transport: TransportInfo | undefined
}

/** An opening handshake that begins. */
export interface BeginningHandshake {
  /** The end that observes. */
  readonly role: 'client' | 'server'
  /** The URL that a client connects to, without its userinfo; undefined at a server. Each redirect begins a handshake. */
  readonly url: string | undefined
  /** The target of the request at a server, which may hold credentials in its query; undefined at a client. */
  readonly target: string | undefined
  /** Milliseconds of the connection's clock, in Node those of `performance.now()`. */
  readonly time: number
  /** HTTP version, addresses of both ends, TLS, at a server; the same object as that of the handshake's end. Undefined at a client, which has not connected yet. */
  readonly transport: TransportInfo | undefined
}

/** One connection after its opening handshake. */
export interface ObservedConnection {
  /** Counts the observed connections of this process, from 1. */
  readonly id: number
  /** The end that observes. */
  readonly role: 'client' | 'server'
  /** The connection itself, for `bufferedAmount`, `roundTripMs`, `extensions` with their statistics, and the like. An observer sends nothing. */
  readonly socket: Socket
  /** The opening handshake that made it, the same object that `handshake` gets. */
  readonly handshake: ObservedHandshake
}

/** One frame as it was on the wire (RFC 6455 section 5.2). */
export interface ObservedFrame {
  /** Whether this end sent it. */
  readonly direction: 'sent' | 'received'
  /** When its header, and the part of its payload that is kept, were written or read: milliseconds, in Node those of `performance.now()`. */
  readonly time: number
  /** 0 to 15. */
  readonly opcode: number
  /** The frame ends its message. */
  readonly fin: boolean
  /** With permessage-deflate: the message is compressed (RFC 7692 section 6). */
  readonly rsv1: boolean
  /** Reserved. */
  readonly rsv2: boolean
  /** Reserved. */
  readonly rsv3: boolean
  /** The four bytes; undefined where the MASK bit is 0. */
  readonly maskingKey: Uint8Array | undefined
  /** Bytes of payload as the header says. A length above 2^53 is rounded. */
  readonly payloadLength: number
  /** The beginning of the payload, unmasked, at most `payloadBytes` of the observer; shorter in a frame in whose middle the connection ended. */
  readonly payload: Uint8Array
  /** Frames of this connection before this one that are not reported, because too many came in one turn of the event loop. */
  readonly skipped: number
}

/** Observes one connection and changes nothing. */
export interface ConnectionObserver {
  /**
   * How many bytes at the beginning of each payload `frame` gets: a whole number or Infinity, read once. Default 0. With any other value the connection is not
   * observed, and `error` gets an `OptionError`.
   */
  readonly payloadBytes?: number
  /**
   * Counters that each frame is added to as soon as its header is written or read; one object may serve many connections. Read once. It costs a few
   * additions for a frame, where `frame` costs an object and a call.
   */
  readonly traffic?: Readonly<Record<ObservedFrame['direction'], FrameCounts>>
  /**
   * Called for each answered Ping, after the turn in which its Pong arrived.
   * @param roundTripMs milliseconds
   */
  ping?(roundTripMs: number): unknown
  /** Called for each frame of both directions, in the order in which they were written and read, after the turn in which that happened. */
  frame?(frame: ObservedFrame): unknown
  /**
   * Called when the transport does not take what it was given, and when everything it was given has left.
   * @param blocked true at the first
   * @param bufferedBytes bytes that have not left
   */
  backpressure?(blocked: boolean, bufferedBytes: number): unknown
  /** Called once, after the last frame, when the connection is CLOSED. */
  end?(info: CloseInfo): unknown
}

/**
 * Observes opening handshakes and connections, and changes nothing. An error that it throws goes to `error`. Without an observer no bytes are
 * kept, and a message passes no further code.
 */
export interface Observer {
  /**
   * Asked at each opening handshake when it begins, and once more when the response is known. After false it is told nothing of this moment, and after the
   * second of the handshake's connection. Default: it observes all.
   */
  isActive?(): boolean
  /**
   * Called when an opening handshake begins: at a server for each valid one, before limits and the `upgrade` hook; at a client before it dials. A request that
   * is no valid opening handshake is refused without it.
   */
  begin?(event: BeginningHandshake): unknown
  /** Called after the response was passed to the transport, before `open`; at a client when the attempt has succeeded or failed. */
  handshake?(event: ObservedHandshake): unknown
  /** Called for each connection before its `open` handler. Returns who observes its frames and its end; undefined for nobody. */
  connection?(connection: ObservedConnection): ConnectionObserver | undefined
}

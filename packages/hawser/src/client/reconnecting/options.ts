import type { CloseInfo } from '../../core/protocol/events.ts'
import type { CloseCode } from '../../core/registry/close-codes.ts'
import type { AnySocket, MessageArguments, SendOptions, SendResult, Socket } from '../../connection/socket.ts'
import type { ClientCallback } from '../options.ts'

/**
 * Where a {@link ReconnectingSocket} is. `CONNECTING`: an attempt runs; `OPEN`; `WAITING` for the next attempt; `CLOSING` and `CLOSED` for good.
 */
export type ReconnectState = 'CONNECTING' | 'OPEN' | 'WAITING' | 'CLOSING' | 'CLOSED'

/** What follows what. */
export const transitions: Readonly<Record<ReconnectState, readonly ReconnectState[]>> = {
  CONNECTING: ['OPEN', 'WAITING', 'CLOSING', 'CLOSED'],
  OPEN: ['CONNECTING', 'WAITING', 'CLOSING', 'CLOSED'],
  WAITING: ['CONNECTING', 'CLOSING'],
  CLOSING: ['CLOSED'],
  CLOSED: [],
}

/** Why there is no connection: an attempt failed, or a connection ended. */
export interface ReconnectFailure {
  /** A `HandshakeError`, what `url` or `prepare` threw, or the error of a connection that ended; undefined where it ended in order. */
  readonly error: unknown
  /** How the connection ended; undefined where the attempt led to none. */
  readonly close: CloseInfo | undefined
  /** Failures in a row, this one included: since the last connection that was open for `reconnect.stableMs`. */
  readonly failures: number
  /** Connections that have been open so far. */
  readonly connectionCount: number
  /** Milliseconds to the next attempt; undefined where there is to be none. */
  readonly delayMs: number | undefined
}

/** What `url` and `prepare` are told. */
export interface ReconnectAttempt {
  /** 1, and one more for each failure in a row. */
  readonly number: number
  /** Connections that have been open so far: 0 before the first. */
  readonly connectionCount: number
  /** Why the attempt is made; undefined for the first, and where `reconnect()` replaced a connection. */
  readonly failure: ReconnectFailure | undefined
  /** Aborts when the attempt is given up. */
  readonly signal: AbortSignal
}

/** A change of `readyState`, as the `state` handler gets it. */
export interface ReconnectChange {
  /** The new state. */
  readonly state: ReconnectState
  /** Why, with the delay; only with `WAITING` (but not before the first attempt of a page that is offline), and with `CLOSED` after a failure that is final. */
  readonly failure: ReconnectFailure | undefined
}

/** When to connect again. */
export interface ReconnectPolicy {
  /**
   * The first window, in milliseconds. The time to an attempt is random, from a twentieth of the window to all of it; each failure in a row doubles
   * the window. Default 1000.
   */
  readonly firstDelayMs?: number
  /** The largest window, in milliseconds. After close code 1012 or 1013, where all clients come at once, it is the first one too. Default 30 000. */
  readonly maxDelayMs?: number
  /** What a server may ask for with Retry-After (RFC 9110 section 10.2.3), in milliseconds; the random time is added to it. Default 3 600 000. */
  readonly maxRetryAfterMs?: number
  /** A connection that was open for so many milliseconds ends a row of failures. Default 5000. */
  readonly stableMs?: number
  /** Failures in a row after which it is over. Default: no limit. */
  readonly attempts?: number
  /** How long `url` and `prepare` may take, in milliseconds. Default 30 000. */
  readonly prepareMs?: number
  /**
   * Decides instead of the table in docs/reconnecting.md: `false` for no further attempt, `true` for one even after a failure that is final, a number
   * of milliseconds from 0, undefined for what is planned. Where it throws, the plan stands.
   */
  readonly retry?: (failure: ReconnectFailure) => boolean | number | undefined
}

/** Bounds of the queue of messages that were sent while there was no connection. */
export interface QueueOptions {
  /** Default 1000. */
  readonly messages?: number
  /** Bytes of their payloads together. Default 1 048 576. */
  readonly bytes?: number
  /** Milliseconds after which a message is no longer worth sending. Default 60 000. */
  readonly ageMs?: number
}

/** When to send a message to a server that has been silent. */
export interface ProbeOptions {
  /** Sent where there was silence; the server must answer it with any message. */
  readonly message: unknown
  /** Milliseconds without a message from the server after which it is sent. Default 20 000. */
  readonly intervalMs?: number
  /** Milliseconds without a message after that, after which the connection is dropped and another one opened. Default 10 000. */
  readonly timeoutMs?: number
}

/**
 * Why a message that waited for a connection was not sent. `refused`: its codec refuses it, it was made for another subprotocol, or `send` of the socket
 * answered `dropped`.
 */
export type UnsentReason = 'expired' | 'replaced' | 'refused' | 'closed'

/** The callback that threw or rejected, or `connect` for a failure that is final and that no `state` handler was told. */
export type ReconnectingCallback = ClientCallback | 'retry' | 'state' | 'unsent' | 'connect'

/** The options of `reconnecting` that `connect` does not have. */
export interface ReconnectOptions<Prepared = object> {
  /** When to connect again. */
  readonly reconnect?: ReconnectPolicy
  /** Keeps what `send` gets while there is no connection, and sends it in order after the next `open` handler. Default: nothing is kept. */
  readonly queue?: QueueOptions
  /**
   * Finds connections that are dead, with a message of the application; it needs a `message` handler. Where the client sends Pings, `keepalive` does so without
   * one; a browser has no other way. Default: none.
   */
  readonly probe?: ProbeOptions
  /** Gives fresh options for an attempt, such as `headers` with a new token; what it throws is a failure like any other. */
  readonly prepare?: (attempt: ReconnectAttempt) => Prepared | undefined | PromiseLike<Prepared | undefined>
  /** Called with each change of `readyState`. */
  readonly state?: (change: ReconnectChange) => any
  /** Called with each message of the queue that is not going to be sent, and why. */
  readonly unsent?: (message: any, reason: UnsentReason) => any
  /** Ends everything, as `close()` does. */
  readonly signal?: AbortSignal
  /** Receives errors that the application's own code throws or rejects with, and their origin. Default: as `connect`. */
  readonly error?: (error: unknown, where: ReconnectingCallback) => any
}

/** How it ended for good. */
export interface ReconnectingEnd {
  /** The failure after which no further attempt is made; undefined after `close`, `terminate` or the signal. */
  readonly failure: ReconnectFailure | undefined
  /** How the last connection ended; undefined where there was none at the end. */
  readonly close: CloseInfo | undefined
}

/**
 * A client that connects again and again until it is closed for good. Each connection is a socket of its own, the one that handlers get. Handlers
 * of a connection are called once those of the one before it are done, its `close` handler called. Nothing that was sent is ever sent twice.
 */
export interface ReconnectingSocket<One extends AnySocket = Socket> extends AsyncIterable<MessageArguments<One>[1]> {
  /** See {@link ReconnectState}. */
  readonly readyState: ReconnectState
  /** The connection; undefined unless OPEN. */
  readonly socket: One | undefined
  /** Connections that have been open so far: 1 in the `open` handler of the first. */
  readonly connectionCount: number
  /** Messages that wait for a connection. */
  readonly queuedMessages: number
  /** Bytes of their payloads. */
  readonly queuedBytes: number
  /** Resolves with the connection, or the next one where there is none or it is closing. Rejects once CLOSED; a rejection that is not handled does not end the process. */
  readonly opened: Promise<One>
  /** Resolves, and never rejects, when CLOSED. */
  readonly closed: Promise<ReconnectingEnd>
  /**
   * Sends over the connection, as `send` of a socket. Without one: `queued` under the option `queue`, `dropped` where the queue is full, else `closed`.
   * Under `queue`, a message with the `key` of one that waits takes its place.
   * @throws OptionError for a wrong option
   * @throws MessageError when the codec refuses the message
   * @throws TypeError when a raw message is neither string nor bytes
   */
  send(message: Parameters<One['send']>[0], options?: SendOptions): SendResult | 'queued'
  /**
   * The next message of any connection. Messages of a connection that has ended come before those of the next; without a `message` handler those of
   * the last four connections are kept. Rejects once CLOSED and all messages are taken; with a MessageError in the place of an invalid one.
   * @throws TypeError (as a rejection) when a `message` handler takes the messages
   */
  receive(): Promise<MessageArguments<One>[1]>
  /** The connection, and each that comes after it while it is read, until CLOSED. */
  connections(): AsyncIterableIterator<One>
  /**
   * Connects at once: ends a wait, and replaces an open connection, which is closed first with this code and reason. It changes nothing while CONNECTING.
   * @throws OptionError as `close` of a socket
   */
  reconnect(code?: CloseCode, reason?: string): void
  /**
   * Closes for good, with the closing handshake of the connection if there is one; ends an attempt and a wait.
   * @param code default 1000
   * @param reason default empty
   * @throws OptionError as `close` of a socket
   */
  close(code?: CloseCode, reason?: string): Promise<ReconnectingEnd>
  /** Drops the connection without a closing handshake, for good. */
  terminate(): void
  /** For `await using`: `close()`. */
  [Symbol.asyncDispose](): Promise<void>
}

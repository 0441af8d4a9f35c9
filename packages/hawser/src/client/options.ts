import type { MessageError, ReceivedResponse } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { Extension } from '../core/protocol/extension.ts'
import type { CallerFields } from '../core/handshake/caller-fields.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { DeclaredAs, Subprotocols } from '../core/subprotocols/codec.ts'
import type { DropReport } from '../connection/drops.ts'
import type { HandlerName } from '../connection/handlers.ts'
import type { HandshakeLimits, SocketLimits } from '../connection/limits.ts'
import type { MessageStream } from '../connection/message-stream.ts'
import type { SocketOptions } from '../connection/socket-settings.ts'
import type { Observer } from '../connection/observer.ts'
import type { MessageHandler, SocketOf } from '../connection/socket.ts'
import type { TransportInfo } from '../connection/transport.ts'
import type { HttpChoice } from './dial.ts'
import type { ProxyOption } from './proxy.ts'

/** A handler, or the option whose function added the abort listener that failed. */
export type ClientCallback = HandlerName | 'createConnection' | 'observe'

/**
 * The socket that `connect` resolves with: a union over the declared subprotocols, so that `socket.subprotocol` narrows the messages. It includes
 * a connection without a subprotocol only under `noSubprotocol: 'accept'`, or when none was offered.
 */
export type ConnectedSocket<S extends Subprotocols, N extends NoSubprotocol = 'refuse', Transport = TransportInfo> = SocketOf<
  S,
  undefined,
  N,
  Transport
>

/**
 * With `open`, `message` or `close` given, messages flow as soon as the connection is open; without them, once they are iterated. Handlers may
 * return anything; a promise is awaited.
 */
export interface ConnectHandlers<S extends Subprotocols = readonly [], N extends NoSubprotocol = 'refuse', Handler = never> {
  /** Called before the first message, which waits for the promise if one is returned. */
  open?(socket: ConnectedSocket<S, N>): any
  /** Called for each message. The next one waits for the promise if one is returned, and so does the peer once the buffers are full. */
  message?: MessageHandler<ConnectedSocket<S, N>, Handler>
  /**
   * Called for each message as soon as it begins, instead of `message`: it is taken while it arrives, whatever its size. The next one waits for the promise
   * if one is returned. A message that nobody takes is dropped when the handler is done.
   */
  stream?(socket: ConnectedSocket<S, N>, message: MessageStream): any
  /** Called for a message that its codec refuses. Without this handler the error goes to `error`; an iterator throws it. */
  invalid?(socket: ConnectedSocket<S, N>, error: MessageError): any
  /** Called after `send` returned `buffered`, once at most `limits.lowWaterMark` is buffered. */
  drained?(socket: ConnectedSocket<S, N>): any
  /** Called at the end of a tick in which `slowConsumer` dropped or replaced messages. */
  dropped?(socket: ConnectedSocket<S, N>, report: DropReport): any
  /** Called once, after the last message. */
  close?(socket: ConnectedSocket<S, N>, info: CloseInfo): any
}

/** Options of `connect` that are the same in every runtime. A wrong one rejects with an `OptionError` that names it. */
export interface ConnectOptions<S extends Subprotocols = readonly [], N extends NoSubprotocol = 'refuse', Handler = never>
  extends ConnectHandlers<S, N, Handler>,
    SocketOptions {
  /** Offered in this order: names alone, or names with the codec of each. */
  readonly subprotocols?: DeclaredAs<S>
  /** When the server selects none of those offered: accept a connection without one, or refuse it with a HandshakeError. Default `refuse`. */
  readonly noSubprotocol?: N
  /** Offered in this order. Default: none. */
  readonly extensions?: readonly Extension[]
  /** Field lines added to the request. Fields that the handshake writes itself are refused. */
  readonly headers?: CallerFields
  /** The Origin field, which clients other than browsers may send (RFC 6455 section 4.1). Default: none. */
  readonly origin?: string
  /**
   * The authority, `host[:port]`, that the request names instead of the URL's: the Host field of HTTP/1.1, `:authority` of HTTP/2. Certificates
   * are still checked against the URL's host or `tls.servername`.
   */
  readonly authority?: string
  /**
   * Follow at most this many redirects, but none from wss to ws. Another origin gets nothing that the caller added: no `headers`, `origin`,
   * `authority`, userinfo, bearer names or client certificate. Default 0: a redirect is an error.
   */
  readonly redirects?: number
  /** The HTTP or SOCKS5 proxy to use. A proxy that fails is never bypassed. Default null: none, and environment variables are ignored. */
  readonly proxy?: ProxyOption
  /**
   * The HTTP version of the opening handshake. `2`: HTTP/2 or an error (in cleartext with prior knowledge); connections to one origin share a
   * session. `auto`: for wss, HTTP/2 where ALPN and the server's SETTINGS offer it, else HTTP/1.1; never HTTP/1.1 after a refusal. Default `1.1`:
   * most servers that speak HTTP/2 have no WebSocket over it, and `auto` needs an extra connection to find that out.
   */
  readonly http?: HttpChoice
  /**
   * Allows several connections to one address and port to be CONNECTING at once. Default false: they wait for each other, as RFC 6455
   * section 4.1 (step 2) asks of every client, but never longer than `limits.turnMs` for one that gets no answer. The wait counts towards
   * `limits.handshakeMs`.
   */
  readonly parallel?: boolean
  /** Refuses the ports that browsers refuse (Fetch standard, "bad port"). Default false; true for the `WebSocket` class. */
  readonly blockBadPorts?: boolean
  /**
   * Called with each redirect that is followed and with the 101, for cookies and other fields. A promise is awaited. If it throws or rejects,
   * the attempt fails with a `HandshakeError` that has the error as its cause.
   */
  readonly response?: (response: ReceivedResponse, url: string) => any
  /** Ends the attempt with a `HandshakeError` of stage `aborted`. It has no effect once the connection is OPEN. */
  readonly signal?: AbortSignal
  /** Bounds on the memory and the work that the server can cause. Sizes in bytes, durations in milliseconds; docs/limits.md has the defaults. */
  readonly limits?: Partial<SocketLimits & HandshakeLimits>
  /** Observes the opening handshake, one for each redirect, and the frames and the end of the connection. Without it no bytes are kept. */
  readonly observe?: Observer
  /** Receives errors that the application's own code throws or rejects with, and their origin. Default: they are written to stderr. */
  readonly error?: (error: unknown, where: ClientCallback) => any
}

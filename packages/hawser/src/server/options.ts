import type { ExtensionElement, Extension } from '../core/protocol/extension.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { RefusalCondition } from '../core/conditions.ts'
import type { MessageError, Rule } from '../core/errors.ts'
import type { Fields } from '../core/handshake/fields.ts'
import type { OriginOption } from '../core/handshake/origin.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { DropReport } from '../connection/drops.ts'
import type { HandlerName } from '../connection/handlers.ts'
import type { HandshakeLimits, SocketLimits } from '../connection/limits.ts'
import type { Observer } from '../connection/observer.ts'
import type { MessageStream } from '../connection/message-stream.ts'
import type { SocketOptions } from '../connection/socket-settings.ts'
import type { MessageHandler, SocketOf } from '../connection/socket.ts'
import type { DeclaredAs, Subprotocols } from '../core/subprotocols/codec.ts'
import type { AdmissionLimits } from './admission.ts'
import type { PathParameters } from './path-patterns.ts'
import type { TransportInfo } from '../connection/transport.ts'

/** The argument of the `upgrade` hook: a valid opening handshake from an allowed origin. `Incoming` is the runtime's own request object. */
export interface UpgradeRequest<Path extends string = string, Incoming = unknown> {
  /** The HTTP version that carries the handshake. */
  readonly httpVersion: '1.1' | '2' | '3'
  /** Absolute, `ws:` or `wss:`, made of scheme, authority and target. Made when it is read: a copy of the request by spread has no `url` and no `remoteAddress`. */
  readonly url: URL
  /** The path of the request target, without query, as sent: percent-encoding is not decoded. */
  readonly path: string
  /** The values of the names in the pattern of `paths`, percent-decoded: `/rooms/:id` has `id`. */
  readonly parameters: PathParameters<Path>
  /** Every field line, in order; `get` takes a name in any case. */
  readonly fields: Fields
  /** The Origin field, already checked; undefined without one, as clients other than browsers may omit it (RFC 6455 section 4.2.1). */
  readonly origin: string | undefined
  /** `host[:port]`, from Host or an absolute-form target (RFC 9112 section 3.2.2), or from a proxy in `trustProxy`. */
  readonly authority: string
  /** The offered subprotocols, in the client's order. May contain a bearer credential, so do not log them. */
  readonly subprotocols: readonly string[]
  /** The client's offers, in its order of preference. */
  readonly extensions: readonly ExtensionElement[]
  /** Addresses of both ends, and whether TLS ends here. Behind a proxy these are the proxy's; see `remoteAddress`. */
  readonly transport: TransportInfo
  /** The client's address: that of the transport, or the one that a proxy in `trustProxy` names. */
  readonly remoteAddress: string | undefined
  /**
   * The runtime's own object for this request, for middleware that takes one, such as sessions. With Node: undefined on a connection that a server of
   * `serve` reads itself, and over HTTP/2.
   */
  readonly incoming: Incoming
}

/** One opening handshake that the server refused. */
export interface RefusedHandshake {
  /** The status code of the response. */
  readonly status: number
  /** The reason, in one sentence. May quote the client. */
  readonly reason: string
  /** What happened, finer than `status`; stable, and the name of a section in docs/errors-refusals.md. */
  readonly condition: RefusalCondition
  /** The broken rule, if a rule was broken. */
  readonly rule: Rule | undefined
  /** The path of the request target, without query; undefined if the target could not be parsed. */
  readonly path: string | undefined
  /** The Origin field as sent; undefined without one. */
  readonly origin: string | undefined
  /** The client's address: that of the transport, or the one that a proxy in `trustProxy` names. */
  readonly remoteAddress: string | undefined
  /** HTTP version, addresses of both ends, TLS. */
  readonly transport: TransportInfo
}

/** The hook's acceptance. If it cannot be sent, `error` gets an `OptionError` and the client a 500. */
export interface Acceptance<Context> {
  /** Becomes `socket.context`. Default undefined. */
  readonly context?: Context
  /** A subprotocol that was offered and is declared; null for none. Default: the first of the client's list that is declared. */
  readonly subprotocol?: string | null
  /** Extra fields of the 101. Not those that the handshake writes itself, and no CR, LF or NUL. */
  readonly headers?: Iterable<readonly [string, string]> | Readonly<Record<string, string>>
  /** Set-Cookie values, one field line each. */
  readonly cookies?: readonly string[]
}

/** The part of the Fetch standard's Response that a refusal needs. The global `Response` has it. */
export interface ResponseLike {
  /** The status code: 200 to 599, and over HTTP/2, where every 2xx accepts, 300 to 599. */
  readonly status: number
  /** The reason phrase of HTTP/1.1; empty for the usual one. */
  readonly statusText: string
  /** The fields, without those that frame the content. */
  readonly headers: {
    /** Calls back once for each field, as `Headers` of the Fetch standard does. */
    forEach(callback: (value: string, name: string) => void): void
  }
  /** True where the content was read already; such a response cannot be sent. */
  readonly bodyUsed?: boolean
  /** Read up to 1 MiB. Without it `arrayBuffer` is called. */
  readonly body?: ResponseBodyLike | null
  /** The content of a response whose `body` is missing. */
  arrayBuffer(): Promise<ArrayBuffer>
}

/** The part of a ReadableStream that is used. */
export interface ResponseBodyLike {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: unknown }>
    cancel(reason?: unknown): Promise<unknown>
  }
}

/**
 * Decides about one opening handshake before the 101. It has `limits.handshakeMs`; `signal` aborts after that time, when the client
 * disconnects, and when the server ends. If it throws, the client gets a 500 and `error` the error.
 */
export type UpgradeHook<Context, Path extends string = string, Incoming = unknown> = (
  request: UpgradeRequest<Path, Incoming>,
  control: { readonly signal: AbortSignal },
) => Acceptance<Context> | ResponseLike | Promise<Acceptance<Context> | ResponseLike>

/** The handler or option whose code threw an error. */
export type ServerHandlerName = HandlerName | 'upgrade' | 'origins' | 'refused' | 'observe' | 'request'

/**
 * A handler may return anything; a promise is awaited. If a handler throws or rejects, its connection is closed with 1011 and `error` gets the
 * error; for `close`, only the latter.
 */
export interface ConnectionHandlers<S extends Subprotocols, Context, N extends NoSubprotocol = 'accept', Handler = never> {
  // `any` rather than `unknown`: with `unknown` the compiler checks the result of a handler, and cannot do so for `server.broadcast(…)` while it
  // infers the type of `server` (TypeScript 5.9 to 7.0; earlier versions always check).
  /** Called before the first message, which waits for the promise if one is returned. */
  open?(socket: SocketOf<S, Context, N>): any
  /** Called for each message. The next one waits for the promise if one is returned, and so does the peer once the buffers are full. */
  message?: MessageHandler<SocketOf<S, Context, N>, Handler>
  /**
   * Called for each message as soon as it begins, instead of `message`: it is taken while it arrives, whatever its size. The next one waits for the promise
   * if one is returned. A message that nobody takes is dropped when the handler is done.
   */
  stream?(socket: SocketOf<S, Context, N>, message: MessageStream): any
  /** Called for a message that its codec refuses. Without this handler the error goes to `error`. */
  invalid?(socket: SocketOf<S, Context, N>, error: MessageError): any
  /** Called after `send` returned `buffered`, once at most `limits.lowWaterMark` is buffered. */
  drained?(socket: SocketOf<S, Context, N>): any
  /** Called at the end of a tick in which `slowConsumer` dropped or replaced messages of this connection. */
  dropped?(socket: SocketOf<S, Context, N>, report: DropReport): any
  /** Called once, after the last message. */
  close?(socket: SocketOf<S, Context, N>, info: CloseInfo): any
}

/** Limits of a server: those of each connection, of each opening handshake, and of the whole. */
export interface ServerLimits extends SocketLimits, HandshakeLimits, AdmissionLimits {}

/** Options of every server. */
export interface ServerOptions<
  S extends Subprotocols = readonly [],
  Context = undefined,
  N extends NoSubprotocol = 'accept',
  Path extends string = string,
  Handler = never,
  Incoming = unknown,
> extends ConnectionHandlers<S, Context, N, Handler>,
    SocketOptions {
  /** Names alone, or names with the codec of each. The first name the client offers that is declared here is selected. Default: none. */
  readonly subprotocols?: DeclaredAs<S>
  /** When the client offers none of the declared subprotocols: accept a connection without one, or refuse it with 400. Default `accept`. */
  readonly noSubprotocol?: N
  /** Extensions to accept, such as `permessageDeflate()`; applied in the order of the client's offers. Default: none. */
  readonly extensions?: readonly Extension[]
  /**
   * Names that clients may use in Host or `:authority`, each `host` or `host:port`; other names get 421 (RFC 9110 section 7.4). `any` turns the check
   * off. A server on a loopback address also accepts the names of loopback, and by default only those, so that no web page reaches it through DNS
   * rebinding; list the name of your site if a proxy on the same machine forwards it. Other servers accept every name by default.
   */
  readonly hosts?: readonly string[] | 'any'
  /**
   * Allowed origins besides same-origin (RFC 6455 section 10.2): each `scheme://host[:port]`, or a pattern such as `https://*.example.com` (its
   * subdomains, of any depth) or `http://localhost:*` (any port). A function is called for each origin that is not same-origin, and returns
   * true or false, not a promise. `any` turns the check off. Default: same-origin only.
   */
  readonly origins?: OriginOption
  /**
   * Proxies whose Forwarded (RFC 7239) and X-Forwarded-For, -Proto and -Host give the client's address, the scheme and the host: addresses,
   * ranges such as `10.0.0.0/8`, and `unix` for peers of a Unix domain socket. The fields are ignored in all other requests. A proxy
   * must overwrite or remove those that its client sent. Default: none.
   */
  readonly trustProxy?: readonly string[]
  /** Paths that upgrade; others get 404. Default: all. */
  readonly paths?: readonly Path[]
  /** Accepts or refuses each valid opening handshake of an allowed origin. Default: all are accepted. */
  readonly upgrade?: UpgradeHook<Context, Path, Incoming>
  /**
   * Called for each refused opening handshake, after its response, with the reason for the operator. It is not called for ordinary requests.
   */
  readonly refused?: (refused: RefusedHandshake) => any
  /** Receives errors that the application's hooks and handlers throw or reject with. Default: they are written to stderr. */
  readonly error?: (error: unknown, where: ServerHandlerName) => any
  /** Bounds on the memory and the work that a peer can cause. Sizes in bytes, durations in milliseconds; docs/limits.md has the defaults. */
  readonly limits?: Partial<ServerLimits>
  /** Observes opening handshakes, frames and ends from the start; see `server.observe`. Without an observer no bytes are kept. */
  readonly observe?: Observer
}

/** Options of `server.drain`. */
export interface DrainOptions {
  /**
   * How long the drain may take: after it, connections that have not completed their closing handshake, and ordinary requests that have no answer, are
   * dropped. It runs while queued messages leave, which they do before the Close frame. Default 10 000 ms.
   */
  readonly graceMs?: number
  /** Spreads the Close frames over this time, at most `graceMs`, so that the clients do not all reconnect at once. Default 0: all now. */
  readonly spreadMs?: number
  /** Default 1001 Going Away; 1012 is Service Restart. */
  readonly code?: 1001 | 1012
  /** At most 41 characters. Default `the server is shutting down`. */
  readonly reason?: string
}

/** How the connections of a drained server ended: each that was open when the drain began counts once. */
export interface DrainResult {
  /** Connections that completed their closing handshake. */
  readonly closed: number
  /** Connections that failed, or whose peer vanished, before their closing handshake was complete. */
  readonly failed: number
  /** Connections that were dropped after `graceMs`, or by `close` during the drain. */
  readonly terminated: number
}

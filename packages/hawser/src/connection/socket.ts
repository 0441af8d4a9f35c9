import type { CloseInfo } from '../core/protocol/events.ts'
import type { ExtensionParameter, ExtensionStatistics } from '../core/protocol/extension.ts'
import type { CloseCode } from '../core/registry/close-codes.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { Incoming, Outgoing, RawMessage, SubprotocolMap, Subprotocols } from '../core/subprotocols/codec.ts'
import type { MessageStream } from './message-stream.ts'
import type { StreamSource } from './stream-source.ts'
import type { TransportInfo } from './transport.ts'

declare global {
  /** As `@types/node` and `lib.esnext.disposable` declare it, for consumers that have neither. */
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
}

/**
 * The fate of a message: `sent` to the transport; `buffered` because the peer reads slowly (await `drained`); `replaced`, which is buffered and older
 * messages were dropped for it; `dropped` because `limits.sendBuffer` was reached; `closed` because the connection is not OPEN.
 */
export type SendResult = 'sent' | 'buffered' | 'replaced' | 'dropped' | 'closed'

/**
 * What to do with a message when more than `limits.sendBuffer` would wait for a peer that reads slowly. Messages that have begun to leave are never
 * dropped, nor are those of `sendStream`.
 * - `close`: drop it and fail the connection with close code 1013.
 * - `wait`: take it all the same; the application has to await `drained`. Beyond `limits.sendBuffer` nothing is read from the peer.
 * - `drop-newest`: drop it.
 * - `drop-oldest`: drop the oldest messages that wait.
 * - `coalesce`: as soon as messages wait, one with the `key` of one that waits takes its place; beyond the limit as `close`.
 */
export type SlowConsumer = 'close' | 'wait' | 'drop-newest' | 'drop-oldest' | 'coalesce'

/** Options of `send` and `sendStream`. */
export interface SendOptions {
  /**
   * The caller promises that the bytes of this message never change again: they may be referenced until they have left, instead of copied.
   * Without it the memory is the caller's again as soon as the call returns. No meaning for text. Default false.
   */
  readonly immutable?: boolean
  /** Whether to compress this message; undefined leaves it to the extension. */
  readonly compress?: boolean
  /** With `slowConsumer: 'coalesce'`: the message replaces one that waits with the same key. Without a key it is never replaced. */
  readonly key?: string | number
}

/** When to send a Ping, and how long to wait for an answer. */
export interface KeepaliveOptions {
  /** Milliseconds without data after which a Ping is sent. Default 20 000. */
  readonly intervalMs?: number
  /** Milliseconds without data after that Ping, after which the connection is failed. Default 20 000. */
  readonly timeoutMs?: number
  /**
   * Each Ping comes earlier by a random part of this share of `intervalMs`, 0 to 1, so that connections that fell silent together do not all send theirs
   * at once. Default 0.1.
   */
  readonly jitter?: number
  /** Send a Ping at each interval even while data arrives, so that `roundTripMs` is always up to date. Default false. */
  readonly always?: boolean
}

/** An extension in use on a connection (RFC 6455 section 9). */
export interface AgreedExtension {
  /** The token in Sec-WebSocket-Extensions. */
  readonly name: string
  /** The agreed parameters, as the response has them. */
  readonly parameters: readonly ExtensionParameter[]
  /** Counters of the extension, where it has any. */
  readonly statistics?: ExtensionStatistics
}

/** An extension that was offered and not agreed, and why. */
export interface DeclinedExtension {
  /** The token in Sec-WebSocket-Extensions. */
  readonly name: string
  /** The parameters of the offer. */
  readonly parameters: readonly ExtensionParameter[]
  /** Why it was declined, in one sentence. */
  readonly reason: string
}

/**
 * A connection as the application holds it, at either end; `In` and `Out` are what its subprotocol carries. Binary messages arrive as plain
 * `Uint8Array`, never `Buffer`, and may be views into a larger `ArrayBuffer`: `slice()` one that is kept for long. Without type arguments it
 * stands for any socket that `connect` or `serve` gives: what it receives and its context are `unknown`. What it sends is not checked, because no
 * type of message but `any` fits the `send` of every subprotocol. `Transport` is what the runtime tells of the transport: a browser less than Node.
 */
export interface Socket<Name extends string = string, In = unknown, Out = any, Context = unknown, Transport = TransportInfo>
  extends AsyncIterable<In> {
  /** The agreed subprotocol, `''` where there is none. */
  readonly subprotocol: Name
  /** In the order of the response. */
  readonly extensions: readonly AgreedExtension[]
  /**
   * Offers of the client that were not agreed, and why; at most 32. At a server without `extensions`, empty. A client is told
   * no reason: there it is each offer of an extension that the response does not have.
   */
  readonly declinedExtensions: readonly DeclinedExtension[]
  /** The context of the server's `upgrade` hook; undefined at the client. */
  readonly context: Context
  /** HTTP version, addresses of both ends, TLS; in a browser only whether TLS is used. */
  readonly transport: Transport
  /** There is no CONNECTING: a socket exists once the opening handshake is done. */
  readonly readyState: 'OPEN' | 'CLOSING' | 'CLOSED'
  /** Bytes of messages and frames that neither the kernel nor the stream's window has taken; when CLOSED, those that never left. */
  readonly bufferedAmount: number
  /**
   * Milliseconds from the latest answered Ping to its Pong, of keepalive or `ping`; undefined before the first. It is one measurement, not an average.
   * Keepalive sends Pings only in silence; `keepalive: { always: true }` sends them at each interval.
   */
  readonly roundTripMs: number | undefined
  /** Messages that `slowConsumer` dropped or replaced so far. */
  readonly droppedMessages: number
  /** Resolves when at most `limits.lowWaterMark` bytes are buffered (0 by default), or the connection is CLOSED. */
  readonly drained: Promise<void>
  /** Resolves, and never rejects, when the connection is CLOSED. */
  readonly closed: Promise<CloseInfo>
  /**
   * @throws OptionError for a wrong option
   * @throws MessageError when the subprotocol's codec cannot encode the message
   * @throws TypeError when a raw message is neither string nor bytes
   */
  send(message: Out, options?: SendOptions): SendResult
  /**
   * Sends a fragmented message from pieces, with backpressure; other messages wait, control frames do not. The source is an async iterable, such as a
   * Readable of Node and a streamed message, a ReadableStream, or a Blob, which is sent as binary. Rejects with an exception of the source, and then the
   * connection closes with 1011 where a piece was sent already.
   * @throws OptionError for a wrong option
   */
  sendStream(pieces: StreamSource, options?: SendOptions): Promise<SendResult>
  /**
   * Resolves with the round trip in milliseconds; rejects with a ConnectionError when the connection ends first.
   * @throws OptionError for a payload that is no Uint8Array or has more than 125 bytes (RFC 6455 section 5.5)
   */
  ping(payload?: Uint8Array): Promise<number>
  /**
   * Changes keepalive for this connection from now on; false turns it off. What is left out has the default of the option `keepalive`.
   * @throws OptionError for a wrong option
   */
  setKeepalive(options: KeepaliveOptions | false): void
  /**
   * Replaces the option `slowConsumer` for this connection. What waits already is neither dropped nor sent earlier.
   * @throws OptionError for anything else than a {@link SlowConsumer}
   */
  setSlowConsumer(slowConsumer: SlowConsumer): void
  /** An unsolicited Pong (RFC 6455 section 5.5.3). @throws OptionError as `ping` does */
  pong(payload?: Uint8Array): SendResult
  /**
   * Starts the closing handshake after everything sent before. Resolves when CLOSED; never rejects. Messages that the peer sends before its Close frame
   * are still delivered; without a `message` handler, those beyond `limits.receiveBuffer` that nobody awaits are dropped.
   * @param code default 1000
   * @param reason default empty
   * @throws OptionError for a code that must not be sent (1005, 1006, 1015, …) or a reason above 123 bytes of UTF-8
   */
  close(code?: CloseCode, reason?: string): Promise<CloseInfo>
  /** Drops the transport without a closing handshake; the peer sees 1006. */
  terminate(): void
  /**
   * Stops delivery of messages until `resume`. Up to `limits.receiveBuffer` bytes are still read, and control frames answered; then backpressure
   * reaches the peer.
   */
  pause(): void
  /** Ends a `pause`. */
  resume(): void
  /**
   * The next message; rejects with a MessageError in the place of an invalid one, and with a ConnectionError once the connection is CLOSED and all
   * messages are taken. A rejection that is not handled does not end the process.
   * @throws TypeError (as a rejection) when a `message` handler takes the messages
   */
  receive(): Promise<In>
  /**
   * The next message, as soon as it begins, on a connection with `messages: 'streams'`. A message that nobody has begun to take when the next is asked for is
   * dropped. Rejects with a ConnectionError once the connection is CLOSED and all messages are given out.
   * @throws TypeError (as a rejection) without `messages: 'streams'`, and when a `stream` handler takes the messages
   */
  receiveStream(): Promise<MessageStream>
  /**
   * Each message as soon as it begins, as `receiveStream` gives them, until the connection is closed.
   * @throws TypeError as `receiveStream` does
   */
  streams(): AsyncIterator<MessageStream, undefined> & AsyncIterable<MessageStream>
  /** Drops all messages from now on, so that a connection used only for sending never stops reading. A later `receive` or iteration takes messages again. */
  discard(): void
  /** For `await using`: `close()`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * The union over all declared subprotocols, so that `socket.subprotocol === 'chat.v2'` narrows the messages; `''` is the member for a
 * connection that agreed on none, which `noSubprotocol: 'refuse'` rules out.
 */
export type SocketOf<S extends Subprotocols, Context = unknown, N extends NoSubprotocol = 'accept', Transport = TransportInfo> = 0 extends 1 & S
  ? Socket<string, unknown, any, Context, Transport>
  : S extends readonly []
    ? Socket<'', RawMessage, RawMessage, Context, Transport>
    : S extends SubprotocolMap
      ?
          | { [Name in keyof S & string]: Socket<Name, Incoming<S[Name]>, Outgoing<S[Name]>, Context, Transport> }[keyof S & string]
          | SocketWithout<N, Context, Transport>
      : S extends readonly (infer Name extends string)[]
        ? Socket<Name | Without<N>, RawMessage, RawMessage, Context, Transport>
        : Socket<string, RawMessage, RawMessage, Context, Transport>

type Without<N extends NoSubprotocol> = N extends 'accept' ? '' : never

type SocketWithout<N extends NoSubprotocol, Context, Transport> = N extends 'accept' ? Socket<'', RawMessage, RawMessage, Context, Transport> : never

/** A socket of any runtime. */
export type AnySocket = Socket<string, unknown, any, unknown, unknown>

/** The arguments of a message handler: the third narrows the first two. */
export type MessageArguments<One> =
  One extends Socket<infer Name, infer In, any, unknown, unknown> ? [socket: One, message: In, subprotocol: Name] : never

/** A message handler of two parameters, for the union of all sockets. */
type PlainHandler<One> = (socket: One, message: MessageArguments<One>[1]) => any

/**
 * A message handler. TypeScript does not let a function of two parameters stand where the parameters are a union of tuples of three, which
 * is what narrows them. `Handler`, inferred from the handler itself, lets it through where it takes every message; it must not add a call
 * signature where it does not, or the parameters would lose their types.
 */
export type MessageHandler<One, Handler> = ((...message: MessageArguments<One>) => any) | ([Handler] extends [PlainHandler<One>] ? Handler : never)

import type { WebSocketCloseInfo } from './close-info.ts'
import type { WebSocketStreamInit } from './stream-arguments.ts'

/** What `opened` resolves with: the dictionary WebSocketOpenInfo of the WebSockets standard. */
export interface WebSocketOpenInfo {
  /** The messages: text as strings, binary as `Uint8Array`. Reading from the peer stops while nobody reads from it. */
  readonly readable: ReadableStream<string | Uint8Array>
  /** Each chunk is sent as a message. A `write` resolves when the transport has taken the message. */
  readonly writable: WritableStream<string | ArrayBuffer | ArrayBufferView>
  /** The agreed extensions, as Sec-WebSocket-Extensions has them; empty where none was agreed. */
  readonly extensions: string
  /** The agreed subprotocol; empty where none was agreed. */
  readonly protocol: string
}

/** The members of the WebSocketStream interface of the WebSockets standard. */
export interface WebSocketStreamInstance {
  /** The name of the interface. */
  readonly [Symbol.toStringTag]: string
  /** Serialized, with any userinfo, as the standard's URL serializer does. */
  readonly url: string
  /** Resolves when the connection is established; rejects with a `WebSocketError`, or the signal's reason. A rejection may be ignored. */
  readonly opened: Promise<WebSocketOpenInfo>
  /**
   * Resolves when the connection was closed cleanly; rejects with a `WebSocketError` when it was not, or was never established, or messages that were
   * written had not left. A rejection may be ignored.
   */
  readonly closed: Promise<Required<WebSocketCloseInfo>>
  /**
   * Starts the closing handshake; while the connection is not established it fails.
   * @throws DOMException InvalidAccessError for a code that is neither 1000 nor 3000 to 4999, SyntaxError for a reason above 123 bytes; TypeError for
   * anything else than an object
   */
  close(closeInfo?: WebSocketCloseInfo): void
}

/** The WebSocketStream interface object of a runtime; `Options` is what its second argument may be besides the standard's. */
export interface WebSocketStreamConstructor<Options extends WebSocketStreamInit = WebSocketStreamInit> {
  /**
   * Starts to connect. `options` are those of the standard besides options of `connect`, which the standard does not have.
   * @throws DOMException SyntaxError for an invalid URL or invalid protocols; OptionError for an invalid option of `connect`
   */
  new (url: string | URL, options?: Options): WebSocketStreamInstance
  /** The object that has the members. */
  readonly prototype: WebSocketStreamInstance
}

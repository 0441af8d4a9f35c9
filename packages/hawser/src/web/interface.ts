import type { BinaryType } from './event-data.ts'
import type { AssignedEventHandler, EventHandler } from './event-handlers.ts'
import type { CloseEvent, ErrorEvent } from './events.ts'
import type { WebSocketListeners } from './listeners.ts'
import type { WebSocketInit } from './arguments.ts'

export type TypedEventTarget = WebSocketListeners & EventTarget

/** The members of the WebSocket interface of the WHATWG WebSockets standard, section 3.1. */
export interface WebSocketInstance extends TypedEventTarget {
  /** 0: the opening handshake is not complete. */
  readonly CONNECTING: 0
  /** 1: messages may be sent. */
  readonly OPEN: 1
  /** 2: the closing handshake has begun, or `close` was called. */
  readonly CLOSING: 2
  /** 3: the connection has ended, or could not be opened. */
  readonly CLOSED: 3
  /** The name of the interface. */
  readonly [Symbol.toStringTag]: string
  /** Serialized, with any userinfo, as the standard's URL serializer does. */
  readonly url: string
  /** 0 CONNECTING, 1 OPEN, 2 CLOSING or 3 CLOSED. */
  readonly readyState: 0 | 1 | 2 | 3
  /** Bytes of application data that `send` queued and the network has not taken; after the connection closed it can only grow. */
  readonly bufferedAmount: number
  /** The agreed extensions, as Sec-WebSocket-Extensions has them; empty while CONNECTING and where none was agreed. */
  readonly extensions: string
  /** The agreed subprotocol; empty while CONNECTING and where none was agreed. */
  readonly protocol: string
  /** The type of binary messages. Default `blob`; values other than `blob` and `arraybuffer` are ignored. */
  binaryType: BinaryType
  /** Called for the `open` event: the connection is OPEN. */
  get onopen(): AssignedEventHandler
  set onopen(handler: EventHandler<Event>)
  /** Called for each `message` event; `data` is a string, or a Blob or ArrayBuffer by `binaryType`. */
  get onmessage(): AssignedEventHandler
  set onmessage(handler: EventHandler<MessageEvent>)
  /** Called for the `error` event, before `close`, where the connection failed; `error` says why. */
  get onerror(): AssignedEventHandler
  set onerror(handler: EventHandler<ErrorEvent>)
  /** Called for the `close` event, the last one. */
  get onclose(): AssignedEventHandler
  set onclose(handler: EventHandler<CloseEvent>)
  /**
   * Sends a message: text, bytes, which are copied, or a Blob. After the connection closed it only adds to `bufferedAmount`.
   * @throws DOMException InvalidStateError while CONNECTING; TypeError for a symbol, a resizable buffer and shared memory
   */
  send(data: string | ArrayBufferLike | ArrayBufferView | Blob): void
  /**
   * Starts the closing handshake after the messages already given to `send`; while CONNECTING it fails the connection.
   * @throws DOMException InvalidAccessError for a code that is neither 1000 nor 3000 to 4999, SyntaxError for a reason above 123 bytes
   */
  close(code?: number, reason?: string): void
}

/** The WebSocket interface object of a runtime; `Options` is what its second argument may be besides the standard's. */
export interface WebSocketConstructor<Options extends WebSocketInit = WebSocketInit> {
  /**
   * Starts to connect. `protocols` are the subprotocols to offer: one, several, or an object that has them as `protocols` besides options of
   * `connect`, which the standard does not have.
   * @throws DOMException SyntaxError for an invalid URL or invalid protocols; OptionError for an invalid option of `connect`
   */
  new (url: string | URL, protocols?: string | readonly string[] | Options): WebSocketInstance
  /** The object that has the members. */
  readonly prototype: WebSocketInstance
  /** 0: the opening handshake is not complete. */
  readonly CONNECTING: 0
  /** 1: messages may be sent. */
  readonly OPEN: 1
  /** 2: the closing handshake has begun, or `close` was called. */
  readonly CLOSING: 2
  /** 3: the connection has ended, or could not be opened. */
  readonly CLOSED: 3
}

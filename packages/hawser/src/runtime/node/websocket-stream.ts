import type { WebSocketStreamInit } from '../../web/stream-arguments.ts'
import type { WebSocketStreamConstructor, WebSocketStreamInstance } from '../../web/stream-interface.ts'
import { createWebSocketStreamClass } from '../../web/websocket-stream.ts'
import { nodeEstablish } from './websocket-establish.ts'
import type { EstablishOptions } from './websocket-establish.ts'

/** `protocols` and `signal`, and the options of {@link connect} with the defaults that the `WebSocket` class has. */
export interface WebSocketStreamOptions extends WebSocketStreamInit, Omit<EstablishOptions, 'signal'> {}

/** A connection with the WHATWG WebSocketStream interface. */
export interface WebSocketStream extends WebSocketStreamInstance {}

/**
 * The WHATWG WebSocketStream interface on Node: a connection as a readable and a writable stream, with backpressure both ways. Failures are not
 * opaque: a `WebSocketError` has the `HandshakeError` or `ConnectionError` in `cause`.
 * @example
 * ```ts
 * const stream = new WebSocketStream('ws://localhost:8080/')
 * const { readable, writable } = await stream.opened
 * await writable.getWriter().write('hello')
 * for await (const message of readable) console.log(message)
 * ```
 * @throws DOMException as the standard says; OptionError for a wrong option
 */
export const WebSocketStream: WebSocketStreamConstructor<WebSocketStreamOptions> =
  /* @__PURE__ */ createWebSocketStreamClass<WebSocketStreamOptions>(nodeEstablish)

import { setImmediate } from 'node:timers'
import { createWebSocketClass } from '../../web/websocket.ts'
import type { WebSocketConstructor, WebSocketInstance } from '../../web/interface.ts'
import type { WebSocketInit } from '../../web/arguments.ts'
import { nodeClock } from './clock.ts'
import { nodeEstablish } from './websocket-establish.ts'
import type { EstablishOptions } from './websocket-establish.ts'

/**
 * `protocols`, and the options of {@link connect}. Some defaults differ: `blockBadPorts` is true, and permessage-deflate is offered as in browsers
 * (`extensions: []` turns it off). `limits.message` is 128 MiB and `limits.sendBuffer` 2 GiB, since the standard has neither limit.
 */
export interface WebSocketOptions extends WebSocketInit, EstablishOptions {}

/** A connection with the WHATWG WebSocket interface. */
export interface WebSocket extends WebSocketInstance {}

/**
 * The WHATWG WebSocket interface on Node. Failures are not opaque: the `error` event carries a `HandshakeError` or `ConnectionError`.
 * @throws DOMException as the standard says; OptionError for a wrong option
 */
export const WebSocket: WebSocketConstructor<WebSocketOptions> = /* @__PURE__ */ createWebSocketClass<WebSocketOptions>({
  ...nodeEstablish,
  queueTask: (callback) => void setImmediate(callback),
  schedule: nodeClock.schedule,
})

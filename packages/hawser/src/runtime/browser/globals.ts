import type { CloseEventConstructor, ErrorEventConstructor } from '../../web/events.ts'
import type { WebSocketConstructor, WebSocketInstance } from '../../web/interface.ts'
import type { WebSocketStreamConstructor, WebSocketStreamInstance } from '../../web/stream-interface.ts'
import { createWebSocketStreamClass } from '../../web/websocket-stream.ts'
import type { WebSocketErrorConstructor } from '../../web/websocket-error.ts'
import { WebSocketError as OwnWebSocketError } from '../../web/websocket-error.ts'
import { platform } from './platform.ts'
import { openWebSocket } from './websocket-carrier.ts'

/** A connection with the WHATWG WebSocket interface. */
export interface WebSocket extends WebSocketInstance {}

/** The browser's own WebSocket interface. */
export const WebSocket: WebSocketConstructor = platform.WebSocket

/** The browser's own CloseEvent interface. */
export const CloseEvent: CloseEventConstructor = platform.CloseEvent

/** The browser's own ErrorEvent interface. */
export const ErrorEvent: ErrorEventConstructor = platform.ErrorEvent

/** A connection with the WHATWG WebSocketStream interface. */
export interface WebSocketStream extends WebSocketStreamInstance {}

/**
 * The browser's own WebSocketStream interface. Where it has none: the same over its WebSocket, which can neither stop reading nor be dropped, so only the
 * writable stream has backpressure.
 */
export const WebSocketStream: WebSocketStreamConstructor =
  platform.WebSocketStream ?? /* @__PURE__ */ createWebSocketStreamClass({ baseUrl: platform.location?.href, establish: openWebSocket })

/** The browser's own WebSocketError interface, where it has one. */
export const WebSocketError: WebSocketErrorConstructor =
  platform.WebSocketStream === undefined ? OwnWebSocketError : (platform.WebSocketError as WebSocketErrorConstructor)

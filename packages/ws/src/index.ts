/** hawser in the place of `ws` 8. */
import { extension, PerMessageDeflate, Receiver, subprotocol } from './not-offered.ts'
import { Sender } from './sender.ts'
import { WebSocketServer } from './server.ts'
import { createWebSocketStream } from './stream.ts'
import { WebSocket } from './websocket.ts'

interface Statics {
  readonly createWebSocketStream: typeof createWebSocketStream
  readonly extension: typeof extension
  readonly PerMessageDeflate: typeof PerMessageDeflate
  readonly Receiver: typeof Receiver
  readonly Sender: typeof Sender
  readonly Server: typeof WebSocketServer
  readonly subprotocol: typeof subprotocol
  readonly WebSocket: typeof WebSocket
  readonly WebSocketServer: typeof WebSocketServer
}

const statics: Statics = {
  createWebSocketStream,
  extension,
  PerMessageDeflate,
  Receiver,
  Sender,
  Server: WebSocketServer,
  subprotocol,
  WebSocket,
  WebSocketServer,
}

/** The class with the other exports as its static members, as `require('ws')` gives it. */
const exported: typeof WebSocket & Statics = Object.assign(WebSocket, statics)

export default exported
export { createWebSocketStream, extension, PerMessageDeflate, Receiver, Sender, subprotocol, WebSocket, WebSocketServer }

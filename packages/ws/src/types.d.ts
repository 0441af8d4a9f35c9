/**
 * hawser in the place of `ws` 8; the API is that of `ws`.
 * @module
 */
import WebSocket from './index.cjs'

declare const WebSocketServer: typeof WebSocket.Server
interface WebSocketServer extends WebSocket.Server {}
declare const Sender: typeof WebSocket.Sender
declare const createWebSocketStream: typeof WebSocket.createWebSocketStream

export type AddressInfo = WebSocket.AddressInfo
export type CertMeta = WebSocket.CertMeta
export type ClientOptions = WebSocket.ClientOptions
export type CloseEvent = WebSocket.CloseEvent
export type Data = WebSocket.Data
export type ErrorEvent = WebSocket.ErrorEvent
export type Event = WebSocket.Event
export type EventListenerOptions = WebSocket.EventListenerOptions
export type FinishRequestCallback = WebSocket.FinishRequestCallback
export type MessageEvent = WebSocket.MessageEvent
export type PerMessageDeflateOptions = WebSocket.PerMessageDeflateOptions
export type RawData = WebSocket.RawData
export type Server<
  T extends typeof WebSocket.WebSocket = typeof WebSocket.WebSocket,
  U extends typeof import('node:http').IncomingMessage = typeof import('node:http').IncomingMessage,
> = WebSocket.Server<T, U>
export type ServerOptions<
  U extends typeof WebSocket.WebSocket = typeof WebSocket.WebSocket,
  V extends typeof import('node:http').IncomingMessage = typeof import('node:http').IncomingMessage,
> = WebSocket.ServerOptions<U, V>
export type VerifyClientCallbackAsync<Request extends import('node:http').IncomingMessage = import('node:http').IncomingMessage> =
  WebSocket.VerifyClientCallbackAsync<Request>
export type VerifyClientCallbackSync<Request extends import('node:http').IncomingMessage = import('node:http').IncomingMessage> =
  WebSocket.VerifyClientCallbackSync<Request>

export { createWebSocketStream, Sender, WebSocket, WebSocketServer }
export default WebSocket

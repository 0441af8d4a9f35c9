/**
 * The entry point of browsers: clients, the WHATWG classes, subprotocol codecs, errors and their types.
 * @module
 */
export { connect } from './runtime/browser/connect.ts'
export { reconnecting } from './runtime/browser/reconnecting.ts'
export { CloseEvent, ErrorEvent, WebSocket, WebSocketError, WebSocketStream } from './runtime/browser/globals.ts'
export { binary, json, text } from './core/subprotocols/index.ts'
export { ConnectionError, HandshakeError, HawserError, MessageError, OptionError } from './core/errors.ts'

export type { Fault, HandshakeStage, MessageIssue, ReceivedResponse, Rule, RuleLevel } from './core/errors.ts'
export type { CloseFrame, CloseInfo, CloseInitiator } from './core/protocol/events.ts'
export type { ExtensionElement, ExtensionParameter } from './core/protocol/extension.ts'
export type {
  Incoming,
  JsonOptions,
  Outgoing,
  RawMessage,
  SchemaInput,
  SchemaOutput,
  StandardSchemaV1,
  SubprotocolCodec,
  SubprotocolMap,
  SubprotocolNames,
  Subprotocols,
} from './core/subprotocols/index.ts'
export type { HandlerName } from './connection/handlers.ts'
export type {
  AgreedExtension,
  DeclinedExtension,
  MessageArguments,
  MessageHandler,
  SendOptions,
  SendResult,
  SlowConsumer,
} from './connection/socket.ts'
export type { UrlSource } from './client/reconnecting/attempt.ts'
export type {
  ProbeOptions,
  QueueOptions,
  ReconnectAttempt,
  ReconnectChange,
  ReconnectFailure,
  ReconnectOptions,
  ReconnectPolicy,
  ReconnectState,
  ReconnectingCallback,
  ReconnectingEnd,
  UnsentReason,
} from './client/reconnecting/options.ts'
export type { BrowserPreparedOptions as PreparedOptions, BrowserReconnectingOptions as ReconnectingOptions } from './runtime/browser/reconnecting.ts'
export type { BrowserConnectOptions as ConnectOptions, BrowserHandlers as ConnectHandlers } from './runtime/browser/connect-options.ts'
export type {
  BrowserConnectedSocket as ConnectedSocket,
  BrowserReconnectingSocket as ReconnectingSocket,
  BrowserSocket as Socket,
  BrowserSocketOf as SocketOf,
  BrowserTransportInfo as TransportInfo,
} from './runtime/browser/socket.ts'
export type { BrowserLimits } from './runtime/browser/limits.ts'
export type { WebSocketCloseInfo } from './web/close-info.ts'
export type { BinaryType } from './web/event-data.ts'
export type { EventHandler } from './web/event-handlers.ts'
export type { CloseEventConstructor, CloseEventInit, ErrorEventConstructor, ErrorEventInit } from './web/events.ts'
export type { WebSocketConstructor, WebSocketInstance } from './web/interface.ts'
export type { WebSocketEventMap } from './web/listeners.ts'
export type { WebSocketOpenInfo, WebSocketStreamConstructor, WebSocketStreamInstance } from './web/stream-interface.ts'
export type { WebSocketErrorConstructor } from './web/websocket-error.ts'

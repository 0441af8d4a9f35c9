/**
 * Servers, clients, the WHATWG class, subprotocol codecs, compression, errors and their types.
 * @module
 */
export { connect } from './runtime/node/connect.ts'
export { onConnectToWebSocket } from './runtime/node/connect-requests.ts'
export { incomingMessage } from './runtime/node/incoming.ts'
export { reconnecting } from './runtime/node/reconnecting.ts'
export { attach, createServer, serve } from './runtime/node/serve.ts'
export { createStreamConnections } from './runtime/node/stream-connections.ts'
export { WebSocket } from './runtime/node/websocket.ts'
export { WebSocketStream } from './runtime/node/websocket-stream.ts'
export { permessageDeflate } from './runtime/node/zlib/permessage-deflate.ts'
export { CloseEvent, ErrorEvent } from './web/events.ts'
export { WebSocketError } from './web/websocket-error.ts'
export { binary, json, text } from './core/subprotocols/index.ts'
export { ConnectionError, HandshakeError, HawserError, MessageError, OptionError, UpgradeConflictError } from './core/errors.ts'

export { Metrics } from './connection/metrics.ts'
export type { FrameCounts } from './connection/frame-tally.ts'
export type { CompressionCounters, MetricsRole, MetricsSnapshot, RoleCounters, TrafficCounters } from './connection/metrics.ts'
export { prometheusText, prometheusType } from './connection/prometheus.ts'
export type { ConnectionCondition, HandshakeCondition, RefusalCondition } from './core/conditions.ts'
export type { Fault, HandshakeStage, MessageIssue, ReceivedResponse, Rule, RuleLevel } from './core/errors.ts'
export type { CallerFields } from './core/handshake/caller-fields.ts'
export type { FieldLine, Fields } from './core/handshake/fields.ts'
export type { OriginOption, OriginRequest } from './core/handshake/origin.ts'
export type { NoSubprotocol } from './core/handshake/subprotocol.ts'
export type { CloseFrame, CloseInfo, CloseInitiator } from './core/protocol/events.ts'
export type { Extension, ExtensionElement, ExtensionParameter } from './core/protocol/extension.ts'
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
export type { DropReport } from './connection/drops.ts'
export type { HandlerName } from './connection/handlers.ts'
export type { HandshakeLimits, SocketLimits } from './connection/limits.ts'
export type { BeginningHandshake, ConnectionObserver, ObservedConnection, ObservedFrame, ObservedHandshake, Observer } from './connection/observer.ts'
export type { BinaryMessageStream, MessageStream, StreamedMessage, TextMessageStream } from './connection/message-stream.ts'
export type { BlobSource, ReadableSource, StreamSource } from './connection/stream-source.ts'
export type { KeepaliveOptions } from './connection/socket.ts'
export type {
  AgreedExtension,
  DeclinedExtension,
  MessageArguments,
  MessageHandler,
  SendOptions,
  SendResult,
  SlowConsumer,
  Socket,
  SocketOf,
} from './connection/socket.ts'
export type { SentCallback, StreamConnection } from './connection/stream-connection.ts'
export type { PeerCertificate, TlsInfo, TransportInfo } from './connection/transport.ts'
export type { ConnectedSocket, ConnectHandlers } from './client/options.ts'
export type { ProxyOption } from './client/proxy.ts'
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
  ReconnectingSocket,
  UnsentReason,
} from './client/reconnecting/options.ts'
export type { RequestAgent } from './runtime/node/agent.ts'
export type { ConnectTarget, NodeConnectOptions as ConnectOptions } from './runtime/node/connect-options.ts'
export type { PreparedOptions, ReconnectingOptions } from './runtime/node/reconnecting.ts'
export type { ConnectRequestListener } from './runtime/node/connect-requests.ts'
export type { StreamConnectionOptions, StreamConnections } from './runtime/node/stream-connections.ts'
export type { BroadcastResult } from './server/broadcast.ts'
export type { BroadcastOptions } from './server/broadcast-options.ts'
export type {
  Acceptance,
  ConnectionHandlers,
  DrainOptions,
  DrainResult,
  RefusedHandshake,
  ResponseLike,
  ServerHandlerName,
  ServerLimits,
} from './server/options.ts'
export type { PathParameters } from './server/path-patterns.ts'
export type { PermessageDeflateOptions } from './runtime/node/zlib/permessage-deflate.ts'
export type { Http2Options } from './server/http2/options.ts'
export type {
  NodeServerOptions as ServerOptions,
  NodeUpgradeHook as UpgradeHook,
  NodeUpgradeRequest as UpgradeRequest,
} from './runtime/node/incoming.ts'
export type { ServeOptions } from './runtime/node/serve.ts'
export type { ListeningServer, Server } from './runtime/node/server.ts'
export type { WebSocketOptions } from './runtime/node/websocket.ts'
export type { WebSocketStreamOptions } from './runtime/node/websocket-stream.ts'
export type { BinaryType } from './web/event-data.ts'
export type { EventHandler } from './web/event-handlers.ts'
export type { CloseEventConstructor, CloseEventInit, ErrorEventConstructor, ErrorEventInit } from './web/events.ts'
export type { WebSocketConstructor, WebSocketInstance } from './web/interface.ts'
export type { WebSocketCloseInfo } from './web/close-info.ts'
export type { WebSocketOpenInfo, WebSocketStreamConstructor, WebSocketStreamInstance } from './web/stream-interface.ts'
export type { WebSocketErrorConstructor } from './web/websocket-error.ts'
export type { WebSocketEventMap } from './web/listeners.ts'

import { EventEmitter } from 'node:events'
import { Agent, ClientRequest, ClientRequestArgs, IncomingMessage, OutgoingHttpHeaders, Server as HttpServer } from 'node:http'
import { Http2SecureServer, Http2Server } from 'node:http2'
import { Server as HttpsServer } from 'node:https'
import { createConnection } from 'node:net'
import { Duplex, DuplexOptions } from 'node:stream'
import { SecureContextOptions } from 'node:tls'
import { URL } from 'node:url'
import { ZlibOptions } from 'node:zlib'

/** Whatever has bytes: what `Buffer.from` takes, and a Blob. */
type BufferLike =
  | string
  | Buffer
  | DataView
  | number
  | ArrayBufferView
  | Uint8Array
  | ArrayBuffer
  | SharedArrayBuffer
  | Blob
  | readonly any[]
  | readonly number[]
  | { valueOf(): ArrayBuffer }
  | { valueOf(): SharedArrayBuffer }
  | { valueOf(): Uint8Array }
  | { valueOf(): readonly number[] }
  | { valueOf(): string }
  | { [Symbol.toPrimitive](hint: string): string }

/** The events of a WebSocket and the arguments of their listeners. */
interface SocketEvents {
  close: [code: number, reason: Buffer]
  error: [error: Error]
  message: [data: WebSocket.RawData, isBinary: boolean]
  open: []
  ping: [data: Buffer]
  pong: [data: Buffer]
  redirect: [url: string, request: ClientRequest]
  'unexpected-response': [request: ClientRequest, response: IncomingMessage]
  upgrade: [response: IncomingMessage]
}

/** A WebSocket of either end. */
declare class WebSocket extends EventEmitter {
  /** The opening handshake is under way. */
  static readonly CONNECTING: 0
  /** Messages may be sent. */
  static readonly OPEN: 1
  /** The closing handshake is under way. */
  static readonly CLOSING: 2
  /** The connection has ended. */
  static readonly CLOSED: 3
  /** @see WebSocket.CONNECTING */
  readonly CONNECTING: 0
  /** @see WebSocket.OPEN */
  readonly OPEN: 1
  /** @see WebSocket.CLOSING */
  readonly CLOSING: 2
  /** @see WebSocket.CLOSED */
  readonly CLOSED: 3

  /** How binary messages are delivered. Default `nodebuffer`. */
  binaryType: 'nodebuffer' | 'arraybuffer' | 'fragments' | 'blob'
  /** Bytes that have not left: neither the kernel nor the stream's window has taken them. */
  readonly bufferedAmount: number
  /** The names of the agreed extensions, comma-separated. */
  readonly extensions: string
  /** Whether `pause` is in force. */
  readonly isPaused: boolean
  /** The agreed subprotocol; empty where there is none. */
  readonly protocol: string
  /** One of the four constants. */
  readonly readyState: typeof WebSocket.CONNECTING | typeof WebSocket.OPEN | typeof WebSocket.CLOSING | typeof WebSocket.CLOSED
  /** The URL of a client. */
  readonly url: string
  /** The handler of `open`. */
  onopen: ((event: WebSocket.Event) => void) | null
  /** The handler of `error`. */
  onerror: ((event: WebSocket.ErrorEvent) => void) | null
  /** The handler of `close`. */
  onclose: ((event: WebSocket.CloseEvent) => void) | null
  /** The handler of `message`. */
  onmessage: ((event: WebSocket.MessageEvent) => void) | null

  /** A WebSocket without a connection, for a subclass and for `setSocket`. */
  constructor(address: null)
  /** @throws SyntaxError for a wrong URL or subprotocol */
  constructor(address: string | URL, options?: WebSocket.ClientOptions | ClientRequestArgs)
  constructor(address: string | URL, protocols?: string | string[], options?: WebSocket.ClientOptions | ClientRequestArgs)

  /** Starts the closing handshake; before `open` it ends the opening handshake with an error. */
  close(code?: number, data?: string | Buffer): void
  /** Sends a Ping; `callback` when it has left. */
  ping(data?: any, mask?: boolean, callback?: (error: Error) => void): void
  /** Sends a Pong; `callback` when it has left. */
  pong(data?: any, mask?: boolean, callback?: (error: Error) => void): void
  /** Sends a message; `callback` when it has left, or with the reason why it cannot. */
  send(data: BufferLike, callback?: (error?: Error) => void): void
  send(
    data: BufferLike,
    options: { mask?: boolean | undefined; binary?: boolean | undefined; compress?: boolean | undefined; fin?: boolean | undefined },
    callback?: (error?: Error) => void,
  ): void
  /** Drops the connection without a closing handshake. */
  terminate(): void
  /** Stops reading. */
  pause(): void
  /** Reads again. */
  resume(): void

  /** As the DOM has it. */
  addEventListener<K extends keyof WebSocket.WebSocketEventMap>(
    type: K,
    listener: ((event: WebSocket.WebSocketEventMap[K]) => void) | { handleEvent(event: WebSocket.WebSocketEventMap[K]): void },
    options?: WebSocket.EventListenerOptions,
  ): void
  /** Takes a listener of `addEventListener` away. */
  removeEventListener<K extends keyof WebSocket.WebSocketEventMap>(
    type: K,
    listener: ((event: WebSocket.WebSocketEventMap[K]) => void) | { handleEvent(event: WebSocket.WebSocketEventMap[K]): void },
  ): void

  on<K extends keyof SocketEvents>(event: K, listener: (this: WebSocket, ...args: SocketEvents[K]) => void): this
  on(event: string | symbol, listener: (this: WebSocket, ...args: any[]) => void): this
  once<K extends keyof SocketEvents>(event: K, listener: (this: WebSocket, ...args: SocketEvents[K]) => void): this
  once(event: string | symbol, listener: (this: WebSocket, ...args: any[]) => void): this
  off<K extends keyof SocketEvents>(event: K, listener: (this: WebSocket, ...args: SocketEvents[K]) => void): this
  off(event: string | symbol, listener: (this: WebSocket, ...args: any[]) => void): this
  addListener<K extends keyof SocketEvents>(event: K, listener: (...args: SocketEvents[K]) => void): this
  addListener(event: string | symbol, listener: (...args: any[]) => void): this
  removeListener<K extends keyof SocketEvents>(event: K, listener: (...args: SocketEvents[K]) => void): this
  removeListener(event: string | symbol, listener: (...args: any[]) => void): this
}

/** As `WebSocket`; an alias, so that `WebSocket.WebSocket` can extend it. */
declare const WebSocketAlias: typeof WebSocket
interface WebSocketAlias extends WebSocket {}

declare namespace WebSocket {
  /** A received message. */
  type RawData = Buffer | ArrayBuffer | Buffer[]
  /** The `data` of a message event. */
  type Data = string | Buffer | ArrayBuffer | Buffer[]
  /** A certificate or key. */
  type CertMeta = string | string[] | Buffer | Buffer[]

  /** Says at once whether a client may connect. */
  type VerifyClientCallbackSync<Request extends IncomingMessage = IncomingMessage> = (info: { origin: string; secure: boolean; req: Request }) => boolean
  /** Says later whether a client may connect. */
  type VerifyClientCallbackAsync<Request extends IncomingMessage = IncomingMessage> = (
    info: { origin: string; secure: boolean; req: Request },
    callback: (res: boolean, code?: number, message?: string, headers?: OutgoingHttpHeaders) => void,
  ) => void
  /** Changes a request before it is sent, and ends it. */
  type FinishRequestCallback = (request: ClientRequest, websocket: WebSocket) => void

  /** Options of a client. */
  interface ClientOptions extends SecureContextOptions {
    protocol?: string | undefined
    followRedirects?: boolean | undefined
    generateMask?(mask: Buffer): void
    /** `ws` takes every response that `ws` takes. Default `strict`. */
    handshake?: 'strict' | 'ws' | undefined
    handshakeTimeout?: number | undefined
    maxRedirects?: number | undefined
    perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined
    localAddress?: string | undefined
    protocolVersion?: number | undefined
    headers?: { [key: string]: string } | undefined
    origin?: string | undefined
    agent?: Agent | undefined
    host?: string | undefined
    family?: number | undefined
    checkServerIdentity?(servername: string, cert: CertMeta): boolean
    rejectUnauthorized?: boolean | undefined
    allowSynchronousEvents?: boolean | undefined
    autoPong?: boolean | undefined
    closeTimeout?: number | undefined
    maxPayload?: number | undefined
    maxBufferedChunks?: number | undefined
    maxFragments?: number | undefined
    maxPendingAutoPongs?: number | undefined
    skipUTF8Validation?: boolean | undefined
    createConnection?: typeof createConnection | undefined
    finishRequest?: FinishRequestCallback | undefined
  }

  /** Options of permessage-deflate (RFC 7692). */
  interface PerMessageDeflateOptions {
    serverNoContextTakeover?: boolean | undefined
    clientNoContextTakeover?: boolean | undefined
    serverMaxWindowBits?: number | undefined
    clientMaxWindowBits?: number | undefined
    zlibDeflateOptions?:
      | {
          flush?: number | undefined
          finishFlush?: number | undefined
          chunkSize?: number | undefined
          windowBits?: number | undefined
          level?: number | undefined
          memLevel?: number | undefined
          strategy?: number | undefined
          dictionary?: Buffer | Buffer[] | DataView | undefined
          info?: boolean | undefined
        }
      | undefined
    zlibInflateOptions?: ZlibOptions | undefined
    threshold?: number | undefined
    concurrencyLimit?: number | undefined
  }

  interface Event {
    type: string
    target: WebSocket
  }

  interface ErrorEvent {
    error: any
    message: string
    type: string
    target: WebSocket
  }

  interface CloseEvent {
    wasClean: boolean
    code: number
    reason: string
    type: string
    target: WebSocket
  }

  interface MessageEvent {
    data: Data
    type: string
    target: WebSocket
  }

  interface WebSocketEventMap {
    open: Event
    error: ErrorEvent
    close: CloseEvent
    message: MessageEvent
  }

  interface EventListenerOptions {
    once?: boolean | undefined
  }

  /** Options of a server. */
  interface ServerOptions<U extends typeof WebSocket.WebSocket = typeof WebSocket.WebSocket, V extends typeof IncomingMessage = typeof IncomingMessage> {
    host?: string | undefined
    port?: number | undefined
    backlog?: number | undefined
    server?: HttpServer<V> | HttpsServer<V> | Http2Server | Http2SecureServer | undefined
    verifyClient?: VerifyClientCallbackAsync<InstanceType<V>> | VerifyClientCallbackSync<InstanceType<V>> | undefined
    handleProtocols?: (protocols: Set<string>, request: InstanceType<V>) => string | false
    /** `ws` takes every request that `ws` takes. Default `strict`. */
    handshake?: 'strict' | 'ws' | undefined
    path?: string | undefined
    noServer?: boolean | undefined
    allowSynchronousEvents?: boolean | undefined
    autoPong?: boolean | undefined
    clientTracking?: boolean | undefined
    closeTimeout?: number | undefined
    perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined
    maxPayload?: number | undefined
    maxBufferedChunks?: number | undefined
    maxFragments?: number | undefined
    maxPendingAutoPongs?: number | undefined
    skipUTF8Validation?: boolean | undefined
    WebSocket?: U | undefined
  }

  interface AddressInfo {
    address: string
    family: string
    port: number
  }

  interface ServerEvents<T extends typeof WebSocket.WebSocket, U extends typeof IncomingMessage> {
    close: []
    connection: [websocket: InstanceType<T>, request: InstanceType<U>]
    error: [error: Error]
    headers: [headers: string[], request: InstanceType<U>]
    listening: []
    wsClientError: [error: Error, socket: Duplex, request: InstanceType<U>]
  }

  /** A server. */
  class Server<T extends typeof WebSocket.WebSocket = typeof WebSocket.WebSocket, U extends typeof IncomingMessage = typeof IncomingMessage> extends EventEmitter {
    /** Read anew for each opening handshake, so it may be changed. */
    options: ServerOptions<T, U>
    /** The path of the option `path`. */
    path: string
    /** The connections; undefined at run time with `clientTracking: false`. */
    clients: Set<InstanceType<T>>

    /** @throws TypeError unless exactly one of `port`, `server` and `noServer` is given */
    constructor(options?: ServerOptions<T, U>, callback?: () => void)

    /** @throws Error in `noServer` mode */
    address(): AddressInfo | string | null
    /** Takes no more connections, and calls back when those that exist are closed. */
    close(cb?: (err?: Error) => void): void
    /** Handles one Upgrade request, and calls back if it opens a WebSocket. */
    handleUpgrade(
      request: InstanceType<U>,
      socket: Duplex,
      upgradeHead: Buffer,
      callback: (client: InstanceType<T>, request: InstanceType<U>) => void,
    ): void
    /** Whether a request is for this server. */
    shouldHandle(request: InstanceType<U>): boolean | Promise<boolean>

    on<K extends keyof ServerEvents<T, U>>(event: K, cb: (this: Server<T>, ...args: ServerEvents<T, U>[K]) => void): this
    on(event: string | symbol, listener: (this: Server<T>, ...args: any[]) => void): this
    once<K extends keyof ServerEvents<T, U>>(event: K, cb: (this: Server<T>, ...args: ServerEvents<T, U>[K]) => void): this
    once(event: string | symbol, listener: (this: Server<T>, ...args: any[]) => void): this
    off<K extends keyof ServerEvents<T, U>>(event: K, cb: (this: Server<T>, ...args: ServerEvents<T, U>[K]) => void): this
    off(event: string | symbol, listener: (this: Server<T>, ...args: any[]) => void): this
    addListener<K extends keyof ServerEvents<T, U>>(event: K, cb: (...args: ServerEvents<T, U>[K]) => void): this
    addListener(event: string | symbol, listener: (...args: any[]) => void): this
    removeListener<K extends keyof ServerEvents<T, U>>(event: K, cb: (...args: ServerEvents<T, U>[K]) => void): this
    removeListener(event: string | symbol, listener: (...args: any[]) => void): this
  }

  const WebSocketServer: typeof Server
  interface WebSocketServer extends Server {}
  const WebSocket: typeof WebSocketAlias
  interface WebSocket extends WebSocketAlias {}

  /** A byte stream over a WebSocket. */
  function createWebSocketStream(websocket: WebSocket, options?: DuplexOptions): Duplex

  /** Serializes frames for `_sender.sendFrame`. */
  class Sender {
    private constructor()
    /** One frame. */
    static frame(
      data: Buffer | string,
      options: { opcode: number; fin?: boolean; rsv1?: boolean; mask?: boolean; readOnly?: boolean; generateMask?(mask: Buffer): void },
    ): Buffer[]
  }
}

export = WebSocket

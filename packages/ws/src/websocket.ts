import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import type { ClientRequest } from 'node:http'
import process from 'node:process'
import type { Duplex } from 'node:stream'
import { ConnectionError } from 'hawser'
import type { SentCallback, StreamConnection } from 'hawser'
import type { ExtensionSession } from 'hawser/protocol'
import { abortHandshake, openClient } from './client.ts'
import type { ClientOptions } from './client-options.ts'
import { checkClose } from './close-arguments.ts'
import { connectionsFor } from './connections.ts'
import type { FramingOptions } from './connections.ts'
import { BINARY_TYPES, lengthOf } from './data.ts'
import type { BinaryType } from './data.ts'
import { addEventListener, getAttribute, removeEventListener, setAttribute } from './event-target.ts'
import type { Listener } from './event-target.ts'
import { Incoming } from './incoming.ts'
import { Outgoing } from './outgoing.ts'
import type { SendOptions } from './outgoing.ts'
import { CLOSED, CLOSING, CONNECTING, OPEN, READY_STATES } from './ready-state.ts'
import { FrameSender } from './sender.ts'

/** Options of `setSocket`. */
export interface SocketOptions extends FramingOptions {
  readonly allowSynchronousEvents?: boolean | undefined
}

/** The agreed extensions of one connection. */
export interface AgreedExtensions {
  readonly names: readonly string[]
  /** Opens their sessions; called once. */
  open(): readonly ExtensionSession[]
}

/** The class `WebSocket` of `ws` 8. Members that begin with an underscore belong to this package, except those that consumers of `ws` are known to use. */
export class WebSocket extends EventEmitter {
  declare static readonly CONNECTING: 0
  declare static readonly OPEN: 1
  declare static readonly CLOSING: 2
  declare static readonly CLOSED: 3
  declare readonly CONNECTING: 0
  declare readonly OPEN: 1
  declare readonly CLOSING: 2
  declare readonly CLOSED: 3

  _readyState: number = CONNECTING
  _binaryType: BinaryType = 'nodebuffer'
  _protocol: string = ''
  _extensions: AgreedExtensions | undefined
  /** The raw socket, or the HTTP/2 stream; null before the handshake is done. */
  _socket: Duplex | null = null
  /** Consumers set it before `setSocket`. */
  _isServer: boolean
  /** Of clients alone, as with `ws`; so are the next two. */
  declare _req: ClientRequest | null
  declare _url: string | undefined
  declare _redirects: number
  _paused: boolean = false
  _wasClean: boolean = false
  /** The server that has this WebSocket among its `clients`. */
  _tracker: object | undefined
  #connection: StreamConnection | undefined
  #outgoing: Outgoing | undefined
  #holds = 0
  /** Bytes given to `send` when it was too late. */
  #unsent = 0
  /** Those of the constructor, later those of `setSocket`: one object for all connections of a server. */
  #options: (SocketOptions & Pick<ClientOptions, 'autoPong' | 'closeTimeout'>) | undefined

  /**
   * A client, or with `null` a WebSocket that waits for `setSocket`.
   * @throws SyntaxError for a wrong URL or subprotocol
   */
  constructor(address: string | URL | null, protocols?: string | readonly string[] | ClientOptions, options?: ClientOptions) {
    super()
    let used = options
    this._isServer = address === null
    if (address !== null) used = openClient(this, address, protocols, options)
    this.#options = used
  }

  get binaryType(): BinaryType {
    return this._binaryType
  }

  set binaryType(type: BinaryType) {
    if (BINARY_TYPES.includes(type)) this._binaryType = type
  }

  get bufferedAmount(): number {
    return (this.#connection?.bufferedAmount ?? 0) + (this.#outgoing?.waitingBytes ?? 0) + this.#unsent
  }

  get extensions(): string {
    return this._extensions?.names.join() ?? ''
  }

  get isPaused(): boolean {
    return this._paused
  }

  get protocol(): string {
    return this._protocol
  }

  get readyState(): number {
    return this._readyState
  }

  get url(): string | undefined {
    return this._url
  }

  get onopen(): Listener | null {
    return getAttribute(this, 'open')
  }

  set onopen(handler: unknown) {
    setAttribute(this, 'open', handler)
  }

  get onerror(): Listener | null {
    return getAttribute(this, 'error')
  }

  set onerror(handler: unknown) {
    setAttribute(this, 'error', handler)
  }

  get onclose(): Listener | null {
    return getAttribute(this, 'close')
  }

  set onclose(handler: unknown) {
    setAttribute(this, 'close', handler)
  }

  get onmessage(): Listener | null {
    return getAttribute(this, 'message')
  }

  set onmessage(handler: unknown) {
    setAttribute(this, 'message', handler)
  }

  /** Sends frames of `Sender.frame`; undefined before the connection is open. */
  get _sender(): FrameSender | undefined {
    return this.#connection === undefined ? undefined : WebSocket.#sending(this).frames
  }

  /** Takes over a stream whose opening handshake is done; `head` are the bytes that came behind it. */
  setSocket(socket: Duplex, head: Uint8Array, options: SocketOptions): void {
    const { autoPong, closeTimeout } = this.#options ?? NO_OPTIONS
    const connections = connectionsFor(this._isServer ? 'server' : 'client', Boolean(autoPong), closeTimeout, options)
    const sessions = this._extensions?.open() ?? NO_SESSIONS
    ;(socket as { setTimeout?: (ms: number) => void }).setTimeout?.(0)
    if (head.length > 0) socket.unshift(head)
    const connection = connections.open(socket, new Incoming(this, options.allowSynchronousEvents === false), sessions)
    this.#connection = connection
    this.#options = options
    this._socket = socket
    this._readyState = OPEN
    connection.setReading(true)
    this.emit('open')
  }

  send(data: unknown, options?: SendOptions | SentCallback, callback?: SentCallback): void {
    const done = typeof options === 'function' ? options : callback
    const given = typeof options === 'function' ? undefined : options
    const message = typeof data === 'number' ? data.toString() : data
    if (this._readyState === OPEN) WebSocket.#sending(this).send(message, given, done)
    else WebSocket.#sendTooLate(this, message, done)
  }

  ping(data?: unknown, mask?: unknown, callback?: SentCallback): void {
    const [payload, masks, done] = controlArguments(data, mask, callback)
    if (this._readyState === OPEN) WebSocket.#sending(this).ping(payload, masks, done)
    else WebSocket.#sendTooLate(this, payload, done)
  }

  pong(data?: unknown, mask?: unknown, callback?: SentCallback): void {
    const [payload, masks, done] = controlArguments(data, mask, callback)
    if (this._readyState === OPEN) WebSocket.#sending(this).pong(payload, masks, done)
    else WebSocket.#sendTooLate(this, payload, done)
  }

  /** Starts the closing handshake; before `open` it ends the opening handshake with an error. */
  close(code?: number, reason?: string | Uint8Array): void {
    if (this._readyState === CONNECTING) {
      abortHandshake(this, this._req ?? null, 'WebSocket was closed before the connection was established')
    } else if (this._readyState === OPEN) {
      const text = checkClose(code, reason)
      this._readyState = CLOSING
      WebSocket.#sending(this).close(code, text)
    }
  }

  /** Drops the connection, after what was sent so far is handed to the socket. */
  terminate(): void {
    if (this._readyState === CLOSED) return
    if (this._readyState === CONNECTING) {
      abortHandshake(this, this._req ?? null, 'WebSocket was closed before the connection was established')
    } else if (this.#connection !== undefined && this._socket !== null) {
      this._readyState = CLOSING
      this.#connection.flush()
      this._socket.destroy()
      this.#connection.fail(new ConnectionError('terminate() was called', { fault: 'application', closeCode: 1006 }))
    }
  }

  /** Stops reading before the next frame. */
  pause(): void {
    if (this._readyState === CONNECTING || this._readyState === CLOSED) return
    if (!this._paused) this._hold()
    this._paused = true
  }

  resume(): void {
    if (this._readyState === CONNECTING || this._readyState === CLOSED || !this._paused) return
    this._paused = false
    // As a stream does: nothing is emitted inside the call.
    process.nextTick(() => this._release())
  }

  /** The last event of every WebSocket; a subclass may have its own. `ws` has it without arguments. */
  emitClose(code: number = 1006, reason: Buffer = NO_REASON): void {
    this._readyState = CLOSED
    this.emit('close', code, reason)
  }

  addEventListener(type: string, handler: Listener, options?: { readonly once?: boolean }): void {
    addEventListener(this, type, handler, options?.once === true)
  }

  removeEventListener(type: string, handler: Listener): void {
    removeEventListener(this, type, handler)
  }

  _hold(): void {
    this.#holds++
    this.#connection?.setReading(false)
  }

  _release(): void {
    this.#holds--
    if (this.#holds === 0) this.#connection?.setReading(true)
  }

  /** Made by the first call that sends: most connections of a server are idle. Static, because a private method takes 8 bytes of each object. */
  static #sending(socket: WebSocket): Outgoing {
    return (socket.#outgoing ??= new Outgoing(socket.#connection!, socket._isServer, socket._extensions !== undefined, socket.#options?.generateMask))
  }

  static #sendTooLate(socket: WebSocket, data: unknown, callback: SentCallback | undefined): void {
    const state = socket._readyState
    const message = `WebSocket is not open: readyState ${state} (${READY_STATES[state]})`
    if (state === CONNECTING) throw new Error(message)
    if (data) socket.#unsent += lengthOf(data)
    if (callback !== undefined) process.nextTick(callback, new Error(message))
  }
}

const NO_OPTIONS: Pick<ClientOptions, 'autoPong' | 'closeTimeout'> = {}
const NO_REASON = Buffer.alloc(0)
const NO_SESSIONS: readonly ExtensionSession[] = Object.freeze([])

function controlArguments(
  data: unknown,
  mask: unknown,
  callback: SentCallback | undefined,
): readonly [data: unknown, mask: unknown, callback: SentCallback | undefined] {
  if (typeof data === 'function') return [undefined, undefined, data as SentCallback]
  const payload = typeof data === 'number' ? data.toString() : data
  if (typeof mask === 'function') return [payload, undefined, mask as SentCallback]
  return [payload, mask, callback]
}

for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
  Object.defineProperty(WebSocket, name, { enumerable: true, value })
  Object.defineProperty(WebSocket.prototype, name, { enumerable: true, value })
}
for (const name of [
  'addEventListener',
  'binaryType',
  'bufferedAmount',
  'extensions',
  'isPaused',
  'onclose',
  'onerror',
  'onmessage',
  'onopen',
  'protocol',
  'readyState',
  'removeEventListener',
  'url',
]) {
  Object.defineProperty(WebSocket.prototype, name, { enumerable: true })
}

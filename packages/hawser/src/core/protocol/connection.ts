import { ConnectionError } from '../errors.ts'
import type { BufferPool, ByteMasker, RandomSource, TextCodec } from '../platform.ts'
import { INTERNAL_ERROR, MAX_CONTROL_PAYLOAD, NO_STATUS_RECEIVED } from './close-code.ts'
import { readyStateOf } from './connection-state.ts'
import type { ConnectionHandler } from './events.ts'
import type { EncodeOptions, ExtensionSession } from './extension.ts'
import type { FrameRules } from './frame-parser.ts'
import { Input } from './input.ts'
import { Keepalive } from './keepalive.ts'
import { Lifecycle } from './lifecycle.ts'
import type { ConnectionLimits } from './limits.ts'
import { PING, PONG } from './opcode.ts'
import { Output } from './output.ts'
import { PreparedFrame } from './prepared-frame.ts'
import * as rules from './rules.ts'
import { Sender } from './sender.ts'
import type { SharedMessage } from './shared-message.ts'

export interface ConnectionOptions {
  readonly role: 'client' | 'server'
  readonly limits: ConnectionLimits
  readonly extensions: readonly ExtensionSession[]
  readonly text: TextCodec
  readonly random: RandomSource
  readonly buffers: BufferPool
  readonly masker?: ByteMasker | undefined
  /** From `frameRules` with the rest of these options, for all connections that share them. Default: made for each. */
  readonly frameRules?: FrameRules | undefined
  /** `bytes` hands validated UTF-8 over undecoded. Default `string`. */
  readonly textAs?: 'string' | 'bytes'
  /**
   * How long the peer may take for its Close frame, and then for the end of the transport, each. Default 10 000 ms. After a violation
   * of the peer's it has one second at most.
   */
  readonly closeTimeoutMs?: number
  /** Ping after this long without a received byte; 0 turns keepalive off. Default 20 000 ms. */
  readonly keepaliveIntervalMs?: number
  /** Fail the connection when nothing is received for this long after that Ping. Default 20 000 ms. */
  readonly keepaliveTimeoutMs?: number
}

const NOTHING: Uint8Array = new Uint8Array(0)

/**
 * RFC 6455 sections 5 to 8 for one connection of either role, without I/O: it is told bytes and time.
 * What comes in goes through `Input`, what goes out through `Sender`, and `Lifecycle` knows where between OPEN and CLOSED it is.
 */
export class Connection {
  /** What is to be written; whoever calls `receive`, `send*` or `close` takes it and flushes. */
  readonly output: Output
  private readonly lifecycle: Lifecycle
  private readonly sender: Sender
  private readonly input: Input
  private readonly keepalive: Keepalive

  constructor(options: ConnectionOptions, handler: ConnectionHandler, now: number) {
    this.output = new Output(options.buffers)
    this.lifecycle = new Lifecycle(options, handler, this.output, now)
    this.sender = this.lifecycle.sender = new Sender(options, this.output, this.lifecycle)
    this.input = this.lifecycle.input = new Input(options, this.lifecycle, this.sender, this.output)
    this.keepalive = new Keepalive(options.keepaliveIntervalMs ?? 20_000, options.keepaliveTimeoutMs ?? 20_000, now)
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    return readyStateOf(this.lifecycle.state)
  }

  /** Bytes given to `send*` that are still in an extension (asynchronous compression) or in `output`. */
  get queuedBytes(): number {
    return this.sender.waitingBytes + this.output.byteLength
  }

  /** Bytes that an incomplete message and input that is held cost now. */
  get heldBytes(): number {
    return this.input.heldBytes
  }

  get paused(): boolean {
    return this.input.paused
  }

  /** True while an extension works on a received frame, or `pause` is in force, or a chunk's rest waits: read no more. */
  get holdsInput(): boolean {
    return this.input.holds
  }

  /** Stops after the current message and keeps the rest of the chunk; the layer above pauses the transport too. */
  pause(): void {
    this.input.pause()
  }

  /** Goes on with the rest of the chunk, then calls `outputReady` if there is output. */
  resume(): void {
    this.input.resume()
  }

  /** `chunk` is unmasked in place, and messages may refer to it. */
  receive(chunk: Uint8Array, now: number): void {
    if (this.lifecycle.state === 'closed') return
    this.keepalive.received(now)
    this.lifecycle.now = now
    this.input.receive(chunk)
  }

  /** The peer ended its writing side. */
  receiveEnd(now: number): void {
    this.lifecycle.now = now
    this.lifecycle.transportSaid('end')
    this.lifecycle.ready()
  }

  /**
   * The transport is gone, in order (`undefined`) or not. In order, and while input is held, CLOSED comes when that is used up, or after
   * `closeTimeoutMs`.
   */
  transportClosed(error: Error | undefined): void {
    if (!this.input.receiving) this.lifecycle.now = NaN
    if (error === undefined) this.lifecycle.transportSaid('gone')
    else this.lifecycle.transportFailed(error)
  }

  /** @returns false when the connection is not OPEN */
  sendText(text: string, options?: EncodeOptions): boolean {
    if (this.lifecycle.state !== 'open') return false
    this.sender.text(text, options)
    return true
  }

  /** `payload` must not be changed before the output is flushed; a client copies it to mask it. */
  sendBinary(payload: Uint8Array, options?: EncodeOptions): boolean {
    if (this.lifecycle.state !== 'open') return false
    this.sender.binary(payload, options)
    return true
  }

  /**
   * One fragment of a message (section 5.4). `first` carries the opcode; pieces of text are whole strings.
   * @throws TypeError when the fragments do not follow each other; so do the other `send*` of messages before the last one
   */
  sendFragment(piece: string | Uint8Array, position: { first: boolean; fin: boolean }, options?: EncodeOptions): boolean {
    if (this.lifecycle.state !== 'open') return false
    this.sender.fragment(piece, position, options)
    return true
  }

  /** A frame that is already serialized for this role and these extensions (one message for many connections). */
  sendPrepared(frame: PreparedFrame | Uint8Array): boolean {
    if (this.lifecycle.state !== 'open') return false
    this.sender.prepared(frame instanceof PreparedFrame ? frame : new PreparedFrame(frame))
    return true
  }

  /** A message that a session with the `shareKey` of this server connection's only extension has encoded. */
  sendShared(message: SharedMessage): boolean {
    if (this.lifecycle.state !== 'open') return false
    this.sender.shared(message)
    return true
  }

  /** @throws RangeError above 125 bytes */
  sendPing(payload: Uint8Array = NOTHING): boolean {
    return this.sendControl(PING, payload)
  }

  /** @throws RangeError above 125 bytes */
  sendPong(payload: Uint8Array = NOTHING): boolean {
    return this.sendControl(PONG, payload)
  }

  /** Starts the closing handshake; `code` undefined sends an empty Close frame. The caller has validated both. */
  close(code: number | undefined, reason: string, now: number): void {
    if (this.lifecycle.state !== 'open') return
    this.lifecycle.now = now
    this.lifecycle.close(code === undefined ? { code: NO_STATUS_RECEIVED, reason: '' } : { code, reason })
  }

  /** _Fail the WebSocket Connection_ (section 7.1.7). */
  fail(error: ConnectionError, now: number): void {
    this.lifecycle.now = now
    this.lifecycle.fail(error)
    this.lifecycle.ready()
  }

  /** The next moment `handleTimeout` must be called at, in the clock of `now`; Infinity where there is none. */
  nextTimeout(): number {
    const { state } = this.lifecycle
    if (state === 'closed') return Infinity
    return state === 'open' ? this.keepalive.nextTimeout() : this.lifecycle.deadline(this.keepalive.lastReceived)
  }

  handleTimeout(now: number): void {
    const { lifecycle } = this
    if (lifecycle.state === 'closed') return
    lifecycle.now = now
    if (lifecycle.state === 'open') this.keepAlive(now)
    else lifecycle.handleTimeout(now)
    lifecycle.ready()
  }

  private keepAlive(now: number): void {
    const due = this.keepalive.handleTimeout(now, this.input.holds)
    if (due === 'ping') this.sender.control(PING, NOTHING)
    if (due !== 'gone') return
    const message = `nothing was received for ${Math.round(now - this.keepalive.lastReceived)} ms, not even an answer to a Ping`
    this.lifecycle.fail(new ConnectionError(message, { fault: 'timeout', closeCode: INTERNAL_ERROR, rule: rules.KEEPALIVE }))
  }

  private sendControl(opcode: number, payload: Uint8Array): boolean {
    if (payload.length > MAX_CONTROL_PAYLOAD)
      throw new RangeError(`a control frame has at most 125 bytes, not ${payload.length} (RFC 6455 section 5.5)`)
    if (this.lifecycle.state !== 'open') return false
    this.sender.control(opcode, payload)
    return true
  }
}

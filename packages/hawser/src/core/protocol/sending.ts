import type { ConnectionError } from '../errors.ts'
import { MAX_CONTROL_PAYLOAD } from './close-code.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { ControlFrameLimit } from './control-frame-limit.ts'
import type { ExtensionOwner } from './extension.ts'
import { FrameWriter } from './frame-writer.ts'
import type { FragmentPosition, MessageOptions } from './message-options.ts'
import { BINARY, PING, PONG, TEXT } from './opcode.ts'
import { Output } from './output.ts'
import type { PreparedFrame } from './prepared-frame.ts'
import { RoundTrip } from './round-trip.ts'
import type { SharedMessage } from './shared-message.ts'

/** Whether a message was taken: false when the connection is not OPEN; an error when an extension failed, with which the caller calls `fail`. */
export type SendOutcome = boolean | ConnectionError

const NOTHING: Uint8Array = new Uint8Array(0)

/**
 * The sending half of a connection (RFC 6455 section 6.1): messages, Pings and Pongs, for as long as the connection is OPEN. A base class, since
 * an object between the socket and the writer would be one more call for each message.
 */
export abstract class Sending {
  /** Waits to be written; the caller of `receive`, `send*`, `close`, … takes it and flushes. */
  readonly output: Output
  protected readonly writer: FrameWriter
  protected readonly options: ConnectionOptions
  #controlFrames: ControlFrameLimit | undefined
  #roundTrip: RoundTrip | undefined

  /** @param owner its `extensionDone` leads to `FrameWriter.encoded` */
  constructor(options: ConnectionOptions, owner: ExtensionOwner) {
    this.options = options
    this.output = new Output(options.buffers)
    this.writer = new FrameWriter(options, this.output, owner)
  }

  abstract get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED'

  /** The transport is full: output waits for it. */
  protected abstract get isBlocked(): boolean

  /** Milliseconds from the latest answered Ping of keepalive, or of `noteRoundTrip`, to its Pong; undefined before the first. */
  get roundTripMs(): number | undefined {
    return this.#roundTrip?.ms
  }

  /** The round trip of a Ping whose payload the layer above chose. */
  noteRoundTrip(ms: number): void {
    ;(this.#roundTrip ??= new RoundTrip()).ms = ms
  }

  /** Bytes given to `send*` that are still in an extension (asynchronous compression) or in `output`, with their overhead. */
  get queuedBytes(): number {
    return this.writer.waitingBytes + this.output.byteLength
  }

  /** Bytes of memory that `queuedBytes` cost. */
  protected get queuedMemory(): number {
    return this.writer.waitingBytes + this.output.heldBytes
  }

  /** @returns false when the connection is not OPEN; see {@link SendOutcome}. */
  sendText(text: string, options?: MessageOptions): SendOutcome {
    return this.readyState === 'OPEN' && (this.writer.text(text, options) ?? true)
  }

  /** `payload` is the caller's again when this returns, unless `options.immutable` promises that it never changes. */
  sendBinary(payload: Uint8Array, options?: MessageOptions): SendOutcome {
    return this.readyState === 'OPEN' && (this.writer.bytes(BINARY, payload, options) ?? true)
  }

  /** A text message whose bytes are UTF-8 already, which nothing checks again; otherwise as `sendBinary`. */
  sendTextBytes(payload: Uint8Array, options?: MessageOptions): SendOutcome {
    return this.readyState === 'OPEN' && (this.writer.bytes(TEXT, payload, options) ?? true)
  }

  /**
   * One fragment of a message (section 5.4). `first` carries the opcode; pieces of text are whole strings.
   * @throws TypeError when the fragments do not follow each other; so do the other `send*` of messages before the last one
   */
  sendFragment(piece: string | Uint8Array, position: FragmentPosition, options?: MessageOptions): SendOutcome {
    return this.readyState === 'OPEN' && (this.writer.fragment(piece, position, options) ?? true)
  }

  /** A frame that is already serialized for this role and these extensions (one message for many connections). */
  sendPrepared(frame: PreparedFrame | Uint8Array): SendOutcome {
    return this.readyState === 'OPEN' && (this.writer.prepared(frame) ?? true)
  }

  /** A message that a session with the `shareKey` of this server connection's only extension has encoded. */
  sendShared(message: SharedMessage): SendOutcome {
    return this.readyState === 'OPEN' && (this.writer.shared(message) ?? true)
  }

  /** An extension is still encoding a message. */
  get isEncoding(): boolean {
    return this.writer.isPending
  }

  /** Calls `call` once everything sent so far is in `output`: at once, unless an extension is still encoding. */
  whenQueued(call: () => void): void {
    this.writer.inOrder(0, () => {
      call()
      return undefined
    })
  }

  /** @throws RangeError above 125 bytes */
  sendPing(payload: Uint8Array = NOTHING): boolean {
    return this.#sendControl(PING, payload)
  }

  /** @throws RangeError above 125 bytes */
  sendPong(payload: Uint8Array = NOTHING): boolean {
    return this.#sendControl(PONG, payload)
  }

  /** The Ping of keepalive. */
  protected sendKeepalivePing(now: number): void {
    const { random } = this.options
    this.writer.control(PING, (this.#roundTrip ??= new RoundTrip()).ping(random, now), this.isBlocked)
  }

  /** @returns the violation, when a received Ping or Pong is one too many */
  protected countControlFrame(now: number): ConnectionError | undefined {
    return (this.#controlFrames ??= new ControlFrameLimit(this.options.limits.controlFramesPerSecond, now)).count(now)
  }

  protected pongReceived(payload: Uint8Array, now: number): void {
    this.#roundTrip?.pong(payload, now)
  }

  #sendControl(opcode: number, payload: Uint8Array): boolean {
    if (payload.length > MAX_CONTROL_PAYLOAD) {
      throw new RangeError(`a control frame has at most 125 bytes, not ${payload.length} (RFC 6455 section 5.5)`)
    }
    if (this.readyState !== 'OPEN') return false
    this.writer.control(opcode, payload, this.isBlocked)
    return true
  }
}

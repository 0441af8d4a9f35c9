import type { ConnectionError } from '../errors.ts'
import type { BufferPool, RandomSource, TextCodec } from '../platform.ts'
import type { ConnectionHandler } from './events.ts'
import type { EncodeOptions, ExtensionSession } from './extension.ts'
import type { ConnectionLimits } from './limits.ts'
import type { Output } from './output.ts'

export interface ConnectionOptions {
  readonly role: 'client' | 'server'
  readonly limits: ConnectionLimits
  readonly extensions: readonly ExtensionSession[]
  readonly text: TextCodec
  readonly random: RandomSource
  readonly buffers: BufferPool
  /** `bytes` hands validated UTF-8 over undecoded. Default `string`. */
  readonly textAs?: 'string' | 'bytes'
  /** How long the peer may take for its Close frame, and then for the end of the transport, each. Default 10 000 ms. */
  readonly closeTimeoutMs?: number
  /** Ping after this long without a received byte; 0 turns keepalive off. Default 20 000 ms. */
  readonly keepaliveIntervalMs?: number
  /** Fail the connection when nothing is received for this long after that Ping. Default 20 000 ms. */
  readonly keepaliveTimeoutMs?: number
}

/** RFC 6455 sections 5 to 8 for one connection of either role, without I/O: it is told bytes and time. */
export declare class Connection {
  constructor(options: ConnectionOptions, handler: ConnectionHandler, now: number)
  readonly readyState: 'OPEN' | 'CLOSING' | 'CLOSED'
  /** What is to be written; whoever calls `receive`, `send*` or `close` takes it and flushes. */
  readonly output: Output
  /** Bytes given to `send*` that are still in an extension (asynchronous compression) or in `output`. */
  readonly queuedBytes: number
  /** Stops after the current message and keeps the rest of the chunk; the layer above pauses the transport too. */
  pause(): void
  /** Goes on with the rest of the chunk, then calls `outputReady` if there is output. */
  resume(): void
  readonly paused: boolean
  /** True while an extension works on a received frame, or `pause` is in force, or a chunk's rest waits: read no more. */
  readonly holdsInput: boolean
  receive(chunk: Uint8Array, now: number): void
  /** The peer ended its writing side. */
  receiveEnd(now: number): void
  /** The transport is gone, in order (`undefined`) or not. */
  transportClosed(error: Error | undefined): void
  /** @returns false when the connection is not OPEN */
  sendText(text: string, options?: EncodeOptions): boolean
  /** `payload` must not be changed before the output is flushed; a client copies it to mask it. */
  sendBinary(payload: Uint8Array, options?: EncodeOptions): boolean
  /** One fragment of a message (section 5.4). `first` carries the opcode; pieces of text are whole strings. */
  sendFragment(piece: string | Uint8Array, position: { first: boolean; fin: boolean }, options?: EncodeOptions): boolean
  /** A frame that is already serialized for this role and these extensions (one message for many connections). */
  sendPrepared(frame: Uint8Array): boolean
  /** @throws RangeError above 125 bytes */
  sendPing(payload?: Uint8Array): boolean
  sendPong(payload?: Uint8Array): boolean
  /** Starts the closing handshake; `code` undefined sends an empty Close frame. The caller has validated both. */
  close(code: number | undefined, reason: string, now: number): void
  /** _Fail the WebSocket Connection_ (section 7.1.7). */
  fail(error: ConnectionError, now: number): void
  /** The next moment `handleTimeout` must be called at, in the clock of `now`; Infinity where there is none. */
  nextTimeout(): number
  handleTimeout(now: number): void
}

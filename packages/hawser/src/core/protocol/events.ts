import type { ConnectionError } from '../errors.ts'
import type { ExtensionFrame } from './extension.ts'

/** Who started the closing handshake, or `network` where the transport ended without one. */
export type CloseInitiator = 'local' | 'remote' | 'network'

/** One Close frame's content (RFC 6455 sections 7.1.5 and 7.1.6); code 1005 means an empty Close frame. */
export interface CloseFrame {
  /** The close code. */
  readonly code: number
  /** The close reason; may be empty. */
  readonly reason: string
}

/** How a connection ended. */
export interface CloseInfo {
  /** _The WebSocket Connection Close Code_: from the peer's Close frame, 1005 when that was empty, 1006 when none arrived. */
  readonly code: number
  /** From the peer's Close frame; empty where it had none. */
  readonly reason: string
  /** A Close frame was sent and received before the transport ended (RFC 6455 section 7.1.4), everything sent had left, and nothing failed here. */
  readonly wasClean: boolean
  /** Who sent the first Close frame, or ended the transport without one. */
  readonly initiator: CloseInitiator
  /** The Close frame that this end sent; undefined where it sent none. */
  readonly sent: CloseFrame | undefined
  /** The Close frame of the peer; undefined where none arrived. */
  readonly received: CloseFrame | undefined
  /** Why hawser failed the connection, or the error of the network; undefined after a clean close. */
  readonly error: ConnectionError | undefined
}

/** Receives the messages of a connection with `streams` while they arrive, one at a time; under the terms of {@link MessageSink}. */
export interface PieceSink {
  /** A message begins. */
  begin(isText: boolean): void
  /** Its next bytes, `bytes[start, end)`: decoded, of a text validated as far as they go, and valid during the call only. */
  piece(bytes: Uint8Array, start: number, end: number): void
  /** It is complete. */
  end(): void
  /** It never will be, if one has begun. @param error why; undefined where `closed` follows and says so */
  cut(error: ConnectionError | undefined): void
}

/**
 * Receives the messages and the end of one connection, synchronously, from `receive`, `resume`, `extensionDone`, `close`, `fail` and the timeouts.
 * An object with methods rather than events: the hot path allocates nothing but the message.
 * Methods must not throw; an exception leaves through the call that led to it, and no received byte is lost.
 */
export interface MessageSink {
  /**
   * `data` is a string for text (bytes under `textAs: 'bytes'`), bytes for binary. Bytes are a view that is never reused.
   * @param fragments under `fragmentStarts`, where the frames of a fragmented message begin in `data`, the first at 0; undefined for one in one frame
   */
  message(data: string | Uint8Array, isText: boolean, fragments?: readonly number[]): void
  /** With `streams`, called instead of `message`. */
  readonly pieces?: PieceSink | undefined
  /** After it was answered. */
  ping(payload: Uint8Array): void
  /** A Pong arrived, solicited or not (section 5.5.3). */
  pong(payload: Uint8Array): void
  /** True while the application works on messages received before; a Close frame that arrives then is answered after `applicationIdle`. */
  readonly isWorking: boolean
  /** The state went from OPEN to CLOSING, by either end. */
  closing(): void
  /** _Fail the WebSocket Connection_ (section 7.1.7): at once, where `closed` may come a second later, with the same error. Default: not called. */
  failed?(error: ConnectionError): void
  /** CLOSED; nothing is called after it. */
  closed(info: CloseInfo): void
}

/** The layer that moves the bytes of a connection. */
export interface ConnectionTransport {
  /** Bytes taken from `output` so far that have left for the network. Never decreases. */
  readonly sentBytes: number
  /** Bytes taken from `output` that have not left. */
  readonly unsentBytes: number
  /** Output waits in `connection.output`. Not called inside `receive`, whose caller flushes after it. */
  outputReady(): void
  /** After the output is flushed, end the writing side (TCP FIN, END_STREAM). */
  endTransport(): void
  /** Drop the transport now (TCP RST or close, RST_STREAM), without waiting for output. */
  abortTransport(): void
  /**
   * An extension finished a step: call `extensionDone` with it and the time, then flush and read on.
   * @param result undefined where a decoder of pieces has more
   */
  extensionDone(direction: 'encode' | 'decode', result: ExtensionFrame | Error | undefined): void
}

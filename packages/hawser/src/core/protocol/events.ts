import type { ConnectionError } from '../errors.ts'

/** Who started the closing handshake, or `network` where the transport ended without one. */
export type CloseInitiator = 'local' | 'remote' | 'network'

/** One Close frame's content (RFC 6455 sections 7.1.5 and 7.1.6); code 1005 stands for an empty Close frame. */
export interface CloseFrame {
  readonly code: number
  readonly reason: string
}

/** How a connection ended. */
export interface CloseInfo {
  /** _The WebSocket Connection Close Code_: what the peer's Close frame said, 1005 when it was empty, 1006 when none came. */
  readonly code: number
  readonly reason: string
  /** A Close frame was sent and received before the transport ended (RFC 6455 section 7.1.4), and nothing failed here. */
  readonly wasClean: boolean
  readonly initiator: CloseInitiator
  readonly sent: CloseFrame | undefined
  readonly received: CloseFrame | undefined
  /** Why hawser failed the connection, or what the network said; undefined after a clean close. */
  readonly error: ConnectionError | undefined
}

/**
 * What the connection tells the layer above, called synchronously from `receive`, `send*`, `close` and the timeouts.
 * An object with methods rather than events: the hot path allocates nothing but the message.
 * Methods do not throw: what one throws leaves through the call that led to it (the connection stays usable), or, after an extension that
 * took its time, as an unhandled rejection.
 */
export interface ConnectionHandler {
  /** `data` is a string for text (bytes under `text: 'bytes'`), bytes for binary. Bytes are a view that nobody reuses. */
  message(data: string | Uint8Array, isText: boolean): void
  ping(payload: Uint8Array): void
  pong(payload: Uint8Array): void
  /** The state went from OPEN to CLOSING, by either end. */
  closing(): void
  /**
   * Output waits in `connection.output`. Never called while `receive` runs: its caller flushes after it.
   */
  outputReady(): void
  /** An extension has finished what held the input: `holdsInput` may be false again, without a message in between. */
  inputReady?(): void
  /** After the output is flushed: no more will be written; end the writing side (TCP FIN, END_STREAM). */
  endTransport(): void
  /** Drop the transport now (TCP RST or close, RST_STREAM), without waiting for output. */
  abortTransport(): void
  /** CLOSED; nothing is called after it. */
  closed(info: CloseInfo): void
}

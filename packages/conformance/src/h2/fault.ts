/** What a peer sends that the suite cannot, or will not, read on an HTTP/2 connection: it ends the connection. */
export class H2Fault extends Error {
  override readonly name = 'H2Fault'
}

/** The most of each that the suite takes on one connection. Its own cases cause a handful. */
export const most: {
  /** PING and SETTINGS frames, which have to be answered. */
  readonly answered: number
  /** Frames of WebSocket on a stream before a message or a Close frame is complete. */
  readonly frames: number
  /** Streams that a client opens. */
  readonly streams: number
  /** Settings in all SETTINGS frames. */
  readonly settings: number
  /** CONTINUATION frames of one header block. */
  readonly continuations: number
  /** Bytes of a header block. */
  readonly block: number
  /** Bytes of a frame's payload: the default of SETTINGS_MAX_FRAME_SIZE (RFC 9113 section 6.5.2), which the suite does not change. */
  readonly frame: number
  /** Bytes of DATA that nobody reads: more than any window that the suite opens. */
  readonly unread: number
} = { answered: 10_000, frames: 10_000, streams: 1000, settings: 10_000, continuations: 1000, block: 262_144, frame: 16_384, unread: 4 * 1024 * 1024 }

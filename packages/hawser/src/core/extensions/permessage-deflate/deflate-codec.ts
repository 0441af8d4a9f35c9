/** The codec that permessage-deflate needs from a runtime: raw DEFLATE (RFC 1951) with a sliding window that outlives a message. */

export interface DeflaterOptions {
  /** The LZ77 sliding window is 2^windowBits bytes; no distance in the output is larger. */
  readonly windowBits: number
  /** False: every message is compressed with an empty window, and equal messages give equal bytes. */
  readonly contextTakeover: boolean
}

export interface InflaterOptions {
  /** The peer's sliding window, as agreed. */
  readonly windowBits: number
  readonly contextTakeover: boolean
}

/**
 * Receives the result of asynchronous work: once, after the call that began it has returned, and never after `dispose`. Such a call has
 * copied its input before it returns: the caller may reuse that memory.
 */
export type DeflateCallback = (result: Uint8Array | Error) => void

/** Compresses one connection's messages, one call at a time. */
export interface Deflater {
  /**
   * Compresses one fragment, which is never empty. The output ends at a byte boundary with an empty stored block,
   * `00 00 ff ff`, and belongs to the caller. A deflater may forget its window at any call: a sender need not use the whole window.
   * @param end the fragment ends its message
   * @returns undefined when the work is asynchronous: `done` receives the result
   */
  deflate(bytes: Uint8Array, end: boolean, done: DeflateCallback): Uint8Array | undefined
  /** Between messages: the peer's window differs from this one's, so the next message begins with an empty one. */
  forget(): void
  /** Bytes held between two calls, and by asynchronous work. */
  readonly heldBytes: number
  /** Releases everything and cancels asynchronous work. */
  dispose(): void
}

/** Limits on the cost of one message. */
export interface InflateLimits {
  /** Most bytes of output. */
  readonly output: number
  /** Most DEFLATE streams, each ended by a block with BFINAL but for the last. */
  readonly streams: number
}

/** Decompresses one connection's messages, one call at a time. After an error only `dispose` may be called. */
export interface Inflater {
  /**
   * Decompresses one whole message; the inflater appends `00 00 ff ff` itself (RFC 7692 section 7.2.2).
   * @returns undefined when the work is asynchronous: `done` receives the result
   * @throws DeflateDataError, DeflateOutputError, DeflateStreamsError; any other error is a failure of the runtime
   */
  inflate(message: Uint8Array, limits: InflateLimits, done: DeflateCallback): Uint8Array | undefined
  /** Bytes held between two calls, and by asynchronous work. */
  readonly heldBytes: number
  /** Releases everything and cancels asynchronous work. */
  dispose(): void
}

/** Decompresses one connection's messages piece by piece: `write`, then `read` until it returns undefined. After an error only `dispose` may be called. */
export interface PieceInflater {
  /**
   * The next bytes of a message, which belong to the inflater until they are used; after the last ones it appends `00 00 ff ff` itself.
   * @param end the message ends with them @param streams how many more DEFLATE streams the message may have because of them
   */
  write(bytes: Uint8Array, end: boolean, streams: number): void
  /**
   * The next output, at most 64 KiB, valid until the next call; `later` where `ready` will be called; undefined where everything written is used.
   * @throws DeflateDataError, DeflateStreamsError; any other error is a failure of the runtime
   */
  read(ready: () => void): Uint8Array | 'later' | undefined
  /** Bytes held between two calls. */
  readonly heldBytes: number
  /** Releases everything; `ready` is not called any more. */
  dispose(): void
}

/** Makes the compressors and decompressors of connections. */
export interface DeflateCodec {
  /** The smallest window that its output fits. zlib compresses with 9 bits when asked for 8. */
  readonly minWindowBits: number
  /** A compressor for one connection. */
  deflater(options: DeflaterOptions): Deflater
  /** A decompressor for one connection. */
  inflater(options: InflaterOptions): Inflater
  /** The same for a connection that takes messages as streams. Without it such a connection decompresses each message whole. */
  pieceInflater?(options: InflaterOptions): PieceInflater
}

/** The bytes are not DEFLATE data, or end inside a block. */
export class DeflateDataError extends Error {
  override readonly name = 'DeflateDataError'
}

/** The output exceeds `InflateLimits.output`. */
export class DeflateOutputError extends Error {
  override readonly name = 'DeflateOutputError'
}

/** The message has more DEFLATE streams than `InflateLimits.streams`. */
export class DeflateStreamsError extends Error {
  override readonly name = 'DeflateStreamsError'
}

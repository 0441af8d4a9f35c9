/** What permessage-deflate needs from a runtime: raw DEFLATE (RFC 1951) with a sliding window that outlives a message. */

export interface DeflaterOptions {
  /** The LZ77 window is 2^windowBits bytes; no distance in the output is larger. */
  readonly windowBits: number
  /** False: every message is compressed with an empty window, and equal messages give equal bytes. */
  readonly contextTakeover: boolean
}

export interface InflaterOptions {
  /** The LZ77 window of the peer, as agreed. */
  readonly windowBits: number
  readonly contextTakeover: boolean
}

/** Compresses one connection's messages, one call at a time. */
export interface Deflater {
  /**
   * One fragment, never empty. The output ends at a byte boundary with an empty stored block, `00 00 ff ff`, and belongs to
   * the caller. A deflater may forget its window at any call: a sender need not use what it may use.
   * @param end the fragment ends its message
   */
  deflate(bytes: Uint8Array, end: boolean): Uint8Array | Promise<Uint8Array>
  /** Between messages: the peer's window is another than this one's, so the next message begins with an empty one. */
  forget(): void
  /** Bytes held between two calls. */
  readonly heldBytes: number
  dispose(): void
}

/** Decompresses one connection's messages, one call at a time. After an error only `dispose` may be called. */
export interface Inflater {
  /**
   * One fragment; at the end of the message the inflater appends `00 00 ff ff` itself (RFC 7692 section 7.2.2).
   * @param budget most bytes this call may give
   * @throws DeflateDataError, DeflateBudgetError
   */
  inflate(bytes: Uint8Array, end: boolean, budget: number): Uint8Array | Promise<Uint8Array>
  readonly heldBytes: number
  dispose(): void
}

export interface DeflateCodec {
  /** The smallest window its output truly fits. zlib compresses with 9 where 8 is asked for. */
  readonly minWindowBits: number
  deflater(options: DeflaterOptions): Deflater
  inflater(options: InflaterOptions): Inflater
}

/** The bytes are not DEFLATE data, or end inside a block. */
export class DeflateDataError extends Error {
  override readonly name = 'DeflateDataError'
}

/** The output is larger than the budget. */
export class DeflateBudgetError extends Error {
  override readonly name = 'DeflateBudgetError'
}

declare global {
  // As lib.dom and `@types/node` declare it, for consumers that have neither. No docstring, of which it would have two.
  interface ReadableStream<R = any> {
    readonly locked: boolean
  }
}

/**
 * A message that is taken while it arrives, on a connection with `messages: 'streams'` or a `stream` handler. Exactly one of iteration, `stream`, `text`,
 * `bytes` and `json` takes it, once; what is not taken waits within `limits.receiveBuffer`, and then the peer waits. Each rejects, or throws, with a
 * `ConnectionError` where the connection ends before the message does, and with a TypeError for a message that was dropped.
 */
export interface StreamedMessage<Chunk> extends AsyncIterable<Chunk> {
  /** Text or binary, known from the first frame. */
  readonly isText: boolean
  /**
   * The chunks as they arrive; they do not follow the frames. Leaving the loop early drops the rest of the message.
   * @throws TypeError where the message was taken or dropped before
   */
  [Symbol.asyncIterator](): AsyncIterator<Chunk, undefined> & AsyncIterable<Chunk>
  /**
   * The chunks as a ReadableStream, which holds none itself; cancelling it drops the rest of the message.
   * @throws TypeError where the message was taken or dropped before
   */
  stream(): ReadableStream<Chunk>
  /**
   * The whole message as a string. Beyond `limits.message` the connection fails with 1009. Rejects with a MessageError for a binary message that is not
   * UTF-8, and with a TypeError where the message was taken before or is cancelled.
   */
  text(): Promise<string>
  /** The whole message; of text its UTF-8. Beyond `limits.message` the connection fails with 1009. Rejects with a TypeError where it was taken before or is cancelled. */
  bytes(): Promise<Uint8Array>
  /** `text()`, parsed. Rejects as that does, and with a MessageError for text that is not JSON. */
  json(): Promise<unknown>
  /** Drops what has not been taken, now and when it arrives; the next message follows. No effect after the end. */
  cancel(): void
}

/** A text message that is taken while it arrives: chunks are strings of whole characters, validated as UTF-8 (RFC 6455 section 8.1). */
export interface TextMessageStream extends StreamedMessage<string> {
  readonly isText: true
}

/** A binary message that is taken while it arrives. A chunk may be a view into a larger `ArrayBuffer`. */
export interface BinaryMessageStream extends StreamedMessage<Uint8Array> {
  readonly isText: false
}

/** A message that is taken while it arrives; `isText` narrows its chunks. */
export type MessageStream = TextMessageStream | BinaryMessageStream

import type { Http2Stream } from 'node:http2'
import { Readable } from 'node:stream'

/** Counts what arrives on a session. */
export interface ContentCounter {
  readonly isOver: boolean
  contentRead(bytes: number): void
}

const counterKey: unique symbol = Symbol('hawser content')

/** `readableBuffer` is missing from the types; other runtimes may not have it. */
type CountedStream = Http2Stream & { [counterKey]?: ContentCounter; readonly readableBuffer?: Iterable<Uint8Array> }

/**
 * Counts the content of a stream when it arrives, not when it is read: node:http2 calls `push` with each DATA frame, or with each part of one that a read
 * divides. A `data` listener would start the flow or see nothing until the application reads. Content that came in one read with the request is in the
 * stream already, since node:http2 reports the stream afterwards.
 */
export function countContent(stream: Http2Stream, counter: ContentCounter): void {
  const counted = stream as CountedStream
  counted[counterKey] = counter
  counted.push = push
  if (stream.readableLength === 0) return
  const { readableBuffer } = counted
  // Without a view of the pieces they count as one.
  if (readableBuffer === undefined) counter.contentRead(stream.readableLength)
  else for (const piece of readableBuffer) counter.contentRead(piece.byteLength)
}

/** What a flooding client has sent already is dropped once its session is over: each frame would still cost an event. */
function push(this: CountedStream, chunk: unknown, encoding?: BufferEncoding): boolean {
  const counter = this[counterKey]
  if (chunk !== null && counter !== undefined) {
    if (counter.isOver) return true
    counter.contentRead((chunk as Uint8Array).byteLength)
  }
  return Readable.prototype.push.call(this, chunk, encoding)
}

import { isThenable } from '../core/thenable.ts'

/** The part of a ReadableStream that is used. */
export interface ReadableSource<Piece> {
  /** Locks the stream. */
  getReader(): {
    /** The next piece, or the end. */
    read(): Promise<{ readonly done: boolean; readonly value?: Piece | undefined }>
    /** Tells the source that nothing more is read. */
    cancel(reason?: unknown): Promise<unknown>
  }
}

/** The part of a Blob that is used. */
export interface BlobSource {
  /** Its length in bytes. */
  readonly size: number
  /** Its content. */
  stream(): ReadableSource<Uint8Array>
}

/** The pieces of a message to be sent: strings for a text message, bytes for a binary one. */
export type StreamSource = AsyncIterable<string> | AsyncIterable<Uint8Array> | ReadableSource<string> | ReadableSource<Uint8Array> | BlobSource

/** The pieces, one after the other. */
export type Pieces = AsyncIterator<unknown> | Iterator<unknown>

/** @throws TypeError for what is no source of pieces */
export function piecesOf(source: unknown): Pieces {
  const {
    [Symbol.asyncIterator]: asyncIterator,
    [Symbol.iterator]: iterator,
    getReader,
    stream,
    size,
  } = Object(source) as Partial<AsyncIterable<unknown> & Iterable<unknown> & ReadableSource<unknown> & BlobSource>
  const begin = asyncIterator ?? iterator
  if (typeof begin === 'function' && typeof source !== 'string') return (begin as () => Pieces).call(source)
  if (typeof getReader === 'function') return read(source as ReadableSource<unknown>)
  if (typeof stream === 'function' && typeof size === 'number') return piecesOf((source as BlobSource).stream())
  throw new TypeError('a streamed message is an async iterable of strings or of Uint8Arrays, a ReadableStream of them or a Blob')
}

/** Not every browser lets a ReadableStream be iterated. */
function read(source: ReadableSource<unknown>): Pieces {
  const reader = source.getReader()
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    return: async () => {
      await reader.cancel()
      return { value: undefined, done: true }
    },
  }
}

/** Closes the iterator as `for await` does when it is left early, without waiting: it may never answer. */
export function leave(pieces: Pieces): void {
  try {
    const left: unknown = pieces.return?.()
    if (isThenable(left)) left.then(undefined, () => undefined)
  } catch {
    // The first error counts.
  }
}

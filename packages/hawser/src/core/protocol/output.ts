import type { BufferPool } from '../platform.ts'
import type { PreparedFrame } from './prepared-frame.ts'

/** Frames up to this are copied where a reference would do: one segment is cheaper to write than two. */
const COPY_UP_TO = 4096
/** Most flushes are one small frame or a few. */
const FIRST_BUFFER = 2048
/** A buffer that holds at most this is replaced by a larger one rather than followed by a second. */
const MOVE_UP_TO = 16384
/** Doubling stops here. */
const LARGEST_BUFFER = 65536

/**
 * The bytes of one connection that wait to be written. Small frames are joined in a borrowed buffer, large payloads are
 * referenced. An idle connection's output holds nothing.
 */
export class Output {
  /** Bytes that wait. */
  byteLength = 0
  /** Where the next byte goes in the buffer of the last `reserve`. */
  position = 0
  readonly #buffers: BufferPool
  #buffer: Uint8Array | undefined
  /** Where the part of `buffer` begins that is in no segment yet. */
  #start = 0
  #segments: Uint8Array[] | undefined
  /** Prepared frames that are all there is so far: written as they are, or copied once something else joins them. */
  #only: PreparedFrame | undefined
  /** A frame that a newer one of its kind replaces for as long as it waits. */
  #latest: Uint8Array | undefined
  /** Borrowed buffers that are full, and those that the last `take` handed out. */
  #full: Uint8Array[] | undefined
  #taken: Uint8Array | undefined
  #alsoTaken: Uint8Array[] | undefined

  /** Buffers are borrowed from `buffers` and given back once they have left. */
  constructor(buffers: BufferPool) {
    this.#buffers = buffers
  }

  /** A buffer with room for `size` bytes from `position` on. */
  reserve(size: number): Uint8Array {
    if (this.#only !== undefined) this.#copyOnly()
    const buffer = this.#buffer
    if (buffer !== undefined && buffer.length - this.position >= size) return buffer
    return this.#exchange(size)
  }

  /** The next `size` bytes of the reserved buffer are written. */
  advance(size: number): void {
    this.position += size
    this.byteLength += size
  }

  /** Appends bytes by reference: the caller does not change them before they are flushed. */
  reference(bytes: Uint8Array): void {
    if (this.#only !== undefined) this.#copyOnly()
    this.#closeSegment()
    this.#segments ??= []
    this.#segments.push(bytes)
    this.byteLength += bytes.length
  }

  /** Referenced as long as there are only such frames, and not too many; joined with its neighbours otherwise, when it is small. */
  append(frame: PreparedFrame): void {
    const together = this.byteLength === 0 ? frame : this.#only?.followedBy(frame)
    if (together === undefined) {
      this.#insert(frame.bytes)
    } else {
      this.#only = together
      this.byteLength = together.length
    }
  }

  /** A frame to be written after all others at the next `take`, in place of the one that an earlier call left. */
  replaceLatest(frame: Uint8Array): void {
    this.byteLength += frame.length - (this.#latest === undefined ? 0 : this.#latest.length)
    this.#latest = frame
  }

  /** Gives the replaceable frame its place: nothing replaces it any more. */
  settleLatest(): void {
    const latest = this.#latest
    if (latest === undefined) return
    this.#latest = undefined
    this.byteLength -= latest.length
    this.#insert(latest)
  }

  /** All segments in order. The output is empty afterwards; the borrowed buffer is given back by `release` or forgotten. */
  take(): readonly Uint8Array[] {
    if (this.byteLength === 0) return []
    this.settleLatest()
    this.byteLength = 0
    this.#taken = undefined
    this.#alsoTaken = undefined
    const only = this.#only
    if (only !== undefined) {
      this.#only = undefined
      return [only.bytes]
    }
    const buffer = this.#buffer
    let segments = this.#segments
    if (segments === undefined) {
      segments = [buffer!.subarray(0, this.position)]
    } else {
      this.#closeSegment()
      this.#segments = undefined
      this.#alsoTaken = this.#full
      this.#full = undefined
    }
    this.#taken = buffer
    this.#buffer = undefined
    this.#start = 0
    this.position = 0
    return segments
  }

  /** After a `write` that returned true, or once all is written: gives the buffers that the last `take` used back to the pool. */
  release(): void {
    if (this.#taken === undefined && this.#alsoTaken === undefined) return
    if (this.#taken !== undefined) this.#buffers.release(this.#taken)
    if (this.#alsoTaken !== undefined) for (const buffer of this.#alsoTaken) this.#buffers.release(buffer)
    this.#taken = undefined
    this.#alsoTaken = undefined
  }

  /** Drops everything: the transport is gone. */
  clear(): void {
    if (this.#buffer !== undefined) this.#buffers.release(this.#buffer)
    this.#buffer = undefined
    this.#segments = undefined
    this.#full = undefined
    this.#only = undefined
    this.#latest = undefined
    this.byteLength = 0
    this.position = 0
    this.#start = 0
  }

  #copyOnly(): void {
    const only = this.#only!
    this.#only = undefined
    this.byteLength -= only.length
    this.#insert(only.bytes)
  }

  #insert(frame: Uint8Array): void {
    if (frame.length > COPY_UP_TO) {
      this.reference(frame)
    } else {
      this.reserve(frame.length).set(frame, this.position)
      this.advance(frame.length)
    }
  }

  #exchange(size: number): Uint8Array {
    const old = this.#buffer
    if (old !== undefined && this.#segments === undefined && this.position <= MOVE_UP_TO) return this.#move(old, size)
    let minimum = FIRST_BUFFER
    if (old !== undefined) {
      this.#closeSegment()
      this.#full ??= []
      this.#full.push(old)
      minimum = Math.min(old.length * 2, LARGEST_BUFFER)
    }
    const buffer = this.#buffers.acquire(Math.max(size, minimum))
    this.#buffer = buffer
    this.#start = 0
    this.position = 0
    return buffer
  }

  /** Measured on Node 20: copying 16 KiB takes 0.2 µs, less than a second segment costs at the next write. */
  #move(old: Uint8Array, size: number): Uint8Array {
    const buffer = this.#buffers.acquire(Math.max(this.position + size, Math.min(old.length * 4, LARGEST_BUFFER)))
    buffer.set(old.subarray(0, this.position))
    this.#buffers.release(old)
    this.#buffer = buffer
    return buffer
  }

  #closeSegment(): void {
    if (this.#buffer === undefined || this.position === this.#start) return
    this.#segments ??= []
    this.#segments.push(this.#buffer.subarray(this.#start, this.position))
    this.#start = this.position
  }
}

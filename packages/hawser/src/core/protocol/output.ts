import type { BufferPool } from '../platform.ts'
import { Backlog } from './backlog.ts'
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
 * A transport gets at most this at once, and a frame or two beyond it: control frames overtake the rest. With HTTP/2 an echo of 64 KiB costs 270 µs at
 * 256 KiB, 320 at 64.
 */
const BATCH = 262_144

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
  /** Whole frames that are all there is so far: written as they are, or copied once something else joins them. */
  #only: PreparedFrame | Uint8Array | undefined
  /** Control frames and earlier batches, while the transport does not keep up. */
  #backlog: Backlog | undefined
  /** Borrowed buffers that are full, and those that the last `take` handed out. */
  #full: Uint8Array[] | undefined
  #taken: Uint8Array | undefined
  #alsoTaken: readonly Uint8Array[] | undefined

  /** Buffers are borrowed from `buffers` and given back once they have left. */
  constructor(buffers: BufferPool) {
    this.#buffers = buffers
  }

  /** Bytes of memory that the waiting bytes cost: the rest of the last buffer is borrowed, too. */
  get heldBytes(): number {
    return this.byteLength + (this.#buffer === undefined ? 0 : this.#buffer.length - this.position)
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
    if (this.#currentBytes >= BATCH + bytes.length) this.#endBatch()
  }

  /** Referenced as long as there are only such frames, and not too many; joined with its neighbours otherwise, when it is small. */
  append(frame: PreparedFrame): void {
    const only = this.#only
    const together = this.byteLength === 0 ? frame : only === undefined || only instanceof Uint8Array ? undefined : only.followedBy(frame)
    if (together === undefined) {
      this.#insert(frame.bytes)
    } else {
      this.#only = together
      this.byteLength += frame.length
    }
  }

  /** As `append` does, for frames that no other connection sends: without an object that remembers what follows them. */
  appendBytes(frames: Uint8Array): void {
    if (this.byteLength === 0) {
      this.#only = frames
      this.byteLength = frames.length
    } else this.#insert(frames)
  }

  /** A control frame to be written before all that waits. */
  overtake(frame: Uint8Array): void {
    ;(this.#backlog ??= new Backlog()).control(frame)
    this.byteLength += frame.length
  }

  /** A control frame to be written before all that waits, in place of the one that an earlier call left. */
  replaceLatest(frame: Uint8Array): void {
    this.byteLength += (this.#backlog ??= new Backlog()).replaceLatest(frame)
  }

  /**
   * The segments of the oldest batch in order; of everything, where no more than one waits. Its borrowed buffers are given back by `release` or
   * forgotten.
   */
  take(): readonly Uint8Array[] {
    if (this.byteLength === 0) return []
    this.#taken = undefined
    this.#alsoTaken = undefined
    if (this.#backlog !== undefined) return this.#takeBacklog(this.#backlog)
    this.byteLength = 0
    return this.#takeCurrent()
  }

  #takeBacklog(backlog: Backlog): readonly Uint8Array[] {
    const before = backlog.byteLength
    const controls = backlog.takeControls()
    const batch = backlog.takeBatch()
    this.byteLength -= before - backlog.byteLength
    if (backlog.isEmpty) this.#backlog = undefined
    if (batch !== undefined) {
      this.#alsoTaken = batch.buffers
      return controls.length === 0 ? batch.segments : [...controls, ...batch.segments]
    }
    if (this.byteLength === 0) return controls
    this.byteLength = 0
    return [...controls, ...this.#takeCurrent()]
  }

  /** Everything that is in no batch. */
  #takeCurrent(): readonly Uint8Array[] {
    const only = this.#only
    if (only !== undefined) {
      this.#only = undefined
      return [only instanceof Uint8Array ? only : only.bytes]
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
    this.#backlog = undefined
    this.byteLength = 0
    this.position = 0
    this.#start = 0
  }

  #copyOnly(): void {
    const only = this.#only!
    this.#only = undefined
    this.byteLength -= only.length
    this.#insert(only instanceof Uint8Array ? only : only.bytes)
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
      this.#buffer = undefined
      minimum = Math.min(old.length * 2, LARGEST_BUFFER)
      // A buffer is exchanged before the header of a frame.
      if (this.#currentBytes >= BATCH) this.#endBatch()
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

  /** Bytes that are in no batch. */
  get #currentBytes(): number {
    return this.#backlog === undefined ? this.byteLength : this.byteLength - this.#backlog.byteLength
  }

  /** At a frame boundary. */
  #endBatch(): void {
    this.#closeSegment()
    const buffers = this.#full ?? []
    if (this.#buffer !== undefined) buffers.push(this.#buffer)
    const batch = { segments: this.#segments!, buffers, byteLength: this.#currentBytes }
    ;(this.#backlog ??= new Backlog()).push(batch)
    this.#segments = undefined
    this.#full = undefined
    this.#buffer = undefined
    this.#start = 0
    this.position = 0
  }

  #closeSegment(): void {
    if (this.#buffer === undefined || this.position === this.#start) return
    this.#segments ??= []
    this.#segments.push(this.#buffer.subarray(this.#start, this.position))
    this.#start = this.position
  }
}

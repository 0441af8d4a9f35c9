import type { BufferPool } from '../platform.ts'

/**
 * The bytes of one connection that wait to be written. Small frames are joined in a borrowed buffer, large payloads are
 * referenced. An idle connection's output holds nothing.
 */
export declare class Output {
  constructor(buffers: BufferPool)
  readonly byteLength: number
  /** All segments in order. The output is empty afterwards; the borrowed buffer is given back by `release` or forgotten. */
  take(): readonly Uint8Array[]
  /** After a `write` that returned true: gives the buffer that the last `take` used back to the pool. */
  release(): void
}

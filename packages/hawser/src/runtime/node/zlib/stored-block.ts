import type { SlidingWindow } from './sliding-window.ts'

const HEADER_BYTES = 5
/** The window of 2^15 bytes; the longest stored block has 65 535. */
export const LONGEST_BLOCK: number = HEADER_BYTES + 32_768

/**
 * Writes the window as one stored block (RFC 1951 section 3.2.4): the first input of a stream that continues with this window.
 * @returns the block's length; 0 for an empty window, which needs none
 */
export function writeStoredBlock(window: SlidingWindow, target: Buffer): number {
  const { length } = window
  if (length === 0) return 0
  target[0] = 0
  target.writeUInt16LE(length, 1)
  target.writeUInt16LE(length ^ 0xffff, 3)
  return window.copyTo(target, HEADER_BYTES)
}

/** The same in a new buffer. */
export function storedBlock(window: SlidingWindow): Buffer {
  if (window.length === 0) return Buffer.alloc(0)
  const block = Buffer.allocUnsafe(HEADER_BYTES + window.length)
  writeStoredBlock(window, block)
  return block
}

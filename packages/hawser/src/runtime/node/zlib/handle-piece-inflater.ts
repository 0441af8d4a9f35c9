import { clearImmediate, setImmediate } from 'node:timers'
import { DeflateStreamsError, type InflaterOptions, type PieceInflater } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import { Decompressor, INPUT_SLICE, INPUT_WORK, STEP_WORK, STREAM_WORK } from './decompressor-pool.ts'
import type { DecompressorPool } from './decompressor-pool.ts'
import { MESSAGE_END, truncated } from './message-end.ts'
import { SlidingWindow } from './sliding-window.ts'
import { writeStoredBlock } from './stored-block.ts'

const NOTHING = new Uint8Array(0)

/**
 * Decompresses the messages of one connection piece by piece, on the event loop: a step fills at most the scratch buffer. The decompressor is lent for a
 * message, as to a `HandleInflater`; between messages it holds the window.
 */
export class HandlePieceInflater implements PieceInflater {
  readonly #pool: DecompressorPool
  readonly #options: InflaterOptions
  readonly #window: SlidingWindow
  #decompressor: Decompressor | undefined
  #input: Uint8Array = NOTHING
  #offset = 0
  /** The message ends with the input. */
  #isLast = false
  /** The last step filled its output: there may be more without further input. */
  #hasMore = false
  /** A DEFLATE stream has ended inside the message (RFC 7692 section 7.2.3.4): the next one begins with the window. */
  #isBetweenStreams = false
  #streamsLeft = 0
  #immediate: NodeJS.Immediate | undefined

  constructor(pool: DecompressorPool, options: InflaterOptions) {
    this.#pool = pool
    this.#options = options
    this.#window = new SlidingWindow(options.windowBits)
  }

  get heldBytes(): number {
    const { windowBits } = this.#options
    return this.#window.heldBytes + (this.#decompressor === undefined ? 0 : Decompressor.bytes(windowBits) + this.#input.length)
  }

  write(bytes: Uint8Array, end: boolean, streams: number): void {
    if (this.#decompressor === undefined) {
      this.#decompressor = this.#pool.acquire(this.#options.windowBits)
      if (!this.#options.contextTakeover) this.#window.clear()
      this.#streamsLeft = 0
      this.#hasMore = false
      this.#isBetweenStreams = true
    }
    this.#streamsLeft += streams
    this.#input = bytes
    this.#offset = 0
    this.#isLast = end
  }

  read(ready: () => void): Uint8Array | 'later' | undefined {
    while (this.#decompressor !== undefined && !this.#isUsed) {
      if (this.#pool.turn.isExhausted) {
        this.#immediate = setImmediate(ready)
        return 'later'
      }
      const output = this.#step(this.#decompressor)
      if (output !== undefined) return output
    }
    return undefined
  }

  dispose(): void {
    clearImmediate(this.#immediate)
    this.#giveBack()
    this.#window.release()
  }

  get #isUsed(): boolean {
    return this.#offset === this.#input.length && !this.#hasMore && !this.#isLast
  }

  /** Works until the scratch buffer is full, the work of a step is done, or the input is used. */
  #step(decompressor: Decompressor): Uint8Array | undefined {
    const { scratch, turn } = this.#pool
    const { handle } = decompressor
    let filled = 0
    let work = 0
    try {
      while (filled < scratch.length && work < STEP_WORK) {
        if (this.#isBetweenStreams) {
          this.#beginStream(decompressor)
          work += STREAM_WORK
        }
        if (this.#offset === this.#input.length && !this.#hasMore) {
          if (!this.#isLast) break
          this.#endInput()
        }
        const room = scratch.length - filled
        const length = Math.min(this.#input.length - this.#offset, INPUT_SLICE)
        handle.write(this.#input, this.#offset, length, scratch, filled, room)
        if (handle.error !== undefined) throw handle.error
        const used = length - handle.inputLeft
        filled += room - handle.outputLeft
        work += room - handle.outputLeft + used * INPUT_WORK
        this.#offset += used
        this.#hasMore = handle.outputLeft === 0
        if (this.#hasMore || handle.inputLeft === 0) continue
        // The stream ended: with our own last block, with the message's last byte, or inside the message (section 7.2.3.4).
        if (this.#input === MESSAGE_END && (handle.inputLeft === 1 || used === 0)) {
          this.#giveBack()
          break
        }
        this.#isBetweenStreams = true
        // The next stream needs the scratch buffer to load its window, of which this output is a part.
        if (filled > 0) break
      }
    } finally {
      turn.add(work)
    }
    if (filled === 0) return undefined
    const output = scratch.subarray(0, filled)
    this.#window.append(output)
    return output
  }

  #beginStream(decompressor: Decompressor): void {
    if (--this.#streamsLeft < 0) throw new DeflateStreamsError('the streams exceed their limit')
    this.#isBetweenStreams = false
    const { block, scratch } = this.#pool
    decompressor.handle.reset()
    const length = writeStoredBlock(this.#window, block)
    if (length !== 0) decompressor.handle.write(block, 0, length, scratch, 0, scratch.length)
  }

  #endInput(): void {
    if (this.#input === MESSAGE_END) throw truncated()
    this.#input = MESSAGE_END
    this.#offset = 0
  }

  #giveBack(): void {
    if (this.#decompressor !== undefined) this.#pool.release(this.#decompressor)
    this.#decompressor = undefined
    this.#input = NOTHING
    this.#offset = 0
  }
}

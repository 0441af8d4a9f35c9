import { DeflateOutputError, DeflateStreamsError, type InflateLimits } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import { ZlibHandle } from './handle.ts'
import type { Sweepable } from './idle-sweep.ts'
import { MESSAGE_END, truncated } from './message-end.ts'
import { OutputChunks } from './output-chunks.ts'
import { SlidingWindow } from './sliding-window.ts'
import { LONGEST_BLOCK, writeStoredBlock } from './stored-block.ts'
import { TurnWork } from './turn-work.ts'

const SCRATCH_BYTES = 65_536
/** Work before the event loop turns, in bytes of output: 0.15 to 1 ms. */
export const STEP_WORK = 262_144
/** A byte of input counts as this much output: measured, one costs up to 140 times as much, in blocks of codes and nothing else. */
export const INPUT_WORK = 8
export const INPUT_SLICE = 32_768
/** The end of a stream counts as this much output: measured, a reset and a window of 32 KiB cost 3 to 5 µs. */
export const STREAM_WORK = 8192

/** A native decompressor and the message that it works on. */
export class Decompressor {
  readonly windowBits: number
  period = 0
  readonly handle: ZlibHandle
  readonly #pool: DecompressorPool
  /** The window of a message without context takeover, for a stream that ends inside the message. */
  readonly #messageWindow: SlidingWindow
  #output = new OutputChunks()
  #window: SlidingWindow
  #input: Uint8Array = MESSAGE_END
  #offset = 0
  #outputLeft = 0
  #streamsLeft = 0

  constructor(windowBits: number, pool: DecompressorPool) {
    this.windowBits = windowBits
    this.handle = ZlibHandle.inflate(windowBits)
    this.#pool = pool
    this.#messageWindow = new SlidingWindow(windowBits)
    this.#window = this.#messageWindow
  }

  /** zlib's formula: the window, and 7 kB of state. */
  static bytes(windowBits: number): number {
    return 2 ** windowBits + 7168
  }

  /** Of the message in progress. */
  get heldBytes(): number {
    return Decompressor.bytes(this.windowBits) + this.#input.length + this.#output.length + this.#messageWindow.heldBytes
  }

  /** @param window of the connection; undefined without context takeover */
  begin(message: Uint8Array, window: SlidingWindow | undefined, limits: InflateLimits): void {
    this.#messageWindow.clear()
    this.#window = window ?? this.#messageWindow
    this.#input = message
    this.#offset = 0
    this.#outputLeft = limits.output
    this.#streamsLeft = limits.streams
    this.#beginStream()
  }

  /** Continues a message whose first stream ended after `consumed` bytes of the message and MESSAGE_END, with `output`. */
  resume(message: Uint8Array, window: SlidingWindow, limits: InflateLimits, consumed: number, output: OutputChunks): void {
    this.begin(message, window, { output: limits.output - output.length, streams: limits.streams - 1 })
    this.#output = output
    if (consumed >= message.length) this.#input = MESSAGE_END
    this.#offset = consumed >= message.length ? consumed - message.length : consumed
  }

  /** Works until the message ends or a step's work is done. @returns whether the message has ended */
  step(): boolean {
    const { scratch, turn } = this.#pool
    let filled = 0
    let work = 0
    try {
      for (;;) {
        if (filled === scratch.length || work >= STEP_WORK) {
          this.#take(scratch, filled)
          filled = 0
          if (work >= STEP_WORK) return false
        }
        const before = filled
        const offset = this.#offset
        filled += this.#write(scratch, filled)
        work += filled - before + (this.#offset - offset) * INPUT_WORK
        if (this.handle.outputLeft === 0) continue
        if (this.handle.inputLeft === 0) {
          if (this.#offset === this.#input.length) this.#endInput()
          continue
        }
        // The stream ended: with our own last block, with the message's last byte, or inside the message (section 7.2.3.4).
        this.#take(scratch, filled)
        filled = 0
        if (this.#input === MESSAGE_END && (this.handle.inputLeft === 1 || this.#offset === offset)) return true
        this.#beginStream()
        work += STREAM_WORK
      }
    } finally {
      turn.add(work)
    }
  }

  /** Before the caller's memory is used for something else. */
  copyInput(): void {
    this.#input = this.#input === MESSAGE_END ? MESSAGE_END : new Uint8Array(this.#input)
  }

  /** The output of the message that has ended. */
  result(): Uint8Array {
    return this.#output.take()
  }

  /** Keeps nothing of the message. */
  end(): void {
    this.#output = new OutputChunks()
    this.#input = MESSAGE_END
    this.#window = this.#messageWindow
  }

  close(): void {
    this.handle.close()
  }

  /** @returns bytes of output */
  #write(scratch: Buffer, filled: number): number {
    const { handle } = this
    // With no output left, one byte of room tells a message that ends here from one that continues.
    const room = Math.min(scratch.length - filled, Math.max(1, this.#outputLeft))
    const length = Math.min(this.#input.length - this.#offset, INPUT_SLICE)
    handle.write(this.#input, this.#offset, length, scratch, filled, room)
    if (handle.error !== undefined) throw handle.error
    const wrote = room - handle.outputLeft
    if (wrote > this.#outputLeft) throw new DeflateOutputError('the output exceeds its limit')
    this.#outputLeft -= wrote
    this.#offset += length - handle.inputLeft
    return wrote
  }

  #endInput(): void {
    if (this.#input === MESSAGE_END) throw truncated()
    this.#input = MESSAGE_END
    this.#offset = 0
  }

  #beginStream(): void {
    if (--this.#streamsLeft < 0) throw new DeflateStreamsError('the streams exceed their limit')
    const { block, scratch } = this.#pool
    this.handle.reset()
    const length = writeStoredBlock(this.#window, block)
    if (length !== 0) this.handle.write(block, 0, length, scratch, 0, scratch.length)
  }

  #take(scratch: Buffer, length: number): void {
    if (length !== 0) this.#window.append(this.#output.copy(scratch.subarray(0, length)))
  }
}

/**
 * Decompressors are lent for a message, not owned by a connection: a connection keeps its window, 4 KiB at the defaults, and
 * the next message starts by loading it as one stored block. That costs 0.25 µs at 4 KiB, saves 16 kB a connection, and lets
 * every message be checked to end at the end of a block, since a stream can be ended without losing its window.
 */
export class DecompressorPool implements Sweepable {
  readonly turn: TurnWork = new TurnWork()
  readonly #free: Decompressor[] = []
  readonly #allocated: () => void
  #scratch: Buffer | undefined
  #block: Buffer | undefined
  #lent = 0
  #period = 0

  constructor(allocated: () => void) {
    this.#allocated = allocated
  }

  get size(): number {
    return this.#free.length + this.#lent
  }

  /** Memory used within one call of any of them, as is `block`. */
  get scratch(): Buffer {
    return (this.#scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES))
  }

  get block(): Buffer {
    return (this.#block ??= Buffer.allocUnsafeSlow(LONGEST_BLOCK))
  }

  acquire(windowBits: number): Decompressor {
    const index = this.#free.findLastIndex((free) => free.windowBits === windowBits)
    const decompressor = (index >= 0 ? this.#free.splice(index, 1)[0] : undefined) ?? this.#open(windowBits)
    decompressor.period = this.#period
    this.#lent++
    return decompressor
  }

  release(decompressor: Decompressor): void {
    this.#lent--
    decompressor.end()
    this.#free.push(decompressor)
  }

  sweep(): boolean {
    for (let i = this.#free.length - 1; i >= 0; i--) {
      if (this.#free[i]?.period !== this.#period) this.#free.splice(i, 1)[0]?.close()
    }
    this.#period++
    if (this.size === 0) this.#scratch = this.#block = undefined
    return this.size !== 0
  }

  #open(windowBits: number): Decompressor {
    this.#allocated()
    return new Decompressor(windowBits, this)
  }
}

import type { BufferPool, TextCodec } from '../core/platform.ts'
import { Queue } from './queue.ts'

interface Block {
  readonly bytes: Uint8Array
  start: number
  end: number
}

/** A piece from this size on gets a block of its own; smaller ones share blocks of at most `SHARED_BLOCK`. */
const OWN_BLOCK = 16_384
const SHARED_BLOCK = 65_536
/** Room before the first byte of a text block for the beginning of a character that the block before it ended in. */
const HEADROOM = 3

/** The part of a streamed message that waits: pieces of any size, copied, and taken in chunks. It holds nothing while it is empty. */
export class PieceBlocks {
  /** Bytes that wait. */
  length = 0
  readonly #isText: boolean
  readonly #buffers: BufferPool
  readonly #blocks = new Queue<Block>()
  #last: Block | undefined
  /** A text block whose content was decoded; its memory is used again. */
  #spare: Uint8Array | undefined
  /** The first bytes of a character that the last taken block ended in. */
  #carry: Uint8Array | undefined

  constructor(isText: boolean, buffers: BufferPool) {
    this.#isText = isText
    this.#buffers = buffers
  }

  /** Copies `source[start, end)`. */
  push(source: Uint8Array, start: number, end: number): void {
    const size = end - start
    let last = this.#last
    if (last === undefined || last.bytes.length - last.end < size) {
      last = this.#makeBlock(size)
      this.#blocks.push(last)
      this.#last = last
    }
    last.bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), last.end)
    last.end += size
    this.length += size
  }

  /** The oldest bytes; undefined where none wait. */
  takeBytes(): Uint8Array | undefined {
    const block = this.#shift()
    return block?.bytes.subarray(block.start, block.end)
  }

  /** The oldest text up to the last whole character of its block; undefined where none waits. Incomplete characters wait for the rest. */
  takeText(text: TextCodec): string | undefined {
    for (let block = this.#shift(); block !== undefined; block = this.#shift()) {
      const { bytes, end } = block
      const carry = this.#carry
      const start = block.start - (carry?.length ?? 0)
      if (carry !== undefined) bytes.set(carry, start)
      const open = openSequence(bytes, start, end)
      this.#carry = open === 0 ? undefined : bytes.slice(end - open, end)
      this.length += open - (carry?.length ?? 0)
      const decoded = start === end - open ? undefined : text.decodeUtf8(bytes, start, end - open)
      if (bytes.length <= SHARED_BLOCK + HEADROOM) this.#spare = bytes
      if (decoded !== undefined) return decoded
    }
    return undefined
  }

  clear(): void {
    this.#blocks.clear()
    this.#last = this.#spare = this.#carry = undefined
    this.length = 0
  }

  #shift(): Block | undefined {
    const block = this.#blocks.shift()
    if (block === undefined) return undefined
    if (block === this.#last) this.#last = undefined
    this.length -= block.end - block.start
    return block
  }

  #makeBlock(size: number): Block {
    const start = this.#isText ? HEADROOM : 0
    const spare = this.#spare
    if (spare !== undefined && spare.length >= start + size) {
      this.#spare = undefined
      return { bytes: spare, start, end: start }
    }
    const capacity = size >= OWN_BLOCK ? size : Math.max(size, Math.min(SHARED_BLOCK, 2 * this.length))
    // Unwritten bytes of a text block are never seen; a binary chunk gives the application its whole buffer.
    const written = this.#isText || capacity === size
    const bytes = (written && capacity >= OWN_BLOCK ? this.#buffers.allocate?.(start + capacity) : undefined) ?? new Uint8Array(start + capacity)
    return { bytes, start, end: start }
  }
}

/** How many bytes of an incomplete UTF-8 sequence (RFC 3629) end the range. */
function openSequence(bytes: Uint8Array, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= start; back++) {
    const octet = bytes[end - back]!
    if (octet < 0x80) return 0
    if (octet >= 0xc0) return back < (octet >= 0xf0 ? 4 : octet >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}

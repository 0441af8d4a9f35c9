import { clearImmediate, setImmediate } from 'node:timers'
import type { DeflateCallback } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import { deflateWith } from './compressor-pool.ts'
import type { ZlibHandle } from './handle.ts'

/** Input compressed before the event loop turns: 0.7 to 1.5 ms. */
const SLICE_BYTES = 65_536

/** Compresses one fragment on the event loop, in slices: for a runtime without threads. */
export class SliceDeflation {
  readonly #bytes: Uint8Array
  readonly #handle: ZlibHandle
  readonly #scratch: () => Buffer
  readonly #done: DeflateCallback
  readonly #chunks: Uint8Array[] = []
  #immediate: NodeJS.Immediate | undefined
  #outputBytes = 0

  /** @param bytes are copied @param handle is closed at the end */
  constructor(bytes: Uint8Array, handle: ZlibHandle, scratch: () => Buffer, done: DeflateCallback) {
    this.#bytes = new Uint8Array(bytes)
    this.#handle = handle
    this.#scratch = scratch
    this.#done = done
    this.#later(0)
  }

  get heldBytes(): number {
    return this.#bytes.length + this.#outputBytes
  }

  cancel(): void {
    clearImmediate(this.#immediate)
    this.#handle.close()
    this.#chunks.length = 0
  }

  #later(from: number): void {
    this.#immediate = setImmediate(() => {
      const to = from + SLICE_BYTES
      let result: Uint8Array | Error
      try {
        const chunk = deflateWith(this.#handle, this.#bytes.subarray(from, to), this.#scratch())
        this.#chunks.push(chunk)
        this.#outputBytes += chunk.length
        if (to < this.#bytes.length) {
          this.#later(to)
          return
        }
        result = Buffer.concat(this.#chunks)
      } catch (error) {
        result = error as Error
      }
      this.cancel()
      this.#done(result)
    })
  }
}

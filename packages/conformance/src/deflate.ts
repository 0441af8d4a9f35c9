import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'

/** One direction of permessage-deflate, RFC 7692 section 7.2: the LZ77 sliding window is kept as a dictionary between messages. */
export class DeflateContext {
  readonly windowBits: number
  readonly takeover: boolean
  #history: Buffer = Buffer.alloc(0)

  constructor(windowBits: number, takeover: boolean) {
    this.windowBits = windowBits
    this.takeover = takeover
  }

  deflate(plain: Uint8Array, options: { fresh?: boolean; keepTail?: boolean; level?: number; windowBits?: number } = {}): Buffer {
    // zlib writes a raw stream of 256 bytes' window with 512: with 8 bits the suite stores.
    const bits = options.windowBits ?? this.windowBits
    const packed = deflateRawSync(plain, {
      windowBits: Math.max(9, bits),
      level: bits === 8 ? 0 : (options.level ?? 6),
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(this.takeover && options.fresh !== true && this.#history.length > 0 ? { dictionary: this.#history } : {}),
    })
    this.#remember(plain)
    return options.keepTail === true ? packed : packed.subarray(0, packed.length - 4)
  }

  /**
   * @param most how many bytes it may become
   * @throws Error when the stream is no DEFLATE data, reaches behind the agreed window, or becomes longer
   */
  inflate(packed: Uint8Array, most: number): Buffer {
    const plain = inflateRawSync(Buffer.concat([packed, Buffer.from([0, 0, 0xff, 0xff])]), {
      windowBits: this.windowBits,
      maxOutputLength: most,
      finishFlush: constants.Z_SYNC_FLUSH,
      // zlib lets a distance reach as far as its output buffer does: a small one makes it keep to the window.
      ...(this.windowBits < 15 ? { chunkSize: 64 } : {}),
      ...(this.takeover && this.#history.length > 0 ? { dictionary: this.#history } : {}),
    })
    this.#remember(plain)
    return plain
  }

  #remember(plain: Uint8Array): void {
    if (this.takeover) this.#history = Buffer.concat([this.#history, plain]).subarray(-(1 << this.windowBits))
  }
}

import { type ExtensionFrame, PENDING, type PieceDecoder, RSV1 } from '../../protocol/extension.ts'
import { DeflateOutputError, type PieceInflater } from './deflate-codec.ts'
import { inflateFailure, rsv1OnContinuation } from './failures.ts'
import { BYTES_PER_STREAM, type DeflateSettings, RATIO_FREE_BYTES } from './options.ts'
import type { DeflateTraffic } from './statistics.ts'

/**
 * The receiving half of permessage-deflate for messages that are taken as streams (RFC 7692 section 7.2.2). `maxRatio` and `maxStreams` hold for what has
 * been received so far.
 */
export class DeflatePieces implements PieceDecoder {
  readonly #options: Pick<DeflateSettings, 'maxRatio' | 'maxStreams'>
  readonly #traffic: DeflateTraffic
  readonly #open: () => PieceInflater
  #inflater: PieceInflater | undefined
  #isCompressed = false
  /** An uncompressed piece that was not read yet. */
  #plain: Uint8Array | undefined
  /** Compressed and decompressed bytes of the message so far. */
  #received = 0
  #produced = 0

  /** @param traffic counts what is received @param open makes the inflater, once, for the first compressed message */
  constructor(options: Pick<DeflateSettings, 'maxRatio' | 'maxStreams'>, traffic: DeflateTraffic, open: () => PieceInflater) {
    this.#options = options
    this.#traffic = traffic
    this.#open = open
  }

  get heldBytes(): number {
    return (this.#plain?.length ?? 0) + (this.#inflater?.heldBytes ?? 0)
  }

  begin({ first, rsv }: Omit<ExtensionFrame, 'payload'>): number {
    const marked = (rsv & RSV1) !== 0
    if (first) {
      this.#isCompressed = marked
      this.#received = this.#produced = 0
    } else if (marked) throw rsv1OnContinuation()
    return rsv & ~RSV1
  }

  write(bytes: Uint8Array, end: boolean): void {
    if (!this.#isCompressed) {
      this.#traffic.addPlain(bytes.length, end)
      if (bytes.length > 0) this.#plain = bytes
      return
    }
    const before = this.#received
    this.#received += bytes.length
    this.#traffic.addCompressed(0, bytes.length, end)
    // A whole message of no bytes: what a zlib that had nothing new to flush makes of an empty message.
    if (this.#received === 0) return
    const streams = Math.floor(this.#received / BYTES_PER_STREAM) - Math.floor(before / BYTES_PER_STREAM)
    this.#inflater ??= this.#open()
    this.#inflater.write(bytes, end, before === 0 ? streams + this.#options.maxStreams : streams)
  }

  read(ready: () => void): Uint8Array | typeof PENDING | undefined {
    if (!this.#isCompressed) {
      const plain = this.#plain
      this.#plain = undefined
      return plain
    }
    let output: Uint8Array | 'later' | undefined
    try {
      output = this.#received === 0 ? undefined : this.#inflater?.read(ready)
      if (output === 'later') return PENDING
      if (output !== undefined) this.#count(output.length)
    } catch (error) {
      const { maxRatio, maxStreams } = this.#options
      throw inflateFailure(error, { compressedBytes: this.#received, maxRatio, maxStreams, limitedByRatio: true })
    }
    return output
  }

  dispose(): void {
    this.#inflater?.dispose()
    this.#inflater = undefined
    this.#plain = undefined
  }

  #count(bytes: number): void {
    this.#produced += bytes
    this.#traffic.addCompressed(bytes, 0, false)
    if (this.#produced > Math.max(RATIO_FREE_BYTES, this.#options.maxRatio * this.#received))
      throw new DeflateOutputError('the output exceeds its limit')
  }
}

/** permessage-deflate on one connection after the opening handshake (RFC 7692 sections 6 and 7.2). */
import {
  type EncodeOptions,
  type ExtensionCallback,
  type ExtensionFrame,
  type ExtensionParameter,
  type ExtensionSession,
  PENDING,
  RSV1,
} from '../../protocol/extension.ts'
import { CompressedMessage } from './compressed-message.ts'
import type { DeflateCallback, DeflateCodec, Deflater, Inflater } from './deflate-codec.ts'
import { DeflatePieces } from './deflate-pieces.ts'
import { inflateFailure, rsv1OnContinuation, tooManyCompressedBytes } from './failures.ts'
import type { DeflateAgreement } from './negotiation.ts'
import { BYTES_PER_STREAM, RATIO_FREE_BYTES, type DeflateSettings } from './options.ts'
import { EXTENSION_NAME } from './parameters.ts'
import { DeflateTraffic } from './statistics.ts'

/** Section 7.2.1: every compressed message ends with `00 00 ff ff`, which is not sent. */
const TAIL_BYTES = 4
const EMPTY = new Uint8Array(0)
/** Compressed bytes that a message may have beyond twice `limits.message`: small fragments, each flushed, are larger than their content. */
const COMPRESSED_SLACK = 65_536

export class DeflateSession implements ExtensionSession {
  readonly name: string = EXTENSION_NAME
  readonly rsv: number = RSV1
  readonly parameters: readonly ExtensionParameter[]
  readonly shareKey: object
  readonly #options: DeflateSettings
  readonly #codec: DeflateCodec
  readonly #agreement: DeflateAgreement
  #deflater: Deflater | undefined
  #inflater: Inflater | undefined
  /** The message being sent, and the one being received, is a compressed one. */
  #sendingCompressed = false
  #receivingCompressed = false
  /** These are made for the first message: many a connection ends before one. */
  #incoming: CompressedMessage | undefined
  #statistics: { readonly sent: DeflateTraffic; readonly received: DeflateTraffic } | undefined
  /** Instead of the inflater, on a connection that takes messages as streams. */
  #pieces: DeflatePieces | undefined

  /** @param shareKey the same for sessions with equal options and an equal sending window */
  constructor(agreement: DeflateAgreement, options: DeflateSettings, codec: DeflateCodec, shareKey: object) {
    this.parameters = agreement.parameters
    this.#agreement = agreement
    this.#options = options
    this.#codec = codec
    this.shareKey = shareKey
  }

  get statistics(): { readonly sent: DeflateTraffic; readonly received: DeflateTraffic } {
    return (this.#statistics ??= { sent: new DeflateTraffic(), received: new DeflateTraffic() })
  }

  get heldBytes(): number {
    return (this.#deflater?.heldBytes ?? 0) + (this.#inflater?.heldBytes ?? 0) + (this.#incoming?.heldBytes ?? 0) + (this.#pieces?.heldBytes ?? 0)
  }

  get pieces(): DeflatePieces | undefined {
    const codec = this.#codec
    if (codec.pieceInflater === undefined) return undefined
    return (this.#pieces ??= new DeflatePieces(this.#options, this.statistics.received, () => codec.pieceInflater!(this.#agreement.receive)))
  }

  get incompleteBytes(): number {
    return this.#incoming?.heldBytes ?? 0
  }

  encode(frame: ExtensionFrame, options: EncodeOptions, done: ExtensionCallback): ExtensionFrame | typeof PENDING {
    const { first, fin, payload } = frame
    if (first) this.#sendingCompressed = this.#wantsCompression(frame, options)
    if (!this.#sendingCompressed) return this.#sent(frame, frame)
    // Section 7.2.3.6: an empty message is one empty stored block without its tail; so is an empty last fragment.
    if (payload.length === 0) {
      // The deflater does not see this end of the message (section 7.1.1).
      if (fin && !this.#agreement.send.contextTakeover) this.#deflater?.forget()
      return this.#sent(frame, compressedFrame(frame, fin ? new Uint8Array(1) : EMPTY))
    }
    const deflater = (this.#deflater ??= this.#codec.deflater(this.#agreement.send))
    return run(
      (settle) => deflater.deflate(payload, fin, settle),
      (bytes) => this.#deflated(frame, bytes, options),
      (error) => error,
      done,
    )
  }

  encodeShared(frame: ExtensionFrame, options: EncodeOptions, done: ExtensionCallback): ExtensionFrame | typeof PENDING {
    const { payload } = frame
    if (!this.#wantsCompression(frame, options)) return frame
    if (payload.length === 0) return compressedFrame(frame, new Uint8Array(1))
    const deflater = this.#codec.deflater({ windowBits: this.#agreement.send.windowBits, contextTakeover: false })
    return run(
      (settle) => deflater.deflate(payload, true, settle),
      (bytes) => {
        deflater.dispose()
        return smaller(frame, bytes, options) ?? frame
      },
      (error) => {
        deflater.dispose()
        return error
      },
      done,
    )
  }

  adoptShared(frame: ExtensionFrame, encoded: ExtensionFrame): void {
    if (encoded === frame) {
      this.statistics.sent.addPlain(frame.payload.length, true)
      return
    }
    // The peer's window holds a message that ours lacks: all our distances into it would be wrong.
    this.#deflater?.forget()
    this.statistics.sent.addCompressed(frame.payload.length, encoded.payload.length, true)
  }

  decode(frame: ExtensionFrame, budget: number, done: ExtensionCallback): ExtensionFrame | typeof PENDING {
    const { first, fin, payload } = frame
    const marked = (frame.rsv & RSV1) !== 0
    if (first) this.#receivingCompressed = marked
    else if (marked) throw rsv1OnContinuation()
    if (!this.#receivingCompressed) {
      this.statistics.received.addPlain(payload.length, fin)
      return frame
    }
    const incoming = (this.#incoming ??= new CompressedMessage())
    if (incoming.length + payload.length > 2 * budget + COMPRESSED_SLACK) throw tooManyCompressedBytes(incoming.length + payload.length)
    if (!fin) {
      incoming.append(payload)
      return this.#inflated(frame, EMPTY)
    }
    return this.#inflate(frame, incoming, incoming.end(payload), budget, done)
  }

  dispose(): void {
    this.#deflater?.dispose()
    this.#inflater?.dispose()
    this.#pieces?.dispose()
    this.#deflater = undefined
    this.#inflater = undefined
    this.#incoming?.clear()
  }

  #inflate(
    frame: ExtensionFrame,
    incoming: CompressedMessage,
    message: Uint8Array,
    budget: number,
    done: ExtensionCallback,
  ): ExtensionFrame | typeof PENDING {
    const { length } = incoming
    incoming.clear()
    // A whole message of no bytes: what a zlib that had nothing new to flush makes of an empty message.
    if (length === 0) return this.#inflated(frame, EMPTY)
    const { maxRatio, maxStreams } = this.#options
    const byRatio = Math.max(RATIO_FREE_BYTES, maxRatio * length)
    const limits = { output: Math.min(budget, byRatio), streams: maxStreams + Math.floor(length / BYTES_PER_STREAM) }
    const inflater = (this.#inflater ??= this.#codec.inflater(this.#agreement.receive))
    return run(
      (settle) => inflater.inflate(message, limits, settle),
      (bytes) => this.#inflated(frame, bytes),
      (error) => inflateFailure(error, { compressedBytes: length, maxRatio, maxStreams, limitedByRatio: byRatio < budget }),
      done,
    )
  }

  #wantsCompression({ opcode, fin, payload }: ExtensionFrame, { compress }: EncodeOptions): boolean {
    if (compress !== undefined) return compress
    // The size of a message is not known from its first fragment.
    if (fin && (payload.length < this.#options.threshold || payload.length === 0)) return false
    return this.#options.compress?.({ isText: opcode === 1, payload, complete: fin }) ?? true
  }

  #deflated(frame: ExtensionFrame, bytes: Uint8Array, options: EncodeOptions): ExtensionFrame {
    const compressed = smaller(frame, bytes, options)
    if (compressed === undefined) this.#deflater?.forget()
    return this.#sent(frame, compressed ?? frame)
  }

  #sent(from: ExtensionFrame, to: ExtensionFrame): ExtensionFrame {
    const traffic = this.statistics.sent
    if (this.#sendingCompressed && to !== from) traffic.addCompressed(from.payload.length, to.payload.length, from.fin)
    else traffic.addPlain(from.payload.length, from.fin)
    return to
  }

  #inflated(frame: ExtensionFrame, payload: Uint8Array): ExtensionFrame {
    this.statistics.received.addCompressed(payload.length, frame.payload.length, frame.fin)
    return { opcode: frame.opcode, first: frame.first, fin: frame.fin, rsv: frame.rsv & ~RSV1, payload }
  }
}

/** Runs a call of the codec, whose result may come at once or later. */
function run(
  call: (settle: DeflateCallback) => Uint8Array | undefined,
  succeed: (bytes: Uint8Array) => ExtensionFrame,
  fail: (error: unknown) => unknown,
  done: ExtensionCallback,
): ExtensionFrame | typeof PENDING {
  let bytes: Uint8Array | undefined
  try {
    bytes = call((result) => done(finish(result)))
  } catch (error) {
    throw fail(error)
  }
  return bytes === undefined ? PENDING : succeed(bytes)

  function finish(result: Uint8Array | Error): ExtensionFrame | Error {
    if (!(result instanceof Error)) return succeed(result)
    const error = fail(result)
    return error instanceof Error ? error : new Error('the codec failed', { cause: error })
  }
}

/** @returns undefined for a whole message that compression made no smaller, unless compression was forced */
function smaller(frame: ExtensionFrame, deflated: Uint8Array, options: EncodeOptions): ExtensionFrame | undefined {
  const payload = frame.fin ? deflated.subarray(0, deflated.length - TAIL_BYTES) : deflated
  if (options.compress !== true && frame.first && frame.fin && payload.length >= frame.payload.length) return undefined
  return compressedFrame(frame, payload)
}

function compressedFrame(frame: ExtensionFrame, payload: Uint8Array): ExtensionFrame {
  return { opcode: frame.opcode, first: frame.first, fin: frame.fin, rsv: frame.first ? frame.rsv | RSV1 : frame.rsv, payload }
}

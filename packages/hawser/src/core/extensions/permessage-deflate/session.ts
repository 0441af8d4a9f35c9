/** permessage-deflate on one connection after the opening handshake (RFC 7692 sections 6 and 7.2). */
import { ConnectionError, type Rule } from '../../errors.ts'
import { RSV1, type EncodeOptions, type ExtensionFrame, type ExtensionParameter, type ExtensionSession } from '../../protocol/extension.ts'
import { DeflateBudgetError, DeflateDataError, type DeflateCodec, type Deflater, type Inflater } from './deflate-codec.ts'
import type { DeflateAgreement } from './negotiation.ts'
import { RATIO_FREE_BYTES, type ResolvedOptions } from './options.ts'
import { EXTENSION_NAME } from './parameters.ts'
import { DeflateTraffic } from './statistics.ts'

/** Section 7.2.1: what every compressed message ends with and no frame carries. */
const TAIL_BYTES = 4
const EMPTY = new Uint8Array(0)

export class DeflateSession implements ExtensionSession {
  readonly name: string = EXTENSION_NAME
  readonly rsv: number = RSV1
  readonly parameters: readonly ExtensionParameter[]
  readonly shareKey: object
  readonly statistics: { readonly sent: DeflateTraffic; readonly received: DeflateTraffic } = {
    sent: new DeflateTraffic(),
    received: new DeflateTraffic(),
  }
  readonly #options: ResolvedOptions
  readonly #codec: DeflateCodec
  readonly #agreement: DeflateAgreement
  #deflater: Deflater | undefined
  #inflater: Inflater | undefined
  /** The message being sent, and the one being received, is a compressed one. */
  #sendingCompressed = false
  #receivingCompressed = false
  /** Of the message being received, so far. */
  #compressedBytes = 0
  #inflatedBytes = 0

  /** @param shareKey the same for sessions with equal options and an equal sending window */
  constructor(agreement: DeflateAgreement, options: ResolvedOptions, codec: DeflateCodec, shareKey: object) {
    this.parameters = agreement.parameters
    this.#agreement = agreement
    this.#options = options
    this.#codec = codec
    this.shareKey = shareKey
  }

  get heldBytes(): number {
    return (this.#deflater?.heldBytes ?? 0) + (this.#inflater?.heldBytes ?? 0)
  }

  encode(frame: ExtensionFrame, options: EncodeOptions): ExtensionFrame | Promise<ExtensionFrame> {
    const { first, fin, payload } = frame
    if (first) this.#sendingCompressed = this.#wantsCompression(frame, options)
    if (!this.#sendingCompressed) return this.#sent(frame, frame)
    // Section 7.2.3.6: an empty message is one empty stored block without its tail; so is an empty last fragment.
    if (payload.length === 0) return this.#sent(frame, compressedFrame(frame, fin ? new Uint8Array(1) : EMPTY))
    this.#deflater ??= this.#codec.deflater(this.#agreement.send)
    const deflated = this.#deflater.deflate(payload, fin)
    return isPromise(deflated) ? deflated.then((bytes) => this.#deflated(frame, bytes, options)) : this.#deflated(frame, deflated, options)
  }

  encodeShared(frame: ExtensionFrame, options: EncodeOptions): ExtensionFrame | Promise<ExtensionFrame> {
    const { payload } = frame
    if (!this.#wantsCompression(frame, options)) return frame
    if (payload.length === 0) return compressedFrame(frame, new Uint8Array(1))
    const deflater = this.#codec.deflater({ windowBits: this.#agreement.send.windowBits, contextTakeover: false })
    const finish = (bytes: Uint8Array): ExtensionFrame => {
      deflater.dispose()
      return smaller(frame, bytes, options) ?? frame
    }
    const deflated = deflater.deflate(payload, true)
    return isPromise(deflated) ? deflated.then(finish) : finish(deflated)
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

  decode(frame: ExtensionFrame, budget: number): ExtensionFrame | Promise<ExtensionFrame> {
    const { first, fin, payload } = frame
    const marked = (frame.rsv & RSV1) !== 0
    if (first) {
      this.#receivingCompressed = marked
      this.#compressedBytes = 0
      this.#inflatedBytes = 0
    } else if (marked) throw failure(RSV1_ON_CONTINUATION, 1002, 'RSV1 is set on a continuation frame')
    if (!this.#receivingCompressed) {
      this.statistics.received.addPlain(payload.length, fin)
      return frame
    }
    this.#compressedBytes += payload.length
    // A whole message of no bytes: what a zlib that had nothing new to flush makes of an empty message.
    if (this.#compressedBytes === 0) return this.#inflated(frame, EMPTY)
    this.#inflater ??= this.#codec.inflater(this.#agreement.receive)
    const byRatio = Math.max(RATIO_FREE_BYTES, this.#options.maxRatio * this.#compressedBytes) - this.#inflatedBytes
    const limit = Math.min(budget, byRatio)
    let inflated: Uint8Array | Promise<Uint8Array>
    try {
      inflated = this.#inflater.inflate(payload, fin, limit)
    } catch (error) {
      throw this.#inflateFailure(error, budget <= byRatio)
    }
    if (!isPromise(inflated)) return this.#inflated(frame, inflated)
    return inflated.then(
      (bytes) => this.#inflated(frame, bytes),
      (error: unknown) => {
        throw this.#inflateFailure(error, budget <= byRatio)
      },
    )
  }

  dispose(): void {
    this.#deflater?.dispose()
    this.#inflater?.dispose()
    this.#deflater = undefined
    this.#inflater = undefined
  }

  #wantsCompression({ opcode, fin, payload }: ExtensionFrame, { compress }: EncodeOptions): boolean {
    if (compress !== undefined) return compress
    // The size of a fragmented message is not known here; it is worth more than its first fragment.
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
    this.#inflatedBytes += payload.length
    this.statistics.received.addCompressed(payload.length, frame.payload.length, frame.fin)
    return { opcode: frame.opcode, first: frame.first, fin: frame.fin, rsv: frame.rsv & ~RSV1, payload }
  }

  #inflateFailure(error: unknown, byLimit: boolean): unknown {
    if (error instanceof DeflateDataError) {
      return failure(INFLATE, 1007, `a message marked as compressed is not DEFLATE data: ${error.message}`, error)
    }
    if (!(error instanceof DeflateBudgetError)) return error
    if (byLimit) return failure(MESSAGE_LIMIT, 1009, 'a compressed message is larger than limits.message once decompressed', error)
    const ratio = `more than ${this.#options.maxRatio} times the ${this.#compressedBytes} bytes received`
    return failure(RATIO_LIMIT, 1009, `a compressed message grows to ${ratio} and past ${RATIO_FREE_BYTES} bytes`, error)
  }
}

const RSV1_ON_CONTINUATION: Rule = {
  document: 'RFC 7692',
  section: '6',
  level: 'MUST NOT',
  text: 'An endpoint MUST NOT set the "Per-Message Compressed" bit of non-first fragments of a data message.',
}
const INFLATE: Rule = {
  document: 'RFC 7692',
  section: '7.2.2',
  level: 'MUST',
  text: 'A compressed message with 00 00 ff ff appended is a DEFLATE stream of whole blocks.',
}
const MESSAGE_LIMIT: Rule = {
  document: 'RFC 6455',
  section: '10.4',
  level: 'SHOULD',
  text: 'Endpoints limit the size of a message after reassembly; limits.message counts decompressed bytes.',
}
const RATIO_LIMIT: Rule = {
  document: 'RFC 7692',
  section: '8',
  level: 'policy',
  text: 'Endpoints protect themselves against small input that becomes large output; maxRatio is that limit.',
}

function failure(rule: Rule, closeCode: number, message: string, cause?: unknown): ConnectionError {
  return new ConnectionError(message, { fault: 'peer', closeCode, rule, ...(cause === undefined ? {} : { cause }) })
}

/** @returns undefined for a whole message that compression made no smaller, and that nobody wants compressed all the same */
function smaller(frame: ExtensionFrame, deflated: Uint8Array, options: EncodeOptions): ExtensionFrame | undefined {
  const payload = frame.fin ? deflated.subarray(0, deflated.length - TAIL_BYTES) : deflated
  if (options.compress !== true && frame.first && frame.fin && payload.length >= frame.payload.length) return undefined
  return compressedFrame(frame, payload)
}

function compressedFrame(frame: ExtensionFrame, payload: Uint8Array): ExtensionFrame {
  return { opcode: frame.opcode, first: frame.first, fin: frame.fin, rsv: frame.first ? frame.rsv | RSV1 : frame.rsv, payload }
}

function isPromise(value: Uint8Array | Promise<Uint8Array>): value is Promise<Uint8Array> {
  return typeof (value as Promise<Uint8Array>).then === 'function'
}

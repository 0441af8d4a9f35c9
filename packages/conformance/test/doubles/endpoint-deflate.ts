import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import type { EndpointOptions, Message } from './endpoint-options.ts'

/** permessage-deflate of one connection, both ways. */
export class EndpointDeflate {
  #options: EndpointOptions
  #m: (name: string) => boolean
  #ownHistory: Uint8Array = Buffer.alloc(0)
  #peerHistory: Uint8Array = Buffer.alloc(0)

  constructor(options: EndpointOptions, m: (name: string) => boolean) {
    this.#options = options
    this.#m = m
  }

  /** @param received how many messages came so far */
  inflate(packed: Buffer, message: Message, received: number): Buffer {
    const m = this.#m
    const peer = this.#options.agreed!.peer
    const takeover = m('inflate-without-takeover') ? false : m('inflate-keeps-context') ? true : peer.takeover
    const sources = m('inflate-by-fragment') ? message.parts : [packed]
    const outputs = sources.map((source) =>
      inflateRawSync(Buffer.concat([source, Buffer.from([0, 0, 0xff, 0xff])]), {
        windowBits: m('inflate-window-9') ? 9 : 15,
        ...(m('inflate-window-9') ? { chunkSize: 64 } : {}),
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(m('limit-off') || m('limit-of-compressed-size') ? {} : { maxOutputLength: this.#options.maxMessage }),
        ...(takeover && this.#peerHistory.length > 0 ? { dictionary: this.#peerHistory } : {}),
      }),
    )
    const plain = Buffer.concat(outputs)
    if (m('inflate-stops-at-64-KiB') && plain.length > 65536) throw new Error('too long')
    if (m('inflate-empty-refused') && plain.length === 0) throw new Error('empty')
    if (m('inflate-final-block-refused') && (packed[0]! & 1) === 1) throw new Error('final')
    if (m('inflate-stored-refused') && (packed[0]! & 6) === 0 && plain.length > 0) throw new Error('stored')
    if (m('context-lost-after-100-messages') && received % 100 === 0) this.#peerHistory = Buffer.alloc(0)
    this.#peerHistory = Buffer.concat([this.#peerHistory, plain]).subarray(m('inflate-window-short') ? -64 : -32768)
    return plain
  }

  deflate(plain: Buffer): Buffer {
    const m = this.#m
    const own = this.#options.agreed?.own ?? { bits: 15, takeover: true }
    const takeover = own.takeover || m('deflate-keeps-context')
    const bits = m('deflate-window-15') ? 15 : own.bits
    const packed = deflateRawSync(plain, {
      windowBits: Math.max(9, bits),
      level: bits === 8 || m('legal-stored') ? 0 : 6,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(takeover && this.#ownHistory.length > 0 ? { dictionary: this.#ownHistory } : {}),
    })
    if (takeover) this.#ownHistory = Buffer.concat([this.#ownHistory, plain]).subarray(-(1 << bits))
    if (m('deflate-damaged')) packed[0] = packed[0]! ^ 6
    return m('deflate-tail-cut-short') ? packed.subarray(0, -6) : packed.subarray(0, -4)
  }
}

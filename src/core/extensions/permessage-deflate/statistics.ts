/** What permessage-deflate did in one direction of one connection. Sizes in bytes of payload, without frame headers. */
export class DeflateTraffic {
  /** Whole messages, compressed or not. */
  messages = 0
  compressedMessages = 0
  /** Before compression, or after decompression. */
  rawBytes = 0
  /** As on the wire. */
  wireBytes = 0

  /** `rawBytes / wireBytes`; 1 while nothing was carried. */
  get ratio(): number {
    return this.wireBytes === 0 ? 1 : this.rawBytes / this.wireBytes
  }

  addPlain(bytes: number, fin: boolean): void {
    this.rawBytes += bytes
    this.wireBytes += bytes
    if (fin) this.messages++
  }

  addCompressed(rawBytes: number, wireBytes: number, fin: boolean): void {
    this.rawBytes += rawBytes
    this.wireBytes += wireBytes
    if (!fin) return
    this.messages++
    this.compressedMessages++
  }
}

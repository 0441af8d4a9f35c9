import type { ExtensionTraffic } from '../../protocol/extension.ts'

/** Counts messages and bytes in one direction of one connection. */
export class DeflateTraffic implements ExtensionTraffic {
  messages = 0
  compressedMessages = 0
  rawBytes = 0
  wireBytes = 0

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

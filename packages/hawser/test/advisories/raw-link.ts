import type { LinkOptions, MemoryServer } from '../../src/testing/index.ts'
import { settle } from '../../src/testing/index.ts'

/** A client that writes bytes as they are to a server in memory. */
export class RawLink {
  readonly #link: ReturnType<MemoryServer['link']>
  #received: Uint8Array[] = []
  closed = false

  constructor(server: MemoryServer, options?: LinkOptions) {
    this.#link = server.link(options)
    const { client } = this.#link
    client.attach({
      data: (chunk) => void this.#received.push(chunk),
      end: () => client.end(),
      drained: () => undefined,
      closed: () => void (this.closed = true),
    })
    client.resume()
  }

  /** Writes the bytes and lets the server work on them. Text is Latin-1. */
  async write(...parts: readonly (string | Uint8Array)[]): Promise<void> {
    this.#link.client.write(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
    await settle()
    await settle()
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#received)
  }

  /** The status code of the first response; 0 before it. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(this.bytes.toString('latin1'))?.[1] ?? 0)
  }

  /** The close code of the Close frame that is the last frame so far; 0 without one. */
  get closeCode(): number {
    const { bytes } = this
    const at = bytes.lastIndexOf(0x88)
    return at === -1 || at + 3 >= bytes.length ? 0 : bytes.readUInt16BE(at + 2)
  }
}

import { EventEmitter } from 'node:events'

/** What an endpoint takes for its socket: DATA of one stream. */
export class Carrier extends EventEmitter {
  #write: (bytes: Buffer) => void
  #end: () => void
  #reset: () => void
  constructor(write: (bytes: Buffer) => void, end: () => void, reset: () => void) {
    super()
    this.#write = write
    this.#end = end
    this.#reset = reset
  }
  write(bytes: Buffer): void {
    this.#write(bytes)
  }
  end(): void {
    this.#end()
    this.emit('close')
  }
  destroy(): void {
    this.#reset()
    this.emit('close')
  }
  resetAndDestroy(): void {
    this.destroy()
  }
}

export type Fields = readonly (readonly [string, string])[]

export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

export function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Literals with names of their own and without Huffman. */
export function encode(fields: Fields): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value, 'latin1')
    const length = bytes.length < 127 ? [bytes.length] : [127, ((bytes.length - 127) & 127) | 128, (bytes.length - 127) >> 7]
    return Buffer.concat([Buffer.from(length), bytes])
  }
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))
}

/** The same back, which is all that the suite sends. */
export function decode(block: Buffer): [string, string][] {
  const fields: [string, string][] = []
  let at = 0
  const text = (): string => {
    let length = block[at++]! & 127
    if (length === 127)
      for (let shift = 0; ; shift += 7) {
        const byte = block[at++]!
        length += (byte & 127) << shift
        if (byte < 128) break
      }
    return block.toString('latin1', at, (at += length))
  }
  while (at < block.length) {
    at++
    fields.push([text(), text()])
  }
  return fields
}

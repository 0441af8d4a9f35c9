import type { Bytes } from './specs.ts'
import type { DeflateContext } from './deflate.ts'

/** Small, fast and the same everywhere: what a run draws is fixed by its seed and the case's id. */
export class SeededRandom {
  #state: number

  constructor(seed: number, salt: string) {
    let state = seed | 0
    for (let index = 0; index < salt.length; index++) state = Math.imul(state ^ salt.charCodeAt(index), 0x01000193)
    this.#state = state === 0 ? 1 : state
  }

  next(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return x >>> 0
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    for (let index = 0; index < length; index++) bytes[index] = this.next() >>> 11
    return bytes
  }
}

export interface BytesContext {
  readonly random: SeededRandom
  /** The largest message the endpoint takes, where that is known. */
  readonly maxMessage: number
  readonly deflater: DeflateContext | undefined
  /** Random payloads by their place in the case, so that what is expected is what was sent. */
  readonly drawn: Map<object, Buffer>
}

export function toBytes(spec: Bytes | undefined, context: BytesContext): Buffer {
  if (spec === undefined) return Buffer.alloc(0)
  if (typeof spec === 'string') return Buffer.from(spec, 'utf8')
  if ('hex' in spec) return Buffer.from(spec.hex.replaceAll(' ', ''), 'hex')
  if ('latin1' in spec) return Buffer.from(spec.latin1, 'latin1')
  if ('overLimit' in spec) return Buffer.alloc(context.maxMessage + spec.overLimit, spec.fill)
  if ('fill' in spec) return Buffer.alloc(spec.length, spec.fill)
  if ('concat' in spec) return Buffer.concat(spec.concat.map((part) => toBytes(part, context)))
  if ('slice' in spec) return toBytes(spec.slice, context).subarray(spec.from, spec.to)
  const known = context.drawn.get(spec)
  if (known !== undefined) return known
  if ('random' in spec) {
    const bytes = context.random.bytes(spec.random)
    context.drawn.set(spec, bytes)
    return bytes
  }
  const plain = toBytes(spec.deflate, context)
  if (context.deflater === undefined) throw new Error('a case compresses without permessage-deflate')
  const packed = context.deflater.deflate(plain, spec)
  context.drawn.set(spec, packed)
  return packed
}

/** RFC 1951 as it reads, slow and with a window of exactly the size asked for: what no zlib refuses, this does. */
const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
]
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

export interface ReferenceResult {
  readonly bytes: Buffer
  /** The largest distance that was used. */
  readonly reach: number
}

/** @throws RangeError when a distance reaches beyond the window or the history, or the data end inside a block */
export function referenceInflate(input: Uint8Array, windowBytes: number, history: Uint8Array = new Uint8Array(0)): ReferenceResult {
  const out: number[] = [...history]
  let position = 0
  let reach = 0
  const bit = (): number => {
    const byte = input[position >>> 3]
    if (byte === undefined) throw new RangeError('the data end inside a block')
    return (byte >>> (position++ & 7)) & 1
  }
  const bits = (count: number): number => {
    let value = 0
    for (let i = 0; i < count; i++) value |= bit() << i
    return value
  }
  const symbol = (codes: ReadonlyMap<string, number>): number => {
    let code = ''
    for (;;) {
      code += bit()
      const found = codes.get(code)
      if (found !== undefined) return found
      if (code.length > 15) throw new RangeError('no such code')
    }
  }
  while (position < input.length * 8) {
    bit()
    const type = bits(2)
    if (type === 0) {
      position = (position + 7) & ~7
      const length = bits(16)
      if (bits(16) !== (length ^ 0xffff)) throw new RangeError('LEN and NLEN differ')
      for (let i = 0; i < length; i++) out.push(bits(8))
      continue
    }
    if (type === 3) throw new RangeError('reserved block type')
    const [literals, distances] = type === 1 ? fixedCodes() : dynamicCodes(bits, symbol)
    for (;;) {
      const literal = symbol(literals)
      if (literal === 256) break
      if (literal < 256) {
        out.push(literal)
        continue
      }
      const length = (LENGTH_BASE[literal - 257] ?? NaN) + bits(LENGTH_EXTRA[literal - 257] ?? 0)
      const code = symbol(distances)
      const distance = (DISTANCE_BASE[code] ?? NaN) + bits(Math.max(0, (code >>> 1) - 1))
      if (!(distance <= windowBytes && distance <= out.length)) throw new RangeError(`a distance of ${distance} in a window of ${windowBytes}`)
      reach = Math.max(reach, distance)
      for (let i = 0; i < length; i++) out.push(out[out.length - distance] ?? 0)
    }
  }
  return { bytes: Buffer.from(out.slice(history.length)), reach }
}

type Symbols = ReadonlyMap<string, number>

function fixedCodes(): [Symbols, Symbols] {
  const lengths = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))
  return [codesOf(lengths), codesOf(Array.from({ length: 30 }, () => 5))]
}

function dynamicCodes(bits: (count: number) => number, symbol: (codes: Symbols) => number): [Symbols, Symbols] {
  const literals = bits(5) + 257
  const distances = bits(5) + 1
  const count = bits(4) + 4
  const lengths = Array.from({ length: 19 }, () => 0)
  for (let i = 0; i < count; i++) lengths[CODE_ORDER[i] ?? 0] = bits(3)
  const codes = codesOf(lengths)
  const all: number[] = []
  while (all.length < literals + distances) {
    const next = symbol(codes)
    if (next < 16) all.push(next)
    else if (next === 16) all.push(...Array.from({ length: 3 + bits(2) }, () => all.at(-1) ?? 0))
    else all.push(...Array.from({ length: next === 17 ? 3 + bits(3) : 11 + bits(7) }, () => 0))
  }
  return [codesOf(all.slice(0, literals)), codesOf(all.slice(literals))]
}

function codesOf(lengths: readonly number[]): Symbols {
  const codes = new Map<string, number>()
  let code = 0
  for (let length = 1; length <= 15; length++) {
    for (const [symbol, own] of lengths.entries()) if (own === length) codes.set((code++).toString(2).padStart(length, '0'), symbol)
    code <<= 1
  }
  return codes
}

/** HPACK (RFC 7541) as far as the suite needs it: it sends literals, and reads what a peer sends that was told a dynamic table of 0. */

/** Appendix A, index 1 on. */
const staticTable: readonly (readonly [string, string])[] = (
  ':authority|:method GET|:method POST|:path /|:path /index.html|:scheme http|:scheme https|:status 200|:status 204|:status 206|:status 304|:status 400|' +
  ':status 404|:status 500|accept-charset|accept-encoding gzip, deflate|accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|' +
  'authorization|cache-control|content-disposition|content-encoding|content-language|content-length|content-location|content-range|content-type|cookie|' +
  'date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location|max-forwards|' +
  'proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie|strict-transport-security|transfer-encoding|user-agent|' +
  'vary|via|www-authenticate'
)
  .split('|')
  .map((entry) => {
    const space = entry.indexOf(' ')
    return space < 0 ? ([entry, ''] as const) : ([entry.slice(0, space), entry.slice(space + 1)] as const)
  })

/** Appendix B is a canonical code: the lengths give it. Characters of 15 bits and less, by length. */
const charactersByLength: readonly (readonly [number, string])[] = [
  [5, '012aceiost'],
  [6, ' %-./3456789=A_bdfghlmnpru'],
  [7, ':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz'],
  [8, '&*,;XZ'],
  [10, '!"()?'],
  [11, "'+|"],
  [12, '#>'],
  [13, '\0$@[]~'],
  [14, '^}'],
  [15, '<`{'],
]

function huffmanCodes(): Map<string, string> {
  const codes = new Map<string, string>()
  let code = 0
  let length = 5
  for (const [bits, characters] of charactersByLength) {
    code <<= bits - length
    length = bits
    for (const character of characters) codes.set((code++).toString(2).padStart(bits, '0'), character)
  }
  return codes
}

const codes: ReadonlyMap<string, string> = huffmanCodes()

function huffman(bytes: Uint8Array): string {
  let text = ''
  let code = ''
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code += (byte >> bit) & 1
      const character = codes.get(code)
      if (character === undefined) continue
      text += character
      code = ''
    }
  }
  if (/0/.test(code) || code.length > 7) throw new Error('a Huffman code that the suite does not know')
  return text
}

export function encodeFields(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), string(name), string(value)]))
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return Buffer.concat([integer(bytes.length), bytes])
}

function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  for (let rest = value - 127; ; rest >>= 7) {
    bytes.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest < 128) return Buffer.from(bytes)
  }
}

/** @throws Error for an index beyond the static table */
export function decodeFields(block: Uint8Array): [string, string][] {
  let at = 0
  const fields: [string, string][] = []
  const number = (prefix: number): number => {
    const mask = (1 << prefix) - 1
    let value = block[at++]! & mask
    if (value < mask) return value
    for (let shift = 0; ; shift += 7) {
      const byte = block[at++] ?? 0
      value += (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const text = (): string => {
    const packed = (block[at]! & 0x80) !== 0
    const length = number(7)
    const bytes = block.subarray(at, (at += length))
    return packed ? huffman(bytes) : Buffer.from(bytes).toString('latin1')
  }
  const entry = (index: number): readonly [string, string] => {
    const found = staticTable[index - 1]
    if (found === undefined) throw new Error(`the header block refers to entry ${index}, which a dynamic table of 0 does not have`)
    return found
  }
  while (at < block.length) {
    const first = block[at]!
    if ((first & 0x80) !== 0) {
      const [name, value] = entry(number(7))
      fields.push([name, value])
    } else if ((first & 0xe0) === 0x20) number(5)
    else {
      const index = number((first & 0x40) !== 0 ? 6 : 4)
      const name = index === 0 ? text() : entry(index)[0]
      fields.push([name, text()])
    }
  }
  return fields
}

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

/** Appendix B is a canonical code: the lengths give it. The last one of 30 bits is the end of the string. */
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
  [19, '\\\xc3\xd0'],
  [20, '\x80\x82\x83\xa2\xb8\xc2\xe0\xe2'],
  [21, '\x99\xa1\xa7\xac\xb0\xb1\xb3\xd1\xd8\xd9\xe3\xe5\xe6'],
  [22, '\x81\x84\x85\x86\x88\x92\x9a\x9c\xa0\xa3\xa4\xa9\xaa\xad\xb2\xb5\xb9\xba\xbb\xbd\xbe\xc4\xc6\xe4\xe8\xe9'],
  [23, '\x01\x87\x89\x8a\x8b\x8c\x8d\x8f\x93\x95\x96\x97\x98\x9b\x9d\x9e\xa5\xa6\xa8\xae\xaf\xb4\xb6\xb7\xbc\xbf\xc5\xe7\xef'],
  [24, '\x09\x8e\x90\x91\x94\x9f\xab\xce\xd7\xe1\xec\xed'],
  [25, '\xc7\xcf\xea\xeb'],
  [26, '\xc0\xc1\xc8\xc9\xca\xcd\xd2\xd5\xda\xdb\xee\xf0\xf2\xf3\xff'],
  [27, '\xcb\xcc\xd3\xd4\xd6\xdd\xde\xdf\xf1\xf4\xf5\xf6\xf7\xf8\xfa\xfb\xfc\xfd\xfe'],
  [28, '\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f\xdc\xf9'],
  [30, '\x0a\x0d\x16'],
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
  // RFC 7541 section 5.2: what is left is the beginning of the end of the string, and no whole byte of it.
  if (/0/.test(code) || code.length > 7) throw new Error('the padding of a Huffman-coded string is wrong')
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

/** @throws Error for an index beyond the static table, or a block that ends inside a field */
export function decodeFields(block: Uint8Array): [string, string][] {
  let at = 0
  const fields: [string, string][] = []
  const number = (prefix: number): number => {
    const mask = (1 << prefix) - 1
    let value = block[at++]! & mask
    if (value < mask) return value
    for (let shift = 0; ; shift += 7) {
      const byte = block[at++]
      if (byte === undefined || shift > 21) throw new Error('a number of the header block is cut off or too large')
      value += (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const text = (): string => {
    const packed = (block[at]! & 0x80) !== 0
    const length = number(7)
    if (at + length > block.length) throw new Error('the header block ends inside a string')
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

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 with padding (RFC 4648 section 4), for the short values of a handshake. */
export function encodeBase64(bytes: Uint8Array): string {
  let encoded = ''
  for (let position = 0; position < bytes.length; position += 3) {
    const bits = ((bytes[position] as number) << 16) | ((bytes[position + 1] ?? 0) << 8) | (bytes[position + 2] ?? 0)
    encoded += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 63) + ALPHABET.charAt((bits >> 6) & 63) + ALPHABET.charAt(bits & 63)
  }
  const padding = (3 - (bytes.length % 3)) % 3
  return padding === 0 ? encoded : encoded.slice(0, -padding) + '='.repeat(padding)
}

/** Base64 without padding and with the alphabet for URLs (RFC 4648 section 5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** @returns undefined for anything that is not base64url; padding is not allowed */
export function decodeBase64Url(encoded: string): Uint8Array | undefined {
  if (encoded.length % 4 === 1 || !/^[\w-]*$/.test(encoded)) return undefined
  const bytes = new Uint8Array(Math.floor((encoded.length * 3) / 4))
  let held = 0
  let bits = 0
  let length = 0
  for (const character of encoded) {
    held = (held << 6) | ALPHABET.indexOf(character === '-' ? '+' : character === '_' ? '/' : character)
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[length++] = held >> bits
    held &= (1 << bits) - 1
  }
  // The unused bits of the last character are zero, so that one value has one encoding.
  return held === 0 ? bytes : undefined
}

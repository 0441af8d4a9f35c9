import { encodeBase64 } from '../base64.ts'
import type { RandomSource, Sha1Base64 } from '../platform.ts'

/** RFC 6455 section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Sec-WebSocket-Accept for a Sec-WebSocket-Key: base64(SHA-1(key + GUID)) (RFC 6455 section 4.2.2). */
export function acceptKey(key: string, sha1Base64: Sha1Base64): string {
  return sha1Base64(key + GUID)
}

/**
 * Base64 of 16 bytes (RFC 6455 section 4.2.1): 22 characters of the alphabet and `==`. The four unused bits of the last character may have any
 * value: the example of section 4.1, `AQIDBAUGBwgJCgsMDQ4PEC==`, is not canonical.
 */
export function isValidKey(key: string): boolean {
  if (key.length !== 24 || key.charCodeAt(22) !== 0x3d || key.charCodeAt(23) !== 0x3d) return false
  for (let position = 0; position < 22; position++) {
    const code = key.charCodeAt(position)
    const inAlphabet =
      (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2f
    if (!inAlphabet) return false
  }
  return true
}

/** Sec-WebSocket-Key: canonical Base64 of 16 unpredictable bytes, new for each connection (RFC 6455 section 4.1). */
export function generateKey(random: RandomSource): string {
  const nonce = new Uint8Array(16)
  random.fill(nonce.subarray())
  return encodeBase64(nonce)
}

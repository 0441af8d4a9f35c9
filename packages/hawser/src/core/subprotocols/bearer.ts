/**
 * A bearer credential smuggled in as the name of a subprotocol, since browsers let a page set no other field of the opening
 * handshake. The server's hook reads it; it is declared nowhere, so it is never chosen and never echoed.
 */

/** The prefix that the Kubernetes API server made known. */
export const BEARER_PREFIX = 'base64url.bearer.authorization.k8s.io.'

export interface BearerOptions {
  /** What the offered name begins with. Default {@link BEARER_PREFIX}. */
  readonly prefix?: string
  /** `plain` for tokens that are put in as they are, such as a JSON Web Token. Default `base64url`. */
  readonly encoding?: 'base64url' | 'plain'
}

/**
 * Reads the credential out of the names that a client offered.
 * @returns undefined when there is none, when it is malformed, and when there are two: it must not be ambiguous who asks.
 * The credential is 1*VCHAR, which RFC 6750 section 2.1 (b64token) is part of.
 */
export function readBearer(subprotocols: readonly string[], options: BearerOptions = {}): string | undefined {
  const prefix = options.prefix ?? BEARER_PREFIX
  const carriers = subprotocols.filter((name) => name.startsWith(prefix))
  const [carrier] = carriers
  if (carrier === undefined || carriers.length > 1) return undefined
  const encoded = carrier.slice(prefix.length)
  const token = options.encoding === 'plain' ? encoded : decodeBase64Url(encoded)
  return token !== undefined && /^[\x21-\x7e]+$/.test(token) ? token : undefined
}

/**
 * The name under which a client offers a credential, beside the subprotocols it wants to speak.
 * @throws RangeError for a credential that is empty or holds other characters than VCHAR; the message does not show it
 */
export function bearerName(token: string, options: BearerOptions = {}): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new RangeError('a bearer credential is one or more visible ASCII characters (RFC 6750 section 2.1)')
  const name = (options.prefix ?? BEARER_PREFIX) + (options.encoding === 'plain' ? token : encodeBase64Url(token))
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name))
    throw new RangeError('with this prefix and encoding the credential makes no token (RFC 9110 section 5.6.2)')
  return name
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** RFC 4648 section 5, ASCII content. @returns undefined for what is not base64url; padding is not allowed, since `=` is no tchar */
function decodeBase64Url(encoded: string): string | undefined {
  if (encoded.length % 4 === 1) return undefined
  let decoded = ''
  let bits = 0
  let held = 0
  for (const character of encoded) {
    const value = ALPHABET.indexOf(character)
    if (value < 0) return undefined
    held = (held << 6) | value
    bits += 6
    if (bits >= 8) {
      bits -= 8
      decoded += String.fromCharCode((held >> bits) & 0xff)
      held &= (1 << bits) - 1
    }
  }
  return held === 0 ? decoded : undefined
}

function encodeBase64Url(text: string): string {
  let encoded = ''
  let bits = 0
  let held = 0
  for (let index = 0; index < text.length; index++) {
    held = (held << 8) | text.charCodeAt(index)
    bits += 8
    while (bits >= 6) {
      bits -= 6
      encoded += ALPHABET.charAt((held >> bits) & 63)
      held &= (1 << bits) - 1
    }
  }
  return bits === 0 ? encoded : encoded + ALPHABET.charAt((held << (6 - bits)) & 63)
}

/**
 * A bearer credential in the place of a subprotocol name, because browsers let a page set no other field of the opening handshake. The server's
 * hook reads it; no server declares it, so it is never selected and never echoed.
 */
import { decodeBase64Url, encodeBase64Url } from '../base64.ts'
import { OptionError } from '../errors.ts'
import { checkOptions } from '../option-names.ts'

/** The prefix that the Kubernetes API server introduced. */
export const BEARER_PREFIX = 'base64url.bearer.authorization.k8s.io.'

/** Options of `bearerName` and `readBearer`. */
export interface BearerOptions {
  /** The beginning of the offered name. Default {@link BEARER_PREFIX}. */
  readonly prefix?: string
  /** `plain` for credentials that are tokens already, such as a JSON Web Token. Default `base64url`. */
  readonly encoding?: 'base64url' | 'plain'
}

/**
 * Reads the credential from the names that a client offered.
 * @returns undefined when there is none, when it is malformed, and when there are two, because the requester must not be ambiguous.
 * The credential is 1*VCHAR, which includes the b64token of RFC 6750 section 2.1.
 * @throws OptionError for a wrong option
 */
export function readBearer(subprotocols: readonly string[], options: BearerOptions = {}): string | undefined {
  checkBearerOptions(options)
  const prefix = options.prefix ?? BEARER_PREFIX
  const carriers = subprotocols.filter((name) => name.startsWith(prefix))
  const [carrier] = carriers
  if (carrier === undefined || carriers.length > 1) return undefined
  const encoded = carrier.slice(prefix.length)
  const token = options.encoding === 'plain' ? encoded : decodeCredential(encoded)
  return token !== undefined && /^[\x21-\x7e]+$/.test(token) ? token : undefined
}

/**
 * The name that offers a credential; a client sends it beside the subprotocols it wants to speak.
 * @throws OptionError for a wrong option; RangeError for a credential that is empty or contains anything but VCHAR; the message does not show it
 */
export function bearerName(token: string, options: BearerOptions = {}): string {
  checkBearerOptions(options)
  if (!/^[\x21-\x7e]+$/.test(token)) throw new RangeError('a bearer credential is one or more visible ASCII characters (RFC 6750 section 2.1)')
  const name = (options.prefix ?? BEARER_PREFIX) + (options.encoding === 'plain' ? token : encodeCredential(token))
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name))
    throw new RangeError('the prefix and the encoded credential do not form a token (RFC 9110 section 5.6.2)')
  return name
}

function checkBearerOptions(options: BearerOptions): void {
  checkOptions(options, ['prefix', 'encoding'])
  const { prefix, encoding } = options
  if (prefix !== undefined && typeof prefix !== 'string') throw new OptionError('prefix', 'a string', prefix)
  if (encoding !== undefined && encoding !== 'base64url' && encoding !== 'plain')
    throw new OptionError('encoding', '"base64url" or "plain"', encoding)
}

function decodeCredential(encoded: string): string | undefined {
  const bytes = decodeBase64Url(encoded)
  return bytes === undefined ? undefined : Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

function encodeCredential(token: string): string {
  return encodeBase64Url(Uint8Array.from(token, (character) => character.charCodeAt(0)))
}

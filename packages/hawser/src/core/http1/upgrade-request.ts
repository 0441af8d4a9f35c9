import { OptionError } from '../errors.ts'
import { readCallerFields } from '../handshake/caller-fields.ts'
import { isFieldValue, serializeExtensions } from '../handshake/field-values.ts'
import { isValidKey } from '../handshake/accept-key.ts'
import { normalizeOrigin } from '../handshake/origin.ts'
import { SUPPORTED_VERSION } from '../handshake/refusals.ts'
import { checkSubprotocolNames } from '../handshake/subprotocol.ts'
import type { ExtensionElement } from '../protocol/extension.ts'
import type { CallerFields } from '../handshake/caller-fields.ts'

export interface UpgradeRequestOptions {
  /** Path and query, percent-encoded. */
  readonly target: string
  /** The value of Host: the port only where it is not the scheme's default. */
  readonly authority: string
  /** From `generateKey`, new for each connection. */
  readonly key: string
  readonly subprotocols?: readonly string[]
  /** From `buildExtensionOffers`. */
  readonly extensions?: readonly ExtensionElement[]
  /** A serialized origin: `scheme://host[:port]` or `null`. */
  readonly origin?: string | undefined
  /** Added after the handshake's own fields. */
  readonly headers?: CallerFields | undefined
}

/**
 * The client's request as it goes on the wire, to be written as Latin-1; nothing may follow it before the 101 (RFC 6455 section 4.1, RFC 9931).
 * @throws OptionError for names or values that HTTP or RFC 6455 do not allow, and for fields that the handshake owns
 */
export function buildUpgradeRequest(options: UpgradeRequestOptions): string {
  const { target, authority, key, subprotocols, extensions, origin, headers } = options
  if (!/^\/[\x21\x22\x24-\x7e]*$/.test(target))
    throw new OptionError('target', 'a path with an optional query, percent-encoded, without a fragment', target)
  if (authority === '' || !isFieldValue(authority)) throw new OptionError('authority', 'host[:port]', authority)
  if (!isValidKey(key)) throw new OptionError('key', 'the base64 of 16 bytes', key)
  let head =
    `GET ${target} HTTP/1.1\r\nHost: ${authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: ${SUPPORTED_VERSION}\r\n`
  if (subprotocols !== undefined && subprotocols.length > 0) {
    checkSubprotocolNames(subprotocols, 'subprotocols')
    head += `Sec-WebSocket-Protocol: ${subprotocols.join(', ')}\r\n`
  }
  if (extensions !== undefined && extensions.length > 0) head += `Sec-WebSocket-Extensions: ${serializeExtensions(extensions)}\r\n`
  if (origin !== undefined) {
    if (normalizeOrigin(origin) === undefined) throw new OptionError('origin', '`scheme://host[:port]` without a path, or `null`', origin)
    head += `Origin: ${origin}\r\n`
  }
  for (const [name, value] of readCallerFields(headers, 'headers', 'request')) head += `${name}: ${value}\r\n`
  return `${head}\r\n`
}

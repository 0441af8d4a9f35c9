import { OptionError } from '../errors.ts'
import { readCallerFields } from '../handshake/caller-fields.ts'
import { isFieldValue, serializeExtensions } from '../handshake/field-values.ts'
import { normalizeOrigin } from '../handshake/origin.ts'
import { SUPPORTED_VERSION } from '../handshake/refusals.ts'
import { checkSubprotocolNames } from '../handshake/subprotocol.ts'
import type { ExtensionElement } from '../protocol/extension.ts'
import type { CallerFields } from '../handshake/caller-fields.ts'
import type { FieldLine } from '../handshake/fields.ts'

export interface ConnectRequestOptions {
  /** https for wss, http for ws (RFC 8441 section 5). */
  readonly scheme: 'http' | 'https'
  /** Path and query, percent-encoded. */
  readonly target: string
  /** host[:port], the port only where it is not the scheme's default. */
  readonly authority: string
  readonly subprotocols?: readonly string[]
  /** From `buildExtensionOffers`. */
  readonly extensions?: readonly ExtensionElement[]
  readonly origin?: string | undefined
  readonly headers?: CallerFields | undefined
}

/**
 * The client's Extended CONNECT: pseudo-header fields first, names in lower case (RFC 9113 section 8.3), without Upgrade, Connection, Host and
 * Sec-WebSocket-Key (RFC 8441 section 5).
 * @throws OptionError for names or values that HTTP or RFC 6455 do not allow, and for fields that the handshake owns
 */
export function buildConnectRequest(options: ConnectRequestOptions): readonly FieldLine[] {
  const { scheme, target, authority, subprotocols, extensions, origin, headers } = options
  if (!/^\/[\x21\x22\x24-\x7e]*$/.test(target))
    throw new OptionError('target', 'a path with an optional query, percent-encoded, without a fragment', target)
  if (authority === '' || !isFieldValue(authority)) throw new OptionError('authority', 'host[:port]', authority)
  const lines: FieldLine[] = [
    [':method', 'CONNECT'],
    [':protocol', 'websocket'],
    [':scheme', scheme],
    [':path', target],
    [':authority', authority],
    ['sec-websocket-version', SUPPORTED_VERSION],
  ]
  if (subprotocols !== undefined && subprotocols.length > 0) {
    checkSubprotocolNames(subprotocols, 'subprotocols')
    lines.push(['sec-websocket-protocol', subprotocols.join(', ')])
  }
  if (extensions !== undefined && extensions.length > 0) lines.push(['sec-websocket-extensions', serializeExtensions(extensions)])
  if (origin !== undefined) {
    if (normalizeOrigin(origin) === undefined) throw new OptionError('origin', '`scheme://host[:port]` without a path, or `null`', origin)
    lines.push(['origin', origin])
  }
  for (const [name, value] of readCallerFields(headers, 'headers', 'request')) lines.push([name.toLowerCase(), value])
  return lines
}

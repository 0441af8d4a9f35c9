import { OptionError } from '../errors.ts'
import { readCallerFields } from './caller-fields.ts'
import { isFieldValue, serializeExtensions } from './field-values.ts'
import { checkOriginOption } from './origin.ts'
import { SUPPORTED_VERSION } from './refusals.ts'
import { checkSubprotocolNames } from './subprotocol.ts'
import type { ExtensionElement } from '../protocol/extension.ts'
import type { CallerFields } from './caller-fields.ts'
import type { FieldLine } from './fields.ts'

/** The parts of a client's opening handshake that do not depend on the HTTP version. */
export interface OpeningOptions {
  /** Path and query, percent-encoded. */
  readonly target: string
  /** `host[:port]`, the port only where it is not the scheme's default. */
  readonly authority: string
  /** Offered in this order (RFC 6455 section 4.1). Default: none. */
  readonly subprotocols?: readonly string[]
  /** From `buildExtensionOffers`. */
  readonly extensions?: readonly ExtensionElement[]
  /** A serialized origin: `scheme://host[:port]` or `null`. */
  readonly origin?: string | undefined
  /** Added after the handshake's own fields. */
  readonly headers?: CallerFields | undefined
}

/**
 * The field lines that the opening handshake has in every HTTP version (RFC 6455 section 4.1, RFC 8441 section 5), in order. HTTP/2 needs their
 * names in lower case.
 * @throws OptionError for names or values that HTTP or RFC 6455 do not allow, and for fields that the handshake owns
 */
export function buildOpeningFields(options: OpeningOptions): readonly FieldLine[] {
  const { target, authority, subprotocols, extensions, origin, headers } = options
  if (!/^\/[\x21\x22\x24-\x7e]*$/.test(target)) {
    throw new OptionError('target', 'a path with an optional query, percent-encoded, without a fragment', target)
  }
  if (authority === '' || !isFieldValue(authority)) throw new OptionError('authority', '`host[:port]`', authority)
  const lines: FieldLine[] = [['Sec-WebSocket-Version', SUPPORTED_VERSION]]
  if (subprotocols !== undefined && subprotocols.length > 0) {
    checkSubprotocolNames(subprotocols, 'subprotocols')
    lines.push(['Sec-WebSocket-Protocol', subprotocols.join(', ')])
  }
  if (extensions !== undefined && extensions.length > 0) lines.push(['Sec-WebSocket-Extensions', serializeExtensions(extensions)])
  if (origin !== undefined) {
    checkOriginOption(origin)
    lines.push(['Origin', origin])
  }
  lines.push(...readCallerFields(headers, 'headers', 'request'))
  return lines
}

import { buildOpeningFields } from '../handshake/opening-fields.ts'
import type { FieldLine } from '../handshake/fields.ts'
import type { OpeningOptions } from '../handshake/opening-fields.ts'

/** The parts of a client's Extended CONNECT (RFC 8441 section 4). */
export interface ConnectRequestOptions extends OpeningOptions {
  /** https for wss, http for ws (RFC 8441 section 5). */
  readonly scheme: 'http' | 'https'
}

/**
 * The client's Extended CONNECT: pseudo-header fields first, names in lower case (RFC 9113 section 8.3), without Upgrade, Connection, Host and
 * Sec-WebSocket-Key (RFC 8441 section 5).
 * @throws OptionError for names or values that HTTP or RFC 6455 do not allow, and for fields that the handshake owns
 */
export function buildConnectRequest(options: ConnectRequestOptions): readonly FieldLine[] {
  const { scheme, target, authority } = options
  const fields = buildOpeningFields(options)
  return [
    [':method', 'CONNECT'],
    [':protocol', 'websocket'],
    [':scheme', scheme],
    [':path', target],
    [':authority', authority],
    ...fields.map(([name, value]): FieldLine => [name.toLowerCase(), value]),
  ]
}

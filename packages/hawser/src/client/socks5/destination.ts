import { HandshakeError } from '../../core/errors.ts'
import { parseAddressBits } from '../no-proxy.ts'

/** The server that a SOCKS proxy is asked for. */
export interface Destination {
  /** An IP address, an IPv6 one without brackets, or a name that the proxy resolves. */
  readonly host: string
  readonly port: number
  /** For messages: `host:port`. */
  readonly where: string
}

/** The length of a name is one octet (RFC 1928 section 5). */
const maxName = 255

/**
 * @param name for messages, if `host` is one of its addresses
 * @throws HandshakeError for a name that is too long for SOCKS
 */
export function destinationOf(host: string, port: number, name?: string): Destination {
  const length = new TextEncoder().encode(host).length
  if (length > maxName) {
    throw new HandshakeError(`the host name has ${length} bytes, and a SOCKS proxy takes at most ${maxName}`, {
      stage: 'proxy',
      fault: 'application',
      rule: { document: 'RFC 1928', section: '5', level: 'MUST', text: 'The length of a domain name is given in one octet.' },
    })
  }
  const shown = host.includes(':') ? `[${host}]` : host
  return { host, port, where: name === undefined ? `${shown}:${port}` : `${name}:${port} (${shown})` }
}

/** ATYP and DST.ADDR of RFC 1928 section 5. */
export function encodeDestination({ host }: Destination): readonly number[] {
  const parts = parseAddressBits(host)?.map(Number)
  if (parts === undefined) {
    const name = new TextEncoder().encode(host)
    return [3, name.length, ...name]
  }
  return parts.length === 4 ? [1, ...parts] : [4, ...parts.flatMap((group) => [group >> 8, group & 0xff])]
}

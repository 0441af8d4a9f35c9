/** The PROXY protocol, versions 1 and 2, as HAProxy's doc/proxy-protocol.txt specifies it; sections are those of that document. */
import { formatIpv6, isIpv4, readIpv6 } from './ip-address.ts'

/** Both ends of the connection that a proxy passes on: `remote` is its client, `local` the address that the client connected to. */
export interface ProxiedAddresses {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
}

/**
 * `done`: `addresses` is undefined if the transport's own count: a connection of the proxy itself, or of a family that has no such addresses.
 * `consumed` counts in the last chunk.
 */
export type ProxyHeaderResult =
  | { readonly kind: 'more' }
  | { readonly kind: 'done'; readonly addresses: ProxiedAddresses | undefined; readonly consumed: number }
  | { readonly kind: 'refused'; readonly reason: string }

const encode = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))
const signature1 = encode('PROXY ')
const signature2 = encode('\r\n\r\n\0\r\nQUIT\n')
const missing = 'the connection does not begin with a header of the PROXY protocol'

/** Section 2.1: the longest line of version 1, with its CRLF. */
const maxLine = 107
const head2 = 16
const lf = 0x0a
const cr = 0x0d

/** Section 2.2: bytes of the addresses of each family: unspecified, IPv4, IPv6, Unix. */
const addressBytes = [0, 12, 36, 216] as const

const more: ProxyHeaderResult = Object.freeze({ kind: 'more' })

/** Reads one header. Addresses need at most 107 bytes of memory: type-length-value fields, up to 65535 bytes, are skipped. */
export class ProxyHeaderParser {
  readonly #bytes = new Uint8Array(maxLine)
  #length = 0
  #addresses: ProxiedAddresses | undefined
  /** Bytes of version 2 that are left to skip; -1 before the addresses are complete. */
  #skip = -1

  /** Whether the first byte has arrived. */
  get hasBegun(): boolean {
    return this.#length > 0
  }

  push(chunk: Uint8Array): ProxyHeaderResult {
    let at = 0
    while (this.#skip === -1 && at < chunk.byteLength) {
      this.#bytes[this.#length++] = chunk[at++] as number
      const wrong = this.#bytes[0] === cr ? this.#readBinary() : this.#readLine()
      if (wrong !== undefined) return { kind: 'refused', reason: wrong }
    }
    if (this.#skip === -1) return more
    const skipped = Math.min(this.#skip, chunk.byteLength - at)
    this.#skip -= skipped
    return this.#skip > 0 ? more : { kind: 'done', addresses: this.#addresses, consumed: at + skipped }
  }

  /** Version 1, after one more byte. @returns what is wrong */
  #readLine(): string | undefined {
    const bytes = this.#bytes
    const length = this.#length
    const last = bytes[length - 1]
    if (length <= signature1.length) return last === signature1[length - 1] ? undefined : missing
    if (last === lf && bytes[length - 2] === cr) return this.#finishLine(String.fromCharCode(...bytes.subarray(signature1.length, length - 2)))
    if (last === lf || bytes[length - 2] === cr) return 'the PROXY line does not end with CR LF'
    return length === maxLine ? `the PROXY line has more than ${maxLine} bytes` : undefined
  }

  #finishLine(line: string): string | undefined {
    const [family, remoteAddress = '', localAddress = '', remotePort = '', localPort = '', ...others] = line.split(' ')
    this.#skip = 0
    if (family === 'UNKNOWN') return undefined
    if (family !== 'TCP4' && family !== 'TCP6') return `the PROXY line has the family ${JSON.stringify(family)} (known: TCP4, TCP6, UNKNOWN)`
    const remote = readAddress(family, remoteAddress)
    const local = readAddress(family, localAddress)
    if (remote === undefined || local === undefined || !isPort(remotePort) || !isPort(localPort) || others.length > 0) {
      return `the PROXY line ${JSON.stringify(line)} does not have two addresses of its family and two ports`
    }
    this.#addresses = { remoteAddress: remote, remotePort: Number(remotePort), localAddress: local, localPort: Number(localPort) }
    return undefined
  }

  /** Version 2, after one more byte. @returns what is wrong */
  #readBinary(): string | undefined {
    const bytes = this.#bytes
    const length = this.#length
    const last = bytes[length - 1] as number
    if (length <= signature2.length) return last === signature2[length - 1] ? undefined : missing
    if (length === 13) {
      if (last >> 4 !== 2) return `the PROXY header has version ${last >> 4} in its binary form, which is version 2`
      return (last & 0xf) > 1 ? `the PROXY header has the command ${last & 0xf} (known: 0, LOCAL; 1, PROXY)` : undefined
    }
    if (length < head2) return undefined
    const isLocal = (bytes[12] as number) === 0x20
    const family = (bytes[13] as number) >> 4
    const protocol = (bytes[13] as number) & 0xf
    const size = readUint16(bytes, 14)
    // A LOCAL header's family is ignored, whatever it is; a datagram has no connection, so its addresses count as unspecified.
    const needed = isLocal ? 0 : addressBytes[family]
    if (needed === undefined || (!isLocal && protocol > 2))
      return `the PROXY header has the unknown family or protocol 0x${family.toString(16)}${protocol.toString(16)}`
    if (size < needed) return `the PROXY header has ${size} bytes of addresses, and its family needs ${needed}`
    const isTcp = !isLocal && protocol === 1 && (family === 1 || family === 2)
    const end = head2 + (isTcp ? needed : 0)
    if (length < end) return undefined
    this.#skip = size - (end - head2)
    if (isTcp) this.#addresses = readBinaryAddresses(bytes.subarray(head2, end), (needed - 4) / 2)
    return undefined
  }
}

function readAddress(family: 'TCP4' | 'TCP6', text: string): string | undefined {
  if (family === 'TCP4') return isIpv4(text) ? text : undefined
  const groups = text.includes('%') ? undefined : readIpv6(text)
  return groups === undefined ? undefined : formatIpv6(groups)
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 0xffff
}

/** @param size bytes of one address */
function readBinaryAddresses(bytes: Uint8Array, size: number): ProxiedAddresses {
  const format = (address: Uint8Array): string =>
    size === 4 ? address.join('.') : formatIpv6(Array.from({ length: 8 }, (_, index) => readUint16(address, 2 * index)))
  return {
    remoteAddress: format(bytes.subarray(0, size)),
    remotePort: readUint16(bytes, 2 * size),
    localAddress: format(bytes.subarray(size, 2 * size)),
    localPort: readUint16(bytes, 2 * size + 2),
  }
}

function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

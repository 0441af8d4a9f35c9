import { mappedIpv4, readIpv6 } from './ip-address.ts'

/**
 * The address under which the connections of one client are counted: an IPv4 address as it is, also one that is mapped to IPv6, and the first bits of
 * an IPv6 address, since one subscriber has a whole subnet (RFC 6177 section 2).
 * @param prefix bits of an IPv6 address that count, 1 to 128
 */
export function addressGroup(address: string, prefix: number): string {
  if (!address.includes(':')) return address
  const groups = readIpv6(address)
  if (groups === undefined) return address
  return (
    mappedIpv4(groups) ??
    groups.map((group, index) => (group & (0xffff << (16 - Math.min(16, Math.max(0, prefix - 16 * index))))).toString(16)).join(':')
  )
}

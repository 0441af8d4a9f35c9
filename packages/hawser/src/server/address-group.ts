/**
 * The address under which the connections of one client are counted: an IPv4 address as it is, also one that is mapped to IPv6 (RFC 4291 section
 * 2.5.5.2), and the first bits of an IPv6 address, since one subscriber has a whole subnet (RFC 6177 section 2).
 * @param prefix bits of an IPv6 address that count, 1 to 128
 */
export function addressGroup(address: string, prefix: number): string {
  if (!address.includes(':')) return address
  const groups = readGroups(address)
  if (groups === undefined) return address
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.')
  }
  return groups.map((group, index) => (group & (0xffff << (16 - Math.min(16, Math.max(0, prefix - 16 * index))))).toString(16)).join(':')
}

/** The eight groups of an IPv6 address (RFC 4291 section 2.2), without its zone; undefined for other text. */
function readGroups(address: string): readonly number[] | undefined {
  const text = address.replace(/%.*$/s, '').replace(/(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/, (_, ...octets: string[]) => {
    const [a, b, c, d] = octets.slice(0, 4).map(Number) as [number, number, number, number]
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? groups.map((group) => Number.parseInt(group, 16)) : undefined
}

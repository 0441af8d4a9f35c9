const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/** Four numbers from 0 to 255 without leading zeros. */
export function isIpv4(address: string): boolean {
  return ipv4.test(address)
}

/** The eight groups of an IPv6 address (RFC 4291 section 2.2), without its zone; undefined for other text. */
export function readIpv6(address: string): readonly number[] | undefined {
  const text = address.replace(/%.*$/s, '').replace(/[^:]*\.[^:]*$/, (last) => {
    if (!isIpv4(last)) return last
    const [a, b, c, d] = last.split('.').map(Number) as [number, number, number, number]
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

/** The IPv4 address that eight groups map to IPv6 (RFC 4291 section 2.5.5.2); undefined for other addresses. */
export function mappedIpv4(groups: readonly number[]): string | undefined {
  if (groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return undefined
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}

/** The canonical text of eight groups (RFC 5952 sections 4 and 5). */
export function formatIpv6(groups: readonly number[]): string {
  const mapped = mappedIpv4(groups)
  if (mapped !== undefined) return `::ffff:${mapped}`
  let start = -1
  let length = 1
  for (let from = 0; from < groups.length; from++) {
    let to = from
    while (groups[to] === 0) to++
    if (to - from > length) {
      start = from
      length = to - from
    }
  }
  const texts = groups.map((group) => group.toString(16))
  return start === -1 ? texts.join(':') : `${texts.slice(0, start).join(':')}::${texts.slice(start + length).join(':')}`
}

import { OptionError } from '../core/errors.ts'
import { isIpv4, readIpv6 } from './ip-address.ts'

/** The addresses whose first `bits` are those of `groups`. */
interface Range {
  readonly groups: readonly number[]
  readonly bits: number
}

/**
 * Whether an address is in a list of an option. An IPv4 address and the same one mapped to IPv6 are equal.
 * @throws OptionError for an entry that is neither an address, nor one with a prefix length, nor `unix`
 */
export function createTrust(
  addresses: readonly string[],
  option: 'trustProxy' | 'proxyProtocol' = 'trustProxy',
): (address: string | undefined) => boolean {
  if (!Array.isArray(addresses)) throw new OptionError(option, 'an array of addresses', addresses)
  const ranges: Range[] = []
  let unix = false
  for (const [index, entry] of (addresses as readonly unknown[]).entries()) {
    if (entry === 'unix') {
      unix = true
      continue
    }
    const range = typeof entry === 'string' ? readRange(entry) : undefined
    if (range === undefined) {
      throw new OptionError(`${option}[${index}]`, 'an IP address, a range such as 10.0.0.0/8, or unix for peers of a Unix domain socket', entry)
    }
    ranges.push(range)
  }
  return (address) => {
    if (address === undefined) return unix
    const groups = readGroups(address)
    return groups !== undefined && ranges.some((range) => contains(range, groups))
  }
}

function readRange(entry: string): Range | undefined {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
  const groups = readGroups(address)
  if (groups === undefined) return undefined
  const before = isIpv4(address) ? 96 : 0
  const bits = prefix === undefined ? 128 : before + Number(prefix)
  return bits > 128 ? undefined : { groups, bits }
}

/** The eight groups of an IPv6 address, also the one that an IPv4 address is mapped to (RFC 4291 section 2.5.5.2). */
function readGroups(address: string): readonly number[] | undefined {
  return readIpv6(isIpv4(address) ? `::ffff:${address}` : address)
}

function contains({ groups, bits }: Range, address: readonly number[]): boolean {
  return groups.every((group, index) => {
    const counted = Math.min(16, Math.max(0, bits - 16 * index))
    return (group ^ (address[index] as number)) >> (16 - counted) === 0
  })
}

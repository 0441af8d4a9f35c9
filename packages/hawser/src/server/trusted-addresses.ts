import { BlockList, isIP } from 'node:net'
import { OptionError } from '../../core/errors.ts'

/**
 * Whether an address is in a list of an option.
 * @throws OptionError for an entry that is neither an address, nor one with a prefix length, nor `unix`
 */
export function createTrust(
  addresses: readonly string[],
  option: 'trustProxy' | 'proxyProtocol' = 'trustProxy',
): (address: string | undefined) => boolean {
  if (!Array.isArray(addresses)) throw new OptionError(option, 'an array of addresses', addresses)
  const list = new BlockList()
  let unix = false
  for (const [index, entry] of (addresses as readonly unknown[]).entries()) {
    if (entry === 'unix') {
      unix = true
      continue
    }
    const match = typeof entry === 'string' ? /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) : null
    const address = match?.[1] ?? ''
    const version = isIP(address)
    const prefix = match?.[2] === undefined ? undefined : Number(match[2])
    if (version === 0 || (prefix !== undefined && prefix > (version === 4 ? 32 : 128))) {
      throw new OptionError(`${option}[${index}]`, 'an IP address, a range such as 10.0.0.0/8, or unix for peers of a Unix domain socket', entry)
    }
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, prefix, family)
  }
  return (address) => {
    if (address === undefined) return unix
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

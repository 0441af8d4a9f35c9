/**
 * Whether the list in NO_PROXY names a host. Its elements are separated by commas or white space: `*`, a domain (which includes its subdomains, with
 * or without a leading dot), an address, or an address range in CIDR notation; all but ranges may have a `:port`.
 */
export function isExempt(list: string, host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  const address = parseAddressBits(name)
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((element) => element !== '' && matches(element, name, port, address))
}

function matches(element: string, name: string, port: number, address: bigint[] | undefined): boolean {
  if (element === '*') return true
  if (element.includes('/')) return address !== undefined && inRange(address, element)
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(element)
  const plain = bracketed ?? (parseAddressBits(element) === undefined ? /^([^:]*)(?::(\d+))?$/.exec(element) : [element, element, undefined])
  if (plain === null) return false
  const [, pattern = '', only] = plain
  if (only !== undefined && Number(only) !== port) return false
  const wanted = parseAddressBits(pattern)
  if (wanted !== undefined) return address !== undefined && wanted.length === address.length && wanted.every((part, index) => part === address[index])
  const domain = pattern.replace(/^\*?\./, '').replace(/\.$/, '')
  return domain !== '' && address === undefined && (name === domain || name.endsWith(`.${domain}`))
}

function inRange(address: readonly bigint[], range: string): boolean {
  const [base = '', length = ''] = range.split('/')
  const start = parseAddressBits(base)
  if (start === undefined || start.length !== address.length || !/^\d{1,3}$/.test(length)) return false
  const width = start.length === 4 ? 8 : 16
  const total = BigInt(start.length * width)
  const prefix = BigInt(length)
  if (prefix > total) return false
  return join(start, width) >> (total - prefix) === join(address, width) >> (total - prefix)
}

function join(parts: readonly bigint[], width: number): bigint {
  return parts.reduce((whole, part) => (whole << BigInt(width)) | part, 0n)
}

/** Four parts of 8 bits or eight of 16. The URL parser normalizes an address, so that all spellings are equal. */
export function parseAddressBits(text: string): bigint[] | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const parts = text.split('.').map(BigInt)
    return parts.every((part) => part < 256n) ? parts : undefined
  }
  if (!text.includes(':') || !/^[\da-f:.]+$/.test(text) || !URL.canParse(`ws://[${text}]`)) return undefined
  const [before = '', after] = new URL(`ws://[${text}]`).hostname.slice(1, -1).split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? [] : Array<string>(8 - head.length - tail.length).fill('0')
  return [...head, ...zeros, ...tail].map((group) => BigInt(`0x${group}`))
}

import { isIP } from 'node:net'
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { observeResult } from '../../connection/application-code.ts'

/**
 * Asks `lookup`, which may be the application's, for the addresses of a host. Whatever it does settles the promise once, except never calling
 * back, which is for the caller's deadline.
 */
export function resolveHost(lookup: LookupFunction, hostname: string, family: 0 | 4 | 6): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    const answered = (error: Error | null, found: unknown, foundFamily?: number): void => {
      if (error !== null && error !== undefined) {
        reject(error)
        return
      }
      const addresses = readAddresses(found, foundFamily)
      if (addresses === undefined) reject(new TypeError('lookup gave neither an IP address nor an array of { address, family }'))
      else if (addresses.length === 0) reject(new Error('lookup gave no address'))
      else resolve(addresses)
    }
    // A lookup that throws rejects the promise; one that is an async function may reject.
    observeResult(lookup(hostname, { all: true, family, hints: 0 }, answered), reject)
  })
}

/** A lookup may ignore `all` and give one address. */
function readAddresses(found: unknown, family: number | undefined): readonly LookupAddress[] | undefined {
  const list: readonly unknown[] = Array.isArray(found) ? found : [{ address: found, family }]
  const addresses: LookupAddress[] = []
  for (const entry of list) {
    const address: unknown = (entry as Partial<LookupAddress> | null | undefined)?.address
    const actual = typeof address === 'string' ? isIP(address) : 0
    if (actual === 0) return undefined
    addresses.push({ address: address as string, family: actual })
  }
  return addresses
}

import { isIP } from 'node:net'

/** An address or name that only this machine can mean. */
export function isLoopback(host: string): boolean {
  const name = bareHost(host)
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return isIP(name) === 4 ? name.startsWith('127.') : name === '::1' || name.startsWith('::ffff:127.')
}

/**
 * Whether a request with this Host may see the page. A page of another site can reach this server under a name of its
 * own that resolves to a loopback address (DNS rebinding); it cannot do so under an address or a name of this machine.
 */
export function isAllowedHost(hostField: string | undefined, boundHost: string, machineName: string): boolean {
  if (hostField === undefined) return false
  const match = /^(\[[\da-f:.]+\]|[^:[\]@/\s]+)(?::\d{1,5})?$/i.exec(hostField)
  const name = match?.[1]
  if (name === undefined) return false
  const bare = bareHost(name)
  if (isLoopback(bare) || bare === bareHost(boundHost)) return true
  return !isLoopback(boundHost) && (isIP(bare) !== 0 || bare === machineName.toLowerCase())
}

function bareHost(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, '')
}

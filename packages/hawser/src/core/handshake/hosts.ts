import { OptionError } from '../errors.ts'
import { parseAuthority, serializeAuthority } from './authority.ts'

/**
 * The names under which clients may reach a server. A web page reaches a server on its visitor's machine under a name of its own that resolves to a
 * loopback address (DNS rebinding); Origin and Host then agree, so the origin check passes, and only the name gives the attack away.
 */
export interface HostPolicy {
  /** Undefined allows every name. Each is `host` for every port, or `host:port`, in lower case. */
  readonly allowed: ReadonlySet<string> | undefined
  /** The names that mean this machine to every client are allowed too. */
  readonly loopback: boolean
}

/** The `hosts` option, checked; undefined where it is not given. */
export type HostNames = ReadonlySet<string> | 'any' | undefined

const ANY_HOST: HostPolicy = Object.freeze({ allowed: undefined, loopback: true })

/** @throws OptionError for a name that is not `host` or `host:port` */
export function readHostNames(hosts: readonly string[] | 'any' | undefined): HostNames {
  if (hosts === undefined || hosts === 'any') return hosts
  if (!Array.isArray(hosts)) throw new OptionError('hosts', "'any' or an array of host names", hosts)
  const names = new Set<string>()
  for (const [position, host] of hosts.entries()) {
    const authority = typeof host === 'string' ? parseAuthority(host) : undefined
    if (authority === undefined) throw new OptionError(`hosts[${position}]`, '`host` or `host:port`', host)
    names.add(serializeAuthority(authority))
  }
  return names
}

/**
 * Combines the `hosts` option with where the server listens.
 * @param address the IP address that the server listens on; undefined where it is not known, or for a Unix domain socket
 * @param name the name that the server was told to listen on
 */
export function createHostPolicy(names: HostNames, address: string | undefined, name?: string): HostPolicy {
  const loopback = address !== undefined && isLoopbackHost(address)
  if (names === 'any' || (names === undefined && !loopback)) return ANY_HOST
  const allowed = new Set(names)
  if (loopback && name !== undefined) allowed.add(name.toLowerCase())
  return { allowed, loopback }
}

/**
 * Whether a client may reach the server under this name.
 * @param authority `host[:port]` of Host or `:authority`, the host in lower case
 */
export function isAllowedHost(authority: string, policy: HostPolicy): boolean {
  const { allowed } = policy
  if (allowed === undefined || (policy.loopback && authority.startsWith('127.0.0.1:'))) return true
  const colon = authority.lastIndexOf(':')
  // A colon before the bracket belongs to an IPv6 address.
  const host = colon > authority.lastIndexOf(']') ? authority.slice(0, colon) : authority
  return (policy.loopback && isLoopbackHost(host)) || allowed.has(host) || allowed.has(authority)
}

/** `localhost`, a name below it, or a loopback address, an IPv6 address with or without brackets (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3). */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host === '127.0.0.1') return true
  const name = host.toLowerCase().replace(/^\[|\]$/g, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return /^(?:::ffff:)?127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$/.test(name) || name === '::1'
}

import { encodeBasic, parseAddress } from '../../client/address.ts'
import type { Target } from './observation.ts'

type FieldLines = readonly (readonly [name: string, value: string])[]

/**
 * @param origin default: that of a page on the same host
 * @throws HandshakeError at stage `url`
 */
export function readTarget(url: string, origin?: string): Target {
  const { secure, hostname, port, authority, target, url: shown } = parseAddress(url)
  return { url: shown, secure, hostname, port, authority, path: target, origin: origin ?? `${secure ? 'https' : 'http'}://${authority}` }
}

/** The fields with the credentials of the URL, as `connect` sends them, where it has some and no field is Authorization. */
export function withUserinfo(headers: FieldLines, url: string): FieldLines {
  const { credentials } = parseAddress(url)
  if (credentials === undefined || headers.some(([name]) => name.toLowerCase() === 'authorization')) return headers
  return [...headers, ['Authorization', encodeBasic(credentials)]]
}

/** The same server under the other scheme: on its default port where the URL has the default one, else on the same port. */
export function otherScheme(target: Target): string {
  return `${target.secure ? 'ws' : 'wss'}://${target.authority}${target.path}`
}

/** The same server, another path. */
export function withPath(target: Target, path: string): string {
  return `${target.secure ? 'wss' : 'ws'}://${target.authority}${path}`
}

/** The path with a slash at its end, or without: servers redirect from one to the other, or know only one. */
export function toggleSlash(path: string): string {
  const [, before = '', query = ''] = /^([^?]*)(.*)$/.exec(path) ?? []
  return `${before.endsWith('/') ? before.slice(0, -1) || '/' : `${before}/`}${query}`
}

/** Where a redirect leads, as a ws or wss URL. @returns undefined for a Location that is none of http, https, ws and wss */
export function redirectTarget(target: Target, location: string): string | undefined {
  try {
    const url = new URL(location, `${target.secure ? 'https' : 'http'}://${target.authority}${target.path}`)
    const scheme = { 'http:': 'ws', 'https:': 'wss', 'ws:': 'ws', 'wss:': 'wss' }[url.protocol]
    return scheme === undefined ? undefined : `${scheme}://${url.host}${url.pathname}${url.search}`
  } catch {
    return undefined
  }
}

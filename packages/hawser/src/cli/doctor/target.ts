import { encodeBasic, parseAddress } from '../../client/address.ts'
import { checkSocketPath, readUnixUrl } from '../../runtime/node/unix-url.ts'
import type { Target } from './observation.ts'

type FieldLines = readonly (readonly [name: string, value: string])[]

/**
 * @param origin default: that of a page on the same host
 * @param unix the path of a Unix domain socket; a `ws+unix:` URL has its own
 * @throws HandshakeError at stage `url`; OptionError for a wrong path, or two
 */
export function readTarget(url: string, origin?: string, unix?: string): Target {
  const meant = readUnixUrl(url, unix)
  checkSocketPath(unix)
  const { secure, hostname, port, authority, target, url: shown } = parseAddress(meant?.url ?? url)
  const socketPath = meant?.socketPath ?? unix
  return {
    url: shown,
    secure,
    hostname,
    port,
    authority,
    path: target,
    origin: origin ?? `${secure ? 'https' : 'http'}://${authority}`,
    ...(socketPath === undefined ? {} : { socketPath }),
  }
}

/** The fields with the credentials of the URL, as `connect` sends them, where it has some and no field is Authorization. */
export function withUserinfo(headers: FieldLines, url: string): FieldLines {
  const { credentials } = parseAddress(readUnixUrl(url, undefined)?.url ?? url)
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

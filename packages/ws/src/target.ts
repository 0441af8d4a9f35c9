/** Where a client connects to, from its URL. */
export interface Target {
  readonly url: URL
  readonly isSecure: boolean
  /** The URL has the scheme `ws+unix:`. */
  readonly isUnix: boolean
  readonly host: string
  readonly port: number | string
  readonly path: string
  readonly socketPath: string | undefined
  /** What has to stay the same for credentials to follow a redirect: the host with its port, or the path of the socket. */
  readonly place: string
}

/** @throws SyntaxError */
export function readTarget(url: URL): Target {
  const isSecure = url.protocol === 'wss:'
  const isUnix = url.protocol === 'ws+unix:'
  if (!isSecure && !isUnix && url.protocol !== 'ws:') {
    throw new SyntaxError('The URL\'s protocol must be one of "ws:", "wss:", "http:", "https:", or "ws+unix:"')
  }
  if (isUnix && url.pathname === '') throw new SyntaxError("The URL's pathname is empty")
  if (url.hash !== '') throw new SyntaxError('The URL contains a fragment identifier')
  const whole = url.pathname + url.search
  const colon = isUnix ? whole.indexOf(':') : -1
  const socketPath = !isUnix ? undefined : colon === -1 ? whole : whole.slice(0, colon)
  return {
    url,
    isSecure,
    isUnix,
    host: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port || (isSecure ? 443 : 80),
    path: !isUnix ? whole : colon === -1 ? '' : whole.slice(colon + 1),
    socketPath,
    place: socketPath ?? url.host,
  }
}

/**
 * The URL with the scheme of WebSocket; other schemes stay as they are.
 * @throws SyntaxError
 */
export function toWebSocketUrl(address: string | URL): URL {
  let url: URL
  try {
    url = address instanceof URL ? address : new URL(address)
  } catch {
    throw new SyntaxError(`Invalid URL: ${String(address)}`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return url
  const changed = new URL(url)
  changed.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:'
  return changed
}

import type { Fields } from './fields.ts'

/** The likely cause, on one line, of a status code that opens no WebSocket. */
export function hintForStatus(status: number, fields: Fields, supportedVersions: readonly string[]): string | undefined {
  const type = fields.get('content-type')?.toLowerCase() ?? ''
  const server = fields.has('via') || /nginx|apache|envoy|haproxy|cloudflare|varnish|caddy/i.test(fields.get('server') ?? '')
  if (status >= 200 && status < 300) {
    return type.startsWith('text/html')
      ? 'the server sent an ordinary page: is a proxy stripping Upgrade, or is the path wrong?'
      : 'the server treated this as an ordinary request: is a proxy stripping Upgrade, or is the path wrong?'
  }
  if (status >= 300 && status < 400) {
    const location = fields.get('location')
    return location === undefined ? 'the server redirects without a Location' : 'the server redirects: connect to its Location, or set redirects'
  }
  switch (status) {
    case 400:
      return server
        ? 'a proxy may have dropped Upgrade or Connection; otherwise the content may explain the error'
        : 'the content may explain the error'
    case 401:
      return 'the server requires credentials: send Authorization or a cookie'
    case 403:
      return fields.has('www-authenticate') ? 'these credentials are not sufficient' : 'the server refuses this origin or these credentials'
    case 404:
      return 'the server has no WebSocket at this path: is the path correct?'
    case 405:
      return 'this path does not allow GET, so it is not a WebSocket'
    case 407:
      return 'the proxy requires credentials'
    case 408:
      return 'the request reached the server too slowly'
    case 421:
      return 'this server does not serve this host name'
    case 426:
      return supportedVersions.length > 0 && !supportedVersions.includes('13')
        ? `the server speaks only version ${supportedVersions.join(', ')} of the protocol`
        : 'the server did not see Upgrade: websocket; a proxy may have stripped it'
    case 429:
      return 'too many connections or attempts: wait before the next one'
    case 431:
      return 'the request fields are too large: are there large cookies?'
    case 500:
      return 'the server failed while it handled the request'
    case 501:
      return 'the server does not implement this'
    case 502:
    case 504:
      return 'a gateway in front could not reach the WebSocket server'
    case 503:
      return 'the server is overloaded or shutting down: try again later'
    case 505:
      return 'the server does not support HTTP/1.1 here'
    default:
      return undefined
  }
}

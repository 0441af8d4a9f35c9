import { HandshakeError, OptionError } from '../core/errors.ts'
import type { ServerAddress } from '../core/handshake/url.ts'
import { encodeBasic, hideUserinfo } from './address.ts'
import { isExempt } from './no-proxy.ts'

/**
 * The HTTP proxy to use: a URL (`http:` or `https:`; its userinfo is sent as Basic credentials), `env` for the environment's
 * variables, a function that receives the ws or wss URL, or null for none. A proxy that fails is never bypassed. Default null.
 */
export type ProxyOption = string | URL | null | ((url: URL) => string | URL | null | Promise<string | URL | null>)

export interface Proxy {
  /** The connection to the proxy itself has TLS. */
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** For messages: `http://host:port`, without credentials. */
  readonly shown: string
  /** The value of Proxy-Authorization. */
  readonly basic: string | undefined
}

/** @throws OptionError for anything but an `http:` or `https:` URL; HandshakeError when a function fails */
export async function chooseProxy(
  option: ProxyOption | undefined,
  address: ServerAddress,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Proxy | undefined> {
  if (option === undefined || option === null) return undefined
  if (option === 'env') {
    const found = fromEnvironment(address, env)
    return found === undefined ? undefined : parseProxy(found, 'the environment’s proxy', proxyUrl)
  }
  if (typeof option !== 'function') return parseProxy(option, 'proxy', proxyOption)
  let chosen: Awaited<ReturnType<typeof option>>
  try {
    // RFC 6455 section 4.1, step 3: a PAC function receives the ws or wss URI.
    chosen = await option(new URL(address.url))
  } catch (cause) {
    throw new HandshakeError('the proxy option failed', { stage: 'proxy', fault: 'application', cause })
  }
  return chosen === null || chosen === undefined ? undefined : parseProxy(chosen, 'proxy()', `${proxyUrl} or null`)
}

/** Checks the option before anything else happens. @throws OptionError */
export function checkProxyOption(option: ProxyOption | undefined): void {
  if (option === undefined || option === null || option === 'env' || typeof option === 'function') return
  parseProxy(option, 'proxy', proxyOption)
}

const proxyUrl = 'an http: or https: URL'
const proxyOption = `${proxyUrl}, 'env', null or a function`

function parseProxy(value: string | URL, option: string, expected: string): Proxy {
  const text = typeof value === 'string' ? value : (value as Partial<URL>).href
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new OptionError(option, expected, typeof text === 'string' ? hideUserinfo(text) : value)
  }
  const secure = url.protocol === 'https:'
  return {
    secure,
    host: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    shown: `${url.protocol}//${url.host}`,
    basic: url.username === '' && url.password === '' ? undefined : encodeBasic(url),
  }
}

/** RFC 6455 section 4.1, step 3: without a setting for WebSockets, the HTTPS proxy goes before the HTTP proxy, for ws too. */
function fromEnvironment(address: ServerAddress, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const read = (name: string): string | undefined => {
    const value = env[name] ?? env[name.toUpperCase()]
    return value === undefined || value === '' ? undefined : value
  }
  const exempt = read('no_proxy')
  if (exempt !== undefined && isExempt(exempt, address.hostname, address.port)) return undefined
  // Under CGI, HTTP_PROXY in upper case is the `Proxy` field of a client's request.
  const http = env['REQUEST_METHOD'] === undefined ? read('http_proxy') : env['http_proxy']
  const found = read(address.secure ? 'wss_proxy' : 'ws_proxy') ?? read('https_proxy') ?? http ?? read('all_proxy')
  return found === undefined || found.includes('://') ? found : `http://${found}`
}

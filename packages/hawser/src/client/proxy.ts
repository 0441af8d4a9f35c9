import { HandshakeError, OptionError, WITHHELD } from '../core/errors.ts'
import type { ServerAddress } from '../core/handshake/url.ts'
import { decodePercent, encodeBasic } from './address.ts'
import { isExempt } from './no-proxy.ts'

/**
 * The proxy to use: a URL (`http:` or `https:` for CONNECT; `socks5:` for SOCKS5 with the addresses that this machine resolves, `socks5h:` for SOCKS5
 * with names that the proxy resolves; its userinfo has the credentials), `env` for the environment's variables, a function that receives the ws or
 * wss URL, or null for none. A proxy that fails is never bypassed. Default null.
 */
export type ProxyOption = string | URL | null | ((url: URL) => string | URL | null | Promise<string | URL | null>)

interface AnyProxy {
  readonly host: string
  readonly port: number
  /** For messages: `scheme://host:port`, without credentials. */
  readonly shown: string
}

/** A proxy with the method CONNECT (RFC 9110 section 9.3.6). */
export interface HttpProxy extends AnyProxy {
  readonly kind: 'http'
  /** The connection to the proxy itself has TLS. */
  readonly secure: boolean
  /** The value of Proxy-Authorization. */
  readonly basic: string | undefined
}

/** A proxy of RFC 1928. */
export interface SocksProxy extends AnyProxy {
  readonly kind: 'socks5'
  /** It gets the name of the server, not its address. */
  readonly resolvesNames: boolean
  /** Of RFC 1929, in UTF-8, from 1 to 255 bytes each. */
  readonly credentials: { readonly username: Uint8Array; readonly password: Uint8Array } | undefined
}

export type Proxy = HttpProxy | SocksProxy

/** @throws OptionError for anything but the URL of a proxy; HandshakeError when a function fails */
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

const proxyUrl = 'an http:, https:, socks5: or socks5h: URL with encoded userinfo'
const proxyOption = `${proxyUrl}, 'env', null or a function`

function parseProxy(value: string | URL, option: string, expected: string): Proxy {
  const text = typeof value === 'string' ? value : (value as Partial<URL>).href
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  // A / or # in a password that is not encoded ends the host too early; the rest of the password would be shown as host and port.
  if (url === undefined || typeof text !== 'string' || !schemes.has(url.protocol) || `${url.pathname}${url.search}${url.hash}`.includes('@')) {
    throw new OptionError(option, expected, typeof text === 'string' ? hideCredentials(text) : value)
  }
  return url.protocol.startsWith('socks') ? socksProxy(text, url, option) : httpProxy(url)
}

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

function httpProxy(url: URL): HttpProxy {
  const secure = url.protocol === 'https:'
  return {
    kind: 'http',
    secure,
    host: withoutBrackets(url.hostname),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    shown: `${url.protocol}//${url.host}`,
    basic: url.username === '' && url.password === '' ? undefined : encodeBasic(url),
  }
}

/** The URL parser normalizes the hosts of special schemes only, so the host is read as that of an http URL. */
function socksProxy(text: string, url: URL, option: string): SocksProxy {
  const special = `http://${url.host}`
  if (url.hostname === '' || !URL.canParse(special)) throw new OptionError(option, 'a URL with a valid host', hideCredentials(text))
  const { hostname } = new URL(special)
  const port = url.port === '' ? 1080 : Number(url.port)
  const [username, password] = [url.username, url.password].map((part) => new TextEncoder().encode(decodePercent(part))) as [Uint8Array, Uint8Array]
  const isGiven = username.length > 0 || password.length > 0
  if (isGiven && ![username, password].every(({ length }) => length >= 1 && length <= 255)) {
    throw new OptionError(option, 'a username and a password of 1 to 255 bytes each (RFC 1929)', WITHHELD)
  }
  return {
    kind: 'socks5',
    resolvesNames: url.protocol === 'socks5h:',
    host: withoutBrackets(hostname),
    port,
    shown: `${url.protocol}//${hostname}:${port}`,
    credentials: isGiven ? { username, password } : undefined,
  }
}

function withoutBrackets(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

/** Also where the text is no URL: all before the last @ may be a credential. */
function hideCredentials(text: string): string {
  return text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1…@')
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

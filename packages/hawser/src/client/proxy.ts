import { HandshakeError, OptionError } from '../core/errors.ts'
import type { ReceivedResponse } from '../core/errors.ts'
import type { ServerAddress } from '../core/handshake/url.ts'
import { encodeBasic, hideUserinfo } from './address.ts'
import { isExempt } from './no-proxy.ts'

/**
 * Which HTTP proxy to use: a URL (`http:` or `https:`, userinfo is sent as Basic credentials), `env` for the environment's
 * variables, a function that is given the ws or wss URL, or null for none. A proxy that fails is never bypassed. Default null.
 */
export type ProxyOption = string | URL | null | ((url: URL) => string | URL | null | Promise<string | URL | null>)

export interface Proxy {
  /** To the proxy itself. */
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
    return found === undefined ? undefined : parseProxy(found, 'the environment’s proxy')
  }
  if (typeof option !== 'function') return parseProxy(option, 'proxy')
  let chosen: Awaited<ReturnType<typeof option>>
  try {
    // RFC 6455 section 4.1, step 3: a PAC function is given the ws or wss URI.
    chosen = await option(new URL(address.url))
  } catch (cause) {
    throw new HandshakeError('the proxy option failed', { stage: 'proxy', fault: 'application', cause })
  }
  return chosen === null || chosen === undefined ? undefined : parseProxy(chosen, 'proxy()')
}

/** An option that can be checked before anything else happens. @throws OptionError */
export function checkProxyOption(option: ProxyOption | undefined): void {
  if (option === undefined || option === null || option === 'env' || typeof option === 'function') return
  parseProxy(option, 'proxy')
}

function parseProxy(value: string | URL, option: string): Proxy {
  const text = String(value)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new OptionError(option, "an http: or https: URL, 'env', null or a function", hideUserinfo(text))
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
  // Under CGI the upper-case HTTP_PROXY is what a client sent as a `Proxy` field.
  const http = env['REQUEST_METHOD'] === undefined ? read('http_proxy') : env['http_proxy']
  const found = read(address.secure ? 'wss_proxy' : 'ws_proxy') ?? read('https_proxy') ?? http ?? read('all_proxy')
  return found === undefined || found.includes('://') ? found : `http://${found}`
}

/** RFC 9110 section 9.3.6: the target is host and port, and nothing of the opening handshake is shown to the proxy. */
export function buildConnectRequest(address: ServerAddress, proxy: Proxy): string {
  const authority = `${address.hostname.includes(':') ? `[${address.hostname}]` : address.hostname}:${address.port}`
  const credentials = proxy.basic === undefined ? '' : `Proxy-Authorization: ${proxy.basic}\r\n`
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`
}

/** What a proxy's refusal of CONNECT means. */
export function proxyRefused(proxy: Proxy, address: ServerAddress, response: ReceivedResponse): HandshakeError {
  const hint =
    response.status === 407
      ? proxy.basic === undefined
        ? 'the proxy asks for credentials: give them in its URL'
        : 'the proxy does not take these credentials'
      : response.status === 403 || response.status === 405
        ? `the proxy does not allow CONNECT to port ${address.port}`
        : response.status >= 500
          ? `the proxy could not reach ${address.hostname}:${address.port}`
          : undefined
  return new HandshakeError(`the proxy ${proxy.shown} answered CONNECT with ${response.status} ${response.statusText}`.trimEnd(), {
    stage: 'proxy',
    fault: 'network',
    response,
    rule: {
      id: 'RC5',
      document: 'RFC 6455',
      section: '4.1',
      level: 'MUST',
      text: 'If the connection could not be opened because of an error of the proxy, fail.',
    },
    ...(hint === undefined ? {} : { hint }),
  })
}

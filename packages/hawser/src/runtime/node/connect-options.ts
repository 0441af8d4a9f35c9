import { isIP } from 'node:net'
import type { LookupFunction, Socket as NetSocket } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { OptionError } from '../../core/errors.ts'
import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import type { ConnectOptions, NoSubprotocol } from '../../client/options.ts'
import { checkFunction, checkInteger, checkObject } from '../../connection/option-checks.ts'

export interface ConnectTarget {
  /** An IPv6 address is without brackets. */
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly signal: AbortSignal
}

/** How Node reaches the server; all are optional. */
export interface NodeDialOptions {
  /** For wss: `ca`, `cert`, `key`, `rejectUnauthorized`, `servername`, `checkServerIdentity` and the like. ALPN follows from `http`. */
  readonly tls?: Omit<TlsOptions, 'host' | 'port' | 'path' | 'socket' | 'ALPNProtocols' | 'lookup' | 'timeout' | 'allowHalfOpen'>
  /** The same for an `https:` proxy. */
  readonly proxyTls?: NodeDialOptions['tls']
  /** Connects to this Unix domain socket (or Windows pipe); the URL still says what is asked for. */
  readonly socketPath?: string
  /** The local address to connect from. */
  readonly localAddress?: string
  readonly localPort?: number
  /** 4 or 6 to use only addresses of that family. Default 0: both. */
  readonly family?: 0 | 4 | 6
  /** Instead of `dns.lookup`. */
  readonly lookup?: LookupFunction
  /** Gives a connected socket, of TCP or already of TLS; over the former, hawser does the TLS of wss itself. It must be `allowHalfOpen` for a clean end. */
  readonly createConnection?: (target: ConnectTarget) => NetSocket | Promise<NetSocket>
}

export interface NodeConnectOptions<S extends Subprotocols = readonly [], N extends NoSubprotocol = 'fail'>
  extends ConnectOptions<S, N>,
    NodeDialOptions {}

const dialNames = ['tls', 'proxyTls', 'socketPath', 'localAddress', 'localPort', 'family', 'lookup', 'createConnection'] as const
const names: readonly string[] = [
  ...dialNames,
  'subprotocols',
  'noSubprotocol',
  'extensions',
  'headers',
  'origin',
  'host',
  'redirects',
  'proxy',
  'http',
  'parallel',
  'blockBadPorts',
  'response',
  'signal',
  'limits',
  'keepalive',
  'closeTimeoutMs',
  'invalidMessage',
  'slowConsumer',
  'text',
  'error',
  'open',
  'message',
  'invalid',
  'drained',
  'close',
]
const ownedTls = ['host', 'port', 'path', 'socket', 'ALPNProtocols', 'lookup', 'timeout', 'allowHalfOpen']

/** @throws OptionError for a name that is no option, for a wrong value, and for options that exclude each other */
export function checkNodeOptions(options: NodeConnectOptions<any, NoSubprotocol>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) throw new OptionError('options', 'an object', options)
  for (const name of Object.keys(options)) {
    if (!names.includes(name))
      throw new OptionError(name, `no such option, but one of ${names.join(', ')}`, (options as Record<string, unknown>)[name])
  }
  for (const name of ['tls', 'proxyTls'] as const) {
    const tls: unknown = options[name]
    if (tls === undefined) continue
    if (typeof tls !== 'object' || tls === null || Array.isArray(tls)) throw new OptionError(name, 'an object, as tls.connect takes it', tls)
    checkObject(
      name,
      tls,
      Object.keys(tls).filter((key) => !ownedTls.includes(key)),
    )
  }
  for (const name of ['socketPath', 'localAddress'] as const) {
    const value: unknown = options[name]
    if (value !== undefined && (typeof value !== 'string' || value === '')) throw new OptionError(name, 'a string that is not empty', value)
  }
  if (options.localAddress !== undefined && isIP(options.localAddress) === 0)
    throw new OptionError('localAddress', 'an IP address', options.localAddress)
  checkInteger('localPort', options.localPort, 0, 65_535)
  if (options.family !== undefined && ![0, 4, 6].includes(options.family)) throw new OptionError('family', '0, 4 or 6', options.family)
  checkFunction('lookup', options.lookup)
  checkFunction('createConnection', options.createConnection)
  if (options.socketPath !== undefined && options.createConnection !== undefined)
    throw new OptionError('createConnection', 'not both socketPath and createConnection', options.createConnection)
  if (options.proxy !== undefined && options.proxy !== null && (options.socketPath ?? options.createConnection) !== undefined) {
    throw new OptionError('proxy', 'no proxy together with socketPath or createConnection', options.proxy)
  }
}

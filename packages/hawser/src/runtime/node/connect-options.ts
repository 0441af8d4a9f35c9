import { isIP } from 'node:net'
import type { LookupFunction, Socket as NetSocket } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { OptionError } from '../../core/errors.ts'
import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import type { NoSubprotocol } from '../../core/handshake/subprotocol.ts'
import type { ConnectOptions } from '../../client/options.ts'
import { connectOptionNames } from '../../client/settings.ts'
import { checkNames } from '../../core/option-names.ts'
import { cannotCombine, checkFunction, checkInteger } from '../../connection/option-checks.ts'
import type { RequestAgent } from './agent.ts'
import { checkTlsMembers } from './tls-options.ts'
import { checkSocketPath } from './unix-url.ts'

/** Where `createConnection` is to connect. `signal` aborts at the deadline of the attempt, or with the caller's signal. */
export interface ConnectTarget {
  /** An IPv6 address is without brackets. */
  readonly host: string
  /** From 1 to 65535. */
  readonly port: number
  /** wss: over TLS. */
  readonly secure: boolean
  /** Aborts when the attempt is over its deadline or the caller gave up; stop connecting then. */
  readonly signal: AbortSignal
}

/** How Node reaches the server; all are optional. */
export interface NodeDialOptions {
  /** For wss: `ca`, `cert`, `key`, `rejectUnauthorized`, `servername`, `checkServerIdentity` and the like. ALPN follows from `http`. */
  readonly tls?: Omit<TlsOptions, 'host' | 'port' | 'path' | 'socket' | 'ALPNProtocols' | 'lookup' | 'timeout' | 'allowHalfOpen'>
  /** The same for an `https:` proxy. */
  readonly proxyTls?: NodeDialOptions['tls']
  /** Connects to this Unix domain socket (or Windows pipe); the URL still names the target of the request. */
  readonly socketPath?: string
  /** The local address to connect from. */
  readonly localAddress?: string
  /** The local port to connect from, 0 to 65535. Default 0: any. */
  readonly localPort?: number
  /** 4 or 6 to use only addresses of that family. Default 0: both. */
  readonly family?: 0 | 4 | 6
  /** Instead of `dns.lookup`. */
  readonly lookup?: LookupFunction
  /** Gives a connected socket, of TCP or already of TLS; over the former, hawser does the TLS of wss itself. It must be `allowHalfOpen` for a clean end. */
  readonly createConnection?: (target: ConnectTarget) => NetSocket | Promise<NetSocket>
  /**
   * Asked for a socket, as `http.request` asks it, and for nothing else; the socket leaves the agent's pool. It is used as that of `createConnection`, and an
   * agent of node:https or for a proxy gets `tls` and does the TLS of wss itself. Only with HTTP/1.1.
   */
  readonly agent?: RequestAgent
}

/** Options of `connect`: those of every client, and how Node reaches the server. */
export interface NodeConnectOptions<S extends Subprotocols = readonly [], N extends NoSubprotocol = 'refuse', Handler = never>
  extends ConnectOptions<S, N, Handler>,
    NodeDialOptions {}

/** A record, so that the compiler notices a missing name. */
const optionNames: Readonly<Record<keyof NodeConnectOptions, true>> = {
  ...connectOptionNames,
  tls: true,
  proxyTls: true,
  socketPath: true,
  localAddress: true,
  localPort: true,
  family: true,
  lookup: true,
  createConnection: true,
  agent: true,
}
export const nodeOptionNames: readonly string[] = Object.keys(optionNames)
const ownedTls = ['host', 'port', 'path', 'socket', 'ALPNProtocols', 'lookup', 'timeout', 'allowHalfOpen']

/** @throws OptionError for an unknown option, a wrong value, and options that exclude each other */
export function checkNodeOptions(options: NodeConnectOptions<any, NoSubprotocol>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) throw new OptionError('options', 'an object', options)
  checkNames(options, nodeOptionNames)
  for (const name of ['tls', 'proxyTls'] as const) {
    const tls: unknown = options[name]
    if (tls === undefined) continue
    if (typeof tls !== 'object' || tls === null || Array.isArray(tls)) throw new OptionError(name, 'an object, as tls.connect takes it', tls)
    checkTlsMembers(`${name}.`, tls)
    for (const owned of ownedTls) {
      if (Object.hasOwn(tls, owned))
        throw new OptionError(`${name}.${owned}`, 'no such member: connect sets it', (tls as Record<string, unknown>)[owned])
    }
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
  checkSocketPath(options.socketPath)
  if (options.socketPath !== undefined && options.createConnection !== undefined)
    throw cannotCombine('createConnection', 'socketPath', options.createConnection)
  if (options.agent !== undefined) checkAgent(options, options.agent)
  if (options.proxy !== undefined && options.proxy !== null && (options.socketPath ?? options.createConnection) !== undefined) {
    throw cannotCombine('proxy', options.socketPath === undefined ? 'createConnection' : 'socketPath', options.proxy)
  }
}

function checkAgent(options: NodeConnectOptions<any, NoSubprotocol>, agent: unknown): void {
  if (typeof (agent as { addRequest?: unknown } | null)?.addRequest !== 'function') {
    throw new OptionError('agent', 'an agent of node:http or node:https, or another object with the method addRequest', agent)
  }
  for (const name of ['createConnection', 'socketPath', 'proxyTls'] as const)
    if (options[name] !== undefined) throw cannotCombine('agent', name, agent)
  if (options.proxy !== undefined && options.proxy !== null) throw cannotCombine('agent', 'proxy', agent)
  if (options.http !== undefined && options.http !== '1.1') throw cannotCombine('agent', `http: '${options.http}'`, agent)
}

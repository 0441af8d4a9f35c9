import { HandshakeError, OptionError } from '../core/errors.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'
import { checkNames, checkOptions } from '../core/option-names.ts'
import { checkFlag } from '../connection/option-checks.ts'
import type { Transport, TransportInfo } from '../connection/transport.ts'
import type { WebSocketConnection } from '../connection/websocket-connection.ts'
import { parseAddress } from '../client/address.ts'
import { establish } from '../client/connect.ts'
import type { ClientRuntime } from '../client/connect.ts'
import type { Dial } from '../client/dial.ts'
import type { ConnectHandlers, ConnectedSocket, ConnectOptions } from '../client/options.ts'
import { connectOptionNames } from '../client/settings.ts'
import type { AnyConnectOptions } from '../client/settings.ts'
import { FaultyTransport } from './faulty-transport.ts'
import { readFaults } from './faults.ts'
import type { Faults } from './faults.ts'
import { MemoryTransport } from './transport-pair.ts'

/** Options of `link`. */
export interface LinkOptions {
  /** As if TLS ended at the server: URLs are `wss:`. Default false. */
  readonly secure?: boolean
  /** The client's address, as the server sees it. Default `127.0.0.1`. */
  readonly remoteAddress?: string
  /** Faults of the client's transport. Default: none. */
  readonly client?: Faults
  /** Faults of the server's transport. Default: none. */
  readonly server?: Faults
}

/** Options of `connect` to a server in memory: those of every client, without proxies and HTTP/2. */
export interface MemoryConnectOptions<S extends Subprotocols = readonly [], N extends NoSubprotocol = 'refuse', Handler = never>
  extends ConnectHandlers<S, N, Handler>,
    Omit<ConnectOptions<S, N, Handler>, 'http' | 'proxy' | keyof ConnectHandlers> {}

/** Opens a connection, as `connect` of `hawser` does. */
export interface MemoryConnect {
  /**
   * @param url a path with its query, such as `/chat?room=1`, on the host `localhost`; or an absolute URL
   * @returns the socket, once the connection is OPEN
   * @throws OptionError that names the option that is wrong
   * @throws HandshakeError for everything else, such as a refusal with its `status`
   */
  <
    const S extends Subprotocols = readonly [],
    const N extends NoSubprotocol = 'refuse',
    // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
    Handler extends Function = never,
  >(
    url: string | URL,
    options?: MemoryConnectOptions<S, N, Handler>,
  ): Promise<ConnectedSocket<S, N>>
}

/** A connection in memory before its opening handshake. */
export interface MemoryLink {
  /** The client's transport. Its methods cause faults; without `connect` the test writes the client's bytes itself. */
  readonly client: FaultyTransport
  /** The server's transport, whose methods cause faults. The server uses it; do not attach to it. */
  readonly server: FaultyTransport
  /** Sends the opening handshake over this link. A link connects once. */
  readonly connect: MemoryConnect
}

/** The client's side of a network in memory. */
export interface MemoryNetwork {
  readonly client: Omit<ClientRuntime, 'dial'>
  /** Bytes in flight in one direction of a link. */
  readonly capacity: number | undefined
  /** Gives the server's end to the server; undefined once it has stopped. */
  readonly accept: ((transport: Transport) => void) | undefined
}

const { http: _http, proxy: _proxy, ...names }: Readonly<Record<keyof ConnectOptions, true>> = connectOptionNames
/** The names of the options of `connect` to a server in memory. */
export const connectNames: readonly string[] = Object.keys(names)

/** @throws OptionError; HandshakeError at stage `tcp` if the server has stopped */
export function openLink(network: MemoryNetwork, options: LinkOptions = {}): MemoryLink {
  checkOptions(options, ['secure', 'remoteAddress', 'client', 'server'])
  checkFlag('secure', options.secure)
  const { secure = false, remoteAddress = '127.0.0.1' } = options
  if (typeof remoteAddress !== 'string') throw new OptionError('remoteAddress', 'a string', remoteAddress)
  for (const end of ['client', 'server'] as const) if (options[end] !== undefined) readFaults(options[end], end)
  const { accept } = network
  if (accept === undefined) {
    throw new HandshakeError('the server in memory has stopped', {
      stage: 'tcp',
      condition: 'tcp-refused',
      fault: 'network',
      hint: 'drain or close was called',
    })
  }
  const client = { address: remoteAddress, port: 49_152 }
  const server = { address: '127.0.0.1', port: secure ? 443 : 80 }
  const near = createEnd(network, secure, client, server)
  const far = createEnd(network, secure, server, client)
  near.join(far)
  far.join(near)
  const link = { client: new FaultyTransport(near, options.client), server: new FaultyTransport(far, options.server) }
  accept(link.server)
  let used = false
  const connect = (url: string | URL, given: AnyConnectOptions = {}): Promise<WebSocketConnection> => {
    if (used) return Promise.reject(new OptionError('link', 'a link that has not connected yet', 'one that has'))
    used = true
    return connectOver(network, link.client, options, url, given)
  }
  return { ...link, connect: connect as unknown as MemoryConnect }
}

/** Whether the URL of a `connect` without a link is `wss:`. */
export function isSecure(url: string | URL): boolean {
  return !isPath(url) && parseAddress(url).secure
}

const isPath = (url: string | URL): url is string => typeof url === 'string' && url.startsWith('/')

async function connectOver(
  network: MemoryNetwork,
  first: FaultyTransport,
  options: LinkOptions,
  url: string | URL,
  given: AnyConnectOptions,
): Promise<WebSocketConnection> {
  if (typeof given !== 'object' || given === null) throw new OptionError('options', 'an object', given)
  checkNames(given, connectNames)
  const { secure } = first.info
  const absolute = isPath(url) ? `${secure ? 'wss' : 'ws'}://localhost${url}` : url
  if (parseAddress(absolute).secure !== secure) {
    throw new OptionError('url', secure ? 'a wss: URL, because the link is secure' : 'a ws: URL, because the link is not secure', String(url))
  }
  let transport: FaultyTransport | undefined = first
  const dial: Dial = async ({ address }, progress) => {
    // Every machine has its own queue (RFC 6455 section 4.1, step 2).
    await progress.enter([`${options.remoteAddress ?? ''} ${address.hostname} ${address.port}`])
    const over = transport ?? openLink(network, { ...options, secure: address.secure }).client
    transport = undefined
    return over
  }
  return establish({ ...network.client, dial }, absolute, given)
}

interface Endpoint {
  readonly address: string
  readonly port: number
}

function createEnd({ capacity }: MemoryNetwork, secure: boolean, local: Endpoint, remote: Endpoint): MemoryTransport {
  const info: Partial<TransportInfo> = {
    secure,
    localAddress: local.address,
    localPort: local.port,
    remoteAddress: remote.address,
    remotePort: remote.port,
  }
  return new MemoryTransport(capacity === undefined ? { info } : { capacity, info })
}

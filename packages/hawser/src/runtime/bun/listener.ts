import { Members } from '../../connection/members.ts'
import { OptionError } from '../../core/errors.ts'
import { createHostPolicy } from '../../core/handshake/index.ts'
import type { HostPolicy } from '../../core/handshake/index.ts'
import { RequestLoop } from '../../server/http1/request-loop.ts'
import type { RequestLoopOwner } from '../../server/http1/request-loop.ts'
import { formatIpv6, isIpv4, readIpv6 } from '../../server/ip-address.ts'
import type { ServerCore } from '../../server/server-core.ts'
import type { BunListener, BunSockets } from './bun-socket.ts'
import { BunSocketTransport } from './socket-transport.ts'
import type { CarryingSocket } from './socket-transport.ts'

export interface BunListenOptions {
  readonly port?: number
  readonly host?: string
  readonly socketPath?: string
  readonly backlog?: number
  readonly reusePort?: boolean
  readonly tls?: unknown
  readonly proxyProtocol?: unknown
  readonly request?: unknown
  readonly http2?: unknown
}

export interface BoundAddress {
  readonly address: string
  readonly family: 'IPv4' | 'IPv6'
  readonly port: number
}

const loopback = '127.0.0.1'

/** The sockets of Bun, or undefined on another runtime and for options that need a socket of node:net, a queue of its length, or a lookup of the host. */
export function bunSocketsFor({ host, ...options }: BunListenOptions): BunSockets | undefined {
  const { socketPath, backlog, tls, proxyProtocol, request, http2 } = options
  if (socketPath !== undefined || backlog !== undefined || tls !== undefined || proxyProtocol !== undefined || request !== undefined) return undefined
  if ((http2 !== undefined && http2 !== false) || (host !== undefined && addressOf(host) === undefined)) return undefined
  return (globalThis as { Bun?: BunSockets }).Bun
}

/** The canonical text of an IP address, as the system tells it; undefined for a name and for an address with a zone. */
function addressOf(host: string): Pick<BoundAddress, 'address' | 'family'> | undefined {
  if (isIpv4(host)) return { address: host, family: 'IPv4' }
  const groups = host.includes('%') ? undefined : readIpv6(host)
  return groups === undefined ? undefined : { address: formatIpv6(groups), family: 'IPv6' }
}

/** The listening socket of a server on Bun that answers nothing but opening handshakes over TCP and HTTP/1.1. */
export class BunSocketListener {
  readonly secure = false
  address: BoundAddress
  readonly #core: ServerCore
  readonly #sockets: BunSockets
  readonly #options: BunListenOptions
  readonly #host: RequestLoopOwner<BunSocketTransport>
  #listening: BunListener | undefined
  #hosts: HostPolicy
  /** Sockets that have not closed. */
  #open = 0
  #allClosed: (() => void) | undefined

  constructor(core: ServerCore, sockets: BunSockets, options: BunListenOptions) {
    this.#core = core
    this.#sockets = sockets
    this.#options = options
    this.address = { address: loopback, family: 'IPv4', ...addressOf(options.host ?? loopback), port: 0 }
    this.#hosts = createHostPolicy(core.settings.hosts, undefined)
    const hosts = (): HostPolicy => this.#hosts
    this.#host = {
      core,
      secure: false,
      get hosts() {
        return hosts()
      },
      ordinary: undefined,
      preface: undefined,
      loops: new Members(),
    }
  }

  /** @throws Error of Bun, with the `code` of the system */
  listen(): void {
    const { host = loopback, port = 0, reusePort = false } = this.#options
    const socket = BunSocketTransport.handlers((arrived) => this.#arrived(arrived))
    this.#listening = this.#sockets.listen({ hostname: host, port, reusePort, allowHalfOpen: true, socket })
    this.address = { ...this.address, port: this.#listening.port }
    this.#hosts = createHostPolicy(this.#core.settings.hosts, this.address.address, this.#options.host)
  }

  #arrived(socket: CarryingSocket): void {
    this.#makeRoom()
    this.#open += 1
    const transport = new BunSocketTransport(socket, () => this.#gone())
    void new RequestLoop(this.#host, transport, this.#core.runtime.clock.now())
  }

  /** As with node:net: a connection without a request is refused at random until another one fits. */
  #makeRoom(): void {
    const core = this.#core
    const { loops } = this.#host
    while (core.isCrowded(loops.size)) loops.at(core.runtime.platform.random.uint32() % loops.size)?.makeRoom()
  }

  #gone(): void {
    this.#open -= 1
    if (this.#open === 0) this.#allClosed?.()
  }

  /** Stops listening and ends the connections that wait for a request. Resolves when every connection of the port has ended. */
  async stop(): Promise<void> {
    this.#listening?.stop(false)
    for (const loop of this.#host.loops) loop.stop()
    if (this.#open === 0) return
    await new Promise<void>((resolve) => {
      this.#allClosed = resolve
    })
  }

  /** @throws OptionError */
  setSecureContext(): void {
    throw new OptionError('setSecureContext', 'a server with `tls`', undefined)
  }

  ref(): void {
    this.#listening?.ref()
  }

  unref(): void {
    this.#listening?.unref()
  }

  /** There are no ordinary requests. */
  drop(): void {}
}

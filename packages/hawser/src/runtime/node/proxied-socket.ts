import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { Fields, refuse, refuseLate } from '../../core/handshake/index.ts'
import type { Refusal } from '../../core/handshake/index.ts'
import type { Member, Members } from '../../connection/members.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import { Http1Responder } from '../../server/http1/responder.ts'
import { noRequest } from '../../server/http1/request-loop.ts'
import { ProxyHeaderParser } from '../../server/proxy-header.ts'
import type { ProxiedAddresses } from '../../server/proxy-header.ts'
import type { ServerCore } from '../../server/server-core.ts'
import { SocketTransport } from './socket-transport.ts'

const addressesKey: unique symbol = Symbol('addresses of the PROXY protocol')

interface CarryingSocket extends Socket {
  [addressesKey]?: ProxiedAddresses
}

export interface ProxiedSocketOwner {
  readonly core: ServerCore
  /** Connections that wait for a request. */
  readonly loops: Members<Member & { stop(): void; makeRoom(): void }>
  /** TLS follows the header, so an HTTP response to a wrong one could not be read. */
  readonly secure: boolean
}

/** Reads the header of the PROXY protocol from a new socket, gives the socket the addresses in it, and passes it on. */
export class ProxiedSocket extends TimedEntry implements Member {
  memberIndex: number = -1
  readonly #owner: ProxiedSocketOwner
  readonly #socket: Socket
  readonly #ready: () => void
  readonly #parser = new ProxyHeaderParser()
  readonly #data = (chunk: Uint8Array): void => this.#read(chunk)
  readonly #gone = (): void => this.stop()

  /**
   * @param since when the connection began, in the clock's time
   * @param ready takes the socket over, which is paused; it is not called if the header is wrong, late or missing
   */
  constructor(owner: ProxiedSocketOwner, socket: Socket, since: number, ready: () => void) {
    super()
    this.#owner = owner
    this.#socket = socket
    this.#ready = ready
    owner.loops.add(this)
    const { runtime, settings } = owner.core
    runtime.timers.schedule(this, since + settings.handshake.handshakeMs)
    socket.on('end', this.#gone).on('close', this.#gone).on('error', this.#gone).on('data', this.#data)
  }

  #leave(): void {
    this.#owner.loops.delete(this)
    this.#owner.core.runtime.timers.cancel(this)
    this.#socket.off('end', this.#gone).off('close', this.#gone).off('error', this.#gone).off('data', this.#data).pause()
  }

  #read(chunk: Uint8Array): void {
    const result = this.#parser.push(chunk)
    if (result.kind === 'more') return
    if (result.kind === 'refused') {
      this.#refuse(refuse(400, undefined, `${result.reason} (option proxyProtocol)`, { close: true, condition: 'request-proxy-header' }))
      return
    }
    this.#leave()
    if (result.addresses !== undefined) setAddresses(this.#socket, result.addresses)
    if (result.consumed < chunk.byteLength) this.#socket.unshift(chunk.subarray(result.consumed))
    this.#ready()
  }

  #refuse(refusal: Refusal): void {
    const { core, secure } = this.#owner
    this.#leave()
    const transport = new SocketTransport(this.#socket)
    if (!secure) {
      new Http1Responder(core, transport, noRequest, undefined).refuse(refusal, true)
      return
    }
    core.refused({ isHandshake: true, path: undefined, fields: new Fields() }, transport.info, refusal)
    transport.abort()
  }

  /** Ends the connection; nobody has asked for anything. */
  stop(): void {
    this.#leave()
    this.#socket.destroy()
  }

  makeRoom(): void {
    this.stop()
  }

  override timeout(): number {
    if (this.memberIndex === -1) return Number.POSITIVE_INFINITY
    if (this.#parser.hasBegun) {
      this.#refuse(refuseLate(`the PROXY header was not complete after ${this.#owner.core.settings.handshake.handshakeMs} ms`))
    } else this.stop()
    return Number.POSITIVE_INFINITY
  }
}

/** Own properties, so that every reader of the socket sees them: the transport, node:http's and node:http2's requests, and middleware. */
function setAddresses(socket: CarryingSocket, addresses: ProxiedAddresses): void {
  socket[addressesKey] = addresses
  const family = (address: string): string => (address.includes(':') ? 'IPv6' : 'IPv4')
  const { remoteAddress, localAddress } = addresses
  const values = { ...addresses, remoteFamily: family(remoteAddress), localFamily: family(localAddress) }
  for (const [name, value] of Object.entries(values)) Object.defineProperty(socket, name, { value, configurable: true })
}

/**
 * Gives a TLS socket the addresses of the TCP socket below it.
 * @returns false if the platform does not tell which one that is
 */
export function inheritAddresses(socket: TLSSocket & { readonly _parent?: CarryingSocket | null }): boolean {
  const { _parent: parent } = socket
  if (parent === undefined || parent === null) return false
  const addresses = parent[addressesKey]
  if (addresses !== undefined) setAddresses(socket, addresses)
  return true
}

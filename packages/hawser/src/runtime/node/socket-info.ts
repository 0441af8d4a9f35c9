import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { TlsInfo, TransportInfo } from '../../connection/transport.ts'
import { tlsInfoOf } from './tls-info.ts'

/** Reads addresses from the system on demand: most connections never need those two calls and objects. */
export class SocketInfo implements TransportInfo {
  readonly #socket: Socket
  #tls: TlsInfo | undefined
  /** A closed socket remembers the remote address only. */
  #localAddress: string | undefined
  #localPort: number | undefined

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get httpVersion(): '1.1' {
    return '1.1'
  }

  get secure(): boolean {
    return (this.#socket as TLSSocket).encrypted === true
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort
  }

  get localAddress(): string | undefined {
    return (this.#localAddress ??= this.#socket.localAddress)
  }

  get localPort(): number | undefined {
    return (this.#localPort ??= this.#socket.localPort)
  }

  get tls(): TlsInfo | undefined {
    return (this.#tls ??= tlsInfoOf(this.#socket))
  }
}

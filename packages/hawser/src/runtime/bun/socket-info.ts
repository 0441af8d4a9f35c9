import type { TransportInfo } from '../../connection/transport.ts'
import type { BunSocket } from './bun-socket.ts'

/** Reads the addresses of an end on demand, and keeps them: a closed socket has none. */
export class BunSocketInfo implements TransportInfo {
  readonly #socket: BunSocket<unknown>
  #remote: readonly [address: string | undefined, port: number | undefined] | undefined
  #local: readonly [address: string | undefined, port: number | undefined] | undefined

  constructor(socket: BunSocket<unknown>) {
    this.#socket = socket
  }

  get httpVersion(): '1.1' {
    return '1.1'
  }

  get secure(): false {
    return false
  }

  get remoteAddress(): string | undefined {
    return this.#readRemote()[0]
  }

  get remotePort(): number | undefined {
    return this.#readRemote()[1]
  }

  get localAddress(): string | undefined {
    return this.#readLocal()[0]
  }

  get localPort(): number | undefined {
    return this.#readLocal()[1]
  }

  #readRemote(): readonly [address: string | undefined, port: number | undefined] {
    return (this.#remote ??= [this.#socket.remoteAddress, this.#socket.remotePort])
  }

  #readLocal(): readonly [address: string | undefined, port: number | undefined] {
    return (this.#local ??= [this.#socket.localAddress, this.#socket.localPort])
  }
}

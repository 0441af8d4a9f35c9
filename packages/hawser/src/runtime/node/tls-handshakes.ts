import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** Node keeps the TCP socket under a TLS socket here; runtimes that imitate Node may not. */
interface WrappingSocket extends TLSSocket {
  readonly _parent?: Socket | null
}

/**
 * The TCP sockets of a TLS server whose TLS handshake is not over. `tls.Server` neither counts that time towards the opening handshake nor ends
 * such sockets when it closes: it waits for them.
 */
export class TlsHandshakes {
  readonly #pending = new Map<Socket, number>()
  /** The platform does not tell which handshakes are over, so sockets stay here until they close. */
  #isBlind = false

  /** How many sockets wait for the end of their TLS handshake; 0 if the platform does not tell. */
  get size(): number {
    return this.#isBlind ? 0 : this.#pending.size
  }

  started(socket: Socket, now: number): void {
    this.#pending.set(socket, now)
    socket.once('close', () => this.#pending.delete(socket))
  }

  /** @returns when the connection began; undefined if the platform does not expose it */
  finished(socket: WrappingSocket): number | undefined {
    const { _parent: parent } = socket
    if (parent === undefined || parent === null) {
      this.#isBlind = true
      return undefined
    }
    const since = this.#pending.get(parent)
    this.#pending.delete(parent)
    return since
  }

  /** Drops the oldest one. There is no HTTP yet that could carry a 503. */
  makeRoom(): void {
    const [oldest] = this.#pending.keys()
    if (oldest === undefined) return
    this.#pending.delete(oldest)
    oldest.destroy()
  }

  /** Ends all of them: none of these clients has sent a request. */
  abort(): void {
    for (const socket of [...this.#pending.keys()]) socket.destroy()
  }
}

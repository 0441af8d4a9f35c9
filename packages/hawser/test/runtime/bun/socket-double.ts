import type { BunSocketHandlers } from '../../../src/runtime/bun/bun-socket.ts'
import { BunSocketTransport } from '../../../src/runtime/bun/socket-transport.ts'
import type { CarryingSocket } from '../../../src/runtime/bun/socket-transport.ts'

/** A socket of Bun whose kernel takes as many bytes as the test allows. */
export class SocketDouble implements CarryingSocket {
  data: BunSocketTransport | undefined = undefined
  /** How many bytes the kernel still takes. */
  room: number = Number.POSITIVE_INFINITY
  closesLater = false
  readonly sent: number[] = []
  /** The other calls, in order. */
  readonly calls: string[] = []
  remoteAddress: string | undefined = '192.0.2.1'
  remotePort: number | undefined = 5
  localAddress: string | undefined = '192.0.2.2'
  localPort: number | undefined = 80
  handlers: BunSocketHandlers<BunSocketTransport | undefined> = BunSocketTransport.handlers(() => undefined)
  #closed = false

  write(bytes: Uint8Array): number {
    if (this.#closed) return -1
    const taken = Math.min(this.room, bytes.byteLength)
    this.room -= taken
    this.sent.push(...bytes.subarray(0, taken))
    return taken
  }

  shutdown(): void {
    this.calls.push('shutdown')
  }

  /** As Bun does, it calls `close` before it returns, unless the test calls it. */
  terminate(): void {
    this.calls.push('terminate')
    if (!this.closesLater) this.close()
  }

  pause(): void {
    this.calls.push('pause')
  }

  resume(): void {
    this.calls.push('resume')
  }

  /** The kernel takes `room` more bytes. */
  drain(room: number): void {
    this.room = room
    this.handlers.drain(this)
  }

  close(error?: Error): void {
    this.#closed = true
    this.handlers.close(this, error)
  }
}

/** The part of Bun's API that is used here; the types of Bun are not installed. */
export interface BunSocket<Data> {
  data: Data
  /** @returns the bytes that the kernel has taken, which Bun then no longer needs; -1 if the socket is closed */
  write(bytes: Uint8Array): number
  /** Sends FIN. */
  shutdown(): void
  /** Sends RST. Calls `close` before it returns. */
  terminate(): void
  pause(): void
  resume(): void
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
}

export interface BunSocketHandlers<Data> {
  open(socket: BunSocket<Data>): void
  /** `chunk` has an ArrayBuffer of its own. */
  data(socket: BunSocket<Data>, chunk: Uint8Array): void
  drain(socket: BunSocket<Data>): void
  /** The peer's FIN. Bun does not call it for a socket that has sent FIN already: `close` follows at once. */
  end(socket: BunSocket<Data>): void
  /** One of these functions has thrown. */
  error(socket: BunSocket<Data>, error: unknown): void
  close(socket: BunSocket<Data>, error: unknown): void
}

export interface BunListener {
  readonly port: number
  /** @param closeActive also ends its connections */
  stop(closeActive: boolean): void
  ref(): void
  unref(): void
}

export interface BunSockets {
  listen<Data>(options: {
    readonly hostname: string
    readonly port: number
    readonly reusePort: boolean
    readonly allowHalfOpen: true
    readonly socket: BunSocketHandlers<Data>
  }): BunListener
}

/** The WebSocket of a platform, as a connection uses it. Methods may throw what the platform throws. */
export interface PlatformSocket {
  /** Bytes that the peer has not taken; undefined where the platform does not tell. */
  readonly bufferedAmount: number | undefined
  /** The platform reports when less is buffered; where it does not, `bufferedAmount` is polled. */
  readonly reportsDrain: boolean
  /** @param compress undefined leaves it to the platform */
  send(data: string | Uint8Array, compress: boolean | undefined): void
  close(code: number, reason: string): void
  /** Undefined where the platform has no way to drop a connection. */
  terminate?(): void
  ping?(payload: Uint8Array): void
  pong?(payload: Uint8Array): void
  setReading?(reading: boolean): void
}

/** Receives the events of one {@link PlatformSocket}. No method throws. */
export interface PlatformEvents {
  /** Called once, before all others. */
  platformOpened(socket: PlatformSocket): void
  /** Bytes belong to the receiver. */
  platformMessage(data: string | Uint8Array): void
  /** Less is buffered than before. */
  platformDrained(): void
  platformPong(payload: Uint8Array): void
  /** The platform's error, which explains the end that follows. */
  platformFailed(error: unknown): void
  /** @param code 1006 without a Close frame, 1005 for an empty one */
  platformClosed(code: number, reason: string): void
}

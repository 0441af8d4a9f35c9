import type { ConnectionLimits } from '../core/protocol/limits.ts'

/** Limits of one connection, at either end. Durations in milliseconds, sizes in bytes. */
export interface SocketLimits extends ConnectionLimits {
  /** Most bytes buffered for a peer that reads slowly; what happens beyond is `slowConsumer`. Default 16 MiB. */
  readonly sendBuffer: number
  /** Above it `send` says `buffered` and an asynchronous sender should await `drained`. Default 64 KiB. */
  readonly highWaterMark: number
  /** Messages' bytes queued for an iterator or a slow handler before reading stops. Default 64 KiB. */
  readonly receiveBuffer: number
}

export interface HandshakeLimits {
  /** Request line or status line, in bytes. Default 8 192 (RFC 9112 section 3 asks for 8000). */
  readonly startLine: number
  /** The whole field section, in bytes. Default 16 384. */
  readonly fieldSection: number
  /** Field lines. Default 100. */
  readonly fields: number
  /** From the first byte of the connection (server) or the start of `connect` to the end of the opening handshake. Default 10 000. */
  readonly handshakeMs: number
  /** Bytes kept of what a client sends before the 101. Default 65 536. */
  readonly earlyData: number
  /** Bytes kept of a refusal's content (client). Default 4 096. */
  readonly responseBody: number
}

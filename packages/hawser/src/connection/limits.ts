import type { ConnectionLimits } from '../core/protocol/limits.ts'
import { checkInteger, checkObject } from './option-checks.ts'

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
  /**
   * How long a connection that is CONNECTING holds back others to the same address (client; RFC 6455 section 4.1, step 2). Default 2 000; a
   * value of at least `handshakeMs` keeps to the letter of the RFC.
   */
  readonly turnMs: number
  /** Bytes kept of what a client sends before the 101. Default 65 536. */
  readonly earlyData: number
  /** Bytes kept of a refusal's content (client). Default 4 096. */
  readonly responseBody: number
}

const socketDefaults = {
  message: 1_048_576,
  fragments: 16_384,
  controlFramesPerSecond: 1_000,
  sendBuffer: 16_777_216,
  highWaterMark: 65_536,
  receiveBuffer: 65_536,
} as const

const handshakeDefaults: HandshakeLimits = {
  startLine: 8_192,
  fieldSection: 16_384,
  fields: 100,
  handshakeMs: 10_000,
  turnMs: 2_000,
  earlyData: 65_536,
  responseBody: 4_096,
}

/** Largest size of a message: an ArrayBuffer of 2 GiB and more is not available everywhere. */
const maxSize = 0x7fff_ffff

const minimums: Readonly<Record<string, number>> = {
  frame: 125,
  message: 1,
  fragments: 1,
  incompleteBytes: 1,
  controlFramesPerSecond: 1,
  sendBuffer: 1,
  highWaterMark: 0,
  receiveBuffer: 0,
  startLine: 16,
  fieldSection: 16,
  fields: 1,
  handshakeMs: 1,
  turnMs: 0,
  earlyData: 0,
  responseBody: 0,
  connections: 1,
}

/**
 * Checks what a user wrote under `limits`.
 * @throws OptionError naming `limits.` and the limit
 */
export function checkLimits(limits: unknown): void {
  checkObject('limits', limits, Object.keys(minimums))
  if (limits === undefined) return
  for (const [name, minimum] of Object.entries(minimums)) {
    if (name === 'connections' && (limits as { connections?: unknown }).connections === Number.POSITIVE_INFINITY) continue
    checkInteger(`limits.${name}`, (limits as Record<string, unknown>)[name], minimum, maxSize)
  }
}

export function resolveSocketLimits(limits: Partial<SocketLimits> = {}): SocketLimits {
  const message = limits.message ?? socketDefaults.message
  return {
    frame: limits.frame ?? Math.max(message, 125),
    message,
    fragments: limits.fragments ?? socketDefaults.fragments,
    incompleteBytes: limits.incompleteBytes ?? 2 * message + 65_536,
    controlFramesPerSecond: limits.controlFramesPerSecond ?? socketDefaults.controlFramesPerSecond,
    sendBuffer: limits.sendBuffer ?? socketDefaults.sendBuffer,
    highWaterMark: limits.highWaterMark ?? socketDefaults.highWaterMark,
    receiveBuffer: limits.receiveBuffer ?? socketDefaults.receiveBuffer,
  }
}

export function resolveHandshakeLimits(limits: Partial<HandshakeLimits> = {}): HandshakeLimits {
  return {
    startLine: limits.startLine ?? handshakeDefaults.startLine,
    fieldSection: limits.fieldSection ?? handshakeDefaults.fieldSection,
    fields: limits.fields ?? handshakeDefaults.fields,
    handshakeMs: limits.handshakeMs ?? handshakeDefaults.handshakeMs,
    turnMs: limits.turnMs ?? handshakeDefaults.turnMs,
    earlyData: limits.earlyData ?? handshakeDefaults.earlyData,
    responseBody: limits.responseBody ?? handshakeDefaults.responseBody,
  }
}

import { DEFAULT_HEAD_LIMITS } from '../core/http1/head-limits.ts'
import type { ConnectionLimits } from '../core/protocol/limits.ts'
import { OptionError } from '../core/errors.ts'
import { checkObject } from '../core/option-names.ts'
import { checkInteger } from './option-checks.ts'

/** Limits of one connection, at either end. Durations in milliseconds, sizes in bytes. */
export interface SocketLimits extends ConnectionLimits {
  /** Bytes that may be buffered for a peer that reads slowly; beyond it `slowConsumer` applies. Default 16 MiB. */
  readonly sendBuffer: number
  /** Buffered bytes above which `send` returns `buffered`, so that a sender should await `drained`. Default 64 KiB. */
  readonly highWaterMark: number
  /** Bytes of messages that may wait for an iterator or a slow handler before reading stops. Default 64 KiB. */
  readonly receiveBuffer: number
  /** Messages that the peer may send in a second; beyond it `tooFast` applies. Default: no limit. */
  readonly messagesPerSecond: number
  /** Bytes that the peer may send in a second, frame headers included; beyond it `tooFast` applies. Default: no limit. */
  readonly bytesPerSecond: number
}

/** Limits of one opening handshake, at either end unless a limit says which. Durations in milliseconds, sizes in bytes. */
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
   * How long a connection that is CONNECTING delays others to the same address (client; RFC 6455 section 4.1, step 2). Default 2 000. A value of
   * at least `handshakeMs` obeys the RFC to the letter.
   */
  readonly turnMs: number
  /** From the head to the end of an ordinary request's content (server with `request`). Default 300 000, as in node:http. */
  readonly requestMs: number
  /** Bytes kept of frames that a client sends before the 101. Default 65 536. */
  readonly earlyData: number
  /** Bytes kept of a refusal's content (client). Default 4 096. */
  readonly responseBody: number
}

const socketDefaults = {
  message: 1_048_576,
  /** That many for the default `message`, and one for each 64 bytes of a larger one. */
  fragments: 16_384,
  incompleteMs: 120_000,
  controlFramesPerSecond: 1_000,
  sendBuffer: 16_777_216,
  highWaterMark: 65_536,
  receiveBuffer: 65_536,
} as const

const handshakeDefaults: HandshakeLimits = {
  ...DEFAULT_HEAD_LIMITS,
  handshakeMs: 10_000,
  turnMs: 2_000,
  requestMs: 300_000,
  earlyData: 65_536,
  responseBody: 4_096,
}

/** A timer's longest delay, and a size that every runtime can count and an ArrayBuffer can have. */
const maxInteger = 0x7fff_ffff

/** Longest string of V8 in UTF-16 code units, the shortest of all runtimes; UTF-8 has at least as many bytes as its text has code units. */
export const MAX_STRING_LENGTH = 0x1fff_ffe8

/** A head is one string, with its request line. */
const maxHead = 0x0fff_ffff

/** Limits that are off by default; Infinity turns them off, too. */
const offByDefault = ['connections', 'connectionsPerAddress', 'handshakesPerSecond', 'messagesPerSecond', 'bytesPerSecond'] as const

type LimitName = keyof SocketLimits | keyof HandshakeLimits | (typeof offByDefault)[number] | 'ipv6Prefix'

const ranges: Readonly<Record<LimitName, readonly [minimum: number, maximum: number]>> = {
  frame: [125, maxInteger],
  message: [1, maxInteger],
  fragments: [1, maxInteger],
  incompleteBytes: [1, Number.MAX_SAFE_INTEGER],
  incompleteMs: [1, maxInteger],
  controlFramesPerSecond: [1, maxInteger],
  sendBuffer: [1, maxInteger],
  highWaterMark: [0, maxInteger],
  receiveBuffer: [0, maxInteger],
  messagesPerSecond: [1, maxInteger],
  bytesPerSecond: [1, maxInteger],
  startLine: [16, maxHead],
  fieldSection: [16, maxHead],
  fields: [1, maxInteger],
  handshakeMs: [1, maxInteger],
  turnMs: [0, maxInteger],
  requestMs: [1, maxInteger],
  earlyData: [0, maxInteger],
  responseBody: [0, maxHead],
  connections: [1, maxInteger],
  connectionsPerAddress: [1, maxInteger],
  ipv6Prefix: [1, 128],
  handshakesPerSecond: [1, maxInteger],
}

/**
 * Checks the `limits` option.
 * @param text how text messages are delivered: only as bytes may they be longer than the longest string
 * @throws OptionError naming `limits.` and the limit
 */
export function checkLimits(limits: unknown, text: 'string' | 'bytes' = 'string'): void {
  checkObject('limits', limits, Object.keys(ranges))
  if (limits === undefined) return
  const given = limits as Record<string, unknown>
  for (const [name, [minimum, maximum]] of Object.entries(ranges)) {
    if (given[name] === Number.POSITIVE_INFINITY && (offByDefault as readonly string[]).includes(name)) continue
    checkInteger(`limits.${name}`, given[name], minimum, maximum)
  }
  const { message } = given as Partial<SocketLimits>
  if (text === 'string' && message !== undefined && message > MAX_STRING_LENGTH) {
    throw new OptionError('limits.message', `at most ${MAX_STRING_LENGTH}, the longest string; with \`text: 'bytes'\` at most ${maxInteger}`, message)
  }
}

export function readSocketLimits(limits: Partial<SocketLimits> = {}): SocketLimits {
  const message = limits.message ?? socketDefaults.message
  return {
    frame: limits.frame ?? Math.max(message, 125),
    message,
    fragments: limits.fragments ?? Math.max(socketDefaults.fragments, Math.ceil(message / 64)),
    incompleteBytes: limits.incompleteBytes ?? 2 * message + 65_536,
    incompleteMs: limits.incompleteMs ?? socketDefaults.incompleteMs,
    controlFramesPerSecond: limits.controlFramesPerSecond ?? socketDefaults.controlFramesPerSecond,
    sendBuffer: limits.sendBuffer ?? socketDefaults.sendBuffer,
    highWaterMark: limits.highWaterMark ?? socketDefaults.highWaterMark,
    receiveBuffer: limits.receiveBuffer ?? socketDefaults.receiveBuffer,
    messagesPerSecond: limits.messagesPerSecond ?? Number.POSITIVE_INFINITY,
    bytesPerSecond: limits.bytesPerSecond ?? Number.POSITIVE_INFINITY,
  }
}

export function readHandshakeLimits(limits: Partial<HandshakeLimits> = {}): HandshakeLimits {
  return {
    startLine: limits.startLine ?? handshakeDefaults.startLine,
    fieldSection: limits.fieldSection ?? handshakeDefaults.fieldSection,
    fields: limits.fields ?? handshakeDefaults.fields,
    handshakeMs: limits.handshakeMs ?? handshakeDefaults.handshakeMs,
    turnMs: limits.turnMs ?? handshakeDefaults.turnMs,
    requestMs: limits.requestMs ?? handshakeDefaults.requestMs,
    earlyData: limits.earlyData ?? handshakeDefaults.earlyData,
    responseBody: limits.responseBody ?? handshakeDefaults.responseBody,
  }
}

import { DEFAULT_HEAD_LIMITS } from '../core/http1/head-limits.ts'
import type { ConnectionLimits } from '../core/protocol/limits.ts'
import { OptionError } from '../core/errors.ts'
import { checkObject } from '../core/option-names.ts'
import { checkInteger } from './option-checks.ts'

/** Limits of one connection, at either end. Durations in milliseconds, sizes in bytes. */
export interface SocketLimits extends ConnectionLimits {
  /**
   * Bytes that may be buffered for a peer that reads slowly.
   * @defaultValue 16777216
   * @why a peer may not read; waiting messages count with their overhead
   * @beyond `slowConsumer` decides
   */
  readonly sendBuffer: number
  /**
   * Buffered bytes above which `send` returns `buffered`, so that a sender should await `drained`.
   * @defaultValue 65536
   * @why a sender should stop before `sendBuffer` is full
   * @beyond `send` returns `buffered`
   */
  readonly highWaterMark: number
  /**
   * Buffered bytes at which `drained` comes, and `send` returns `sent` again; at most `highWaterMark`.
   * @defaultValue 0
   * @why `drained` comes when this little is left; above 0 the sender goes on before the connection falls idle
   * @beyond nothing: it is no limit itself
   */
  readonly lowWaterMark: number
  /**
   * Bytes of messages that may wait for an iterator or a slow handler.
   * @defaultValue 65536
   * @why the application may not take messages; each counts with 64 bytes of overhead
   * @beyond reading stops, so the peer has to wait; until then hawser answers control frames
   */
  readonly receiveBuffer: number
  /**
   * Messages that the peer may send in a second.
   * @defaultValue none
   * @why each message costs a call of the handler; no default, because it depends on the application. Those of one second may come at once
   * @beyond `tooFast`: reading pauses, or close code 1008
   */
  readonly messagesPerSecond: number
  /**
   * Bytes that the peer may send in a second, frame headers included.
   * @defaultValue none
   * @why one peer could take the whole network and CPU; counts what the transport delivers, frame headers included
   * @beyond `tooFast`: reading pauses, or close code 1008
   */
  readonly bytesPerSecond: number
  /**
   * Bytes that decompression may add in a second, beyond 64 for each byte received.
   * @defaultValue 16777216
   * @why a message of 1 KiB that becomes one of 1 MiB costs 4 ms; below 64 times nothing counts, which hardly any JSON exceeds
   * @beyond `tooFast`: reading pauses, or close code 1008
   */
  readonly expandedPerSecond: number
}

/** Limits of one opening handshake, at either end unless a limit says which. Durations in milliseconds, sizes in bytes. */
export interface HandshakeLimits {
  /**
   * Request line or status line, in bytes.
   * @defaultValue 8192
   * @why RFC 9112 section 3 asks for 8000
   * @beyond 414
   */
  readonly startLine: number
  /**
   * The whole field section, in bytes.
   * @defaultValue 16384
   * @why the default of node:http
   * @beyond 431
   */
  readonly fieldSection: number
  /**
   * Field lines.
   * @defaultValue 100
   * @why many small fields cost more than a large one
   * @beyond 431
   */
  readonly fields: number
  /**
   * How long an opening handshake may take.
   * @defaultValue 10000
   * @why a peer may be slow or silent; measured from the start of the connection, including its PROXY header and TLS handshake; the `upgrade` hook
   * has the same time again
   * @beyond 408, 503 for the hook, or a HandshakeError
   */
  readonly handshakeMs: number
  /**
   * How long a connection that is CONNECTING delays others to the same address (client; RFC 6455 section 4.1, step 2). A value of at least
   * `handshakeMs` obeys the RFC to the letter.
   * @defaultValue 2000
   * @why other handshakes to the same address wait for this one (RFC 6455 section 4.1), and a silent one would use up their time
   * @beyond the client starts the next connection to that address; over HTTP/2, those that wait for a session open another one
   */
  readonly turnMs: number
  /**
   * From the head to the end of an ordinary request's content (server with `request`).
   * @defaultValue 300000
   * @why the time from the head of an ordinary request to the end of its content; the default of node:http
   * @beyond 408, or a reset if the response has begun
   */
  readonly requestMs: number
  /**
   * Bytes kept of frames that a client sends before the 101.
   * @defaultValue 65536
   * @why frames sent before the answer, while the `upgrade` hook runs
   * @beyond reading stops until the hook has answered; hawser holds at most this much (or one read of 64 KiB, if that is more) and 4 KiB, in addition
   * to what the runtime reads ahead (Node: its high-water mark and one read)
   */
  readonly earlyData: number
  /**
   * Bytes kept of a refusal's content (client).
   * @defaultValue 4096
   * @why a client keeps the content of a refusal
   * @beyond the content is truncated, `bodyTruncated` is true
   */
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
  lowWaterMark: 0,
  receiveBuffer: 65_536,
  expandedPerSecond: 16_777_216,
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

/** Limits that Infinity turns off: those that are off by default, and one. */
const canBeOff = [
  'connections',
  'connectionsPerAddress',
  'handshakesPerSecond',
  'memory',
  'messagesPerSecond',
  'bytesPerSecond',
  'expandedPerSecond',
  'streamedMessage',
] as const

type LimitName = keyof SocketLimits | keyof HandshakeLimits | (typeof canBeOff)[number] | 'ipv6Prefix'

const ranges: Readonly<Record<LimitName, readonly [minimum: number, maximum: number]>> = {
  frame: [125, maxInteger],
  message: [1, maxInteger],
  streamedMessage: [1, Number.MAX_SAFE_INTEGER],
  fragments: [1, maxInteger],
  incompleteBytes: [1, Number.MAX_SAFE_INTEGER],
  incompleteMs: [1, maxInteger],
  controlFramesPerSecond: [1, maxInteger],
  sendBuffer: [1, maxInteger],
  highWaterMark: [0, maxInteger],
  lowWaterMark: [0, maxInteger],
  receiveBuffer: [0, maxInteger],
  messagesPerSecond: [1, maxInteger],
  bytesPerSecond: [1, maxInteger],
  expandedPerSecond: [1, maxInteger],
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
  memory: [1, Number.MAX_SAFE_INTEGER],
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
    if (given[name] === Number.POSITIVE_INFINITY && (canBeOff as readonly string[]).includes(name)) continue
    checkInteger(`limits.${name}`, given[name], minimum, maximum)
  }
  const { message, lowWaterMark, highWaterMark = socketDefaults.highWaterMark } = given as Partial<SocketLimits>
  if (lowWaterMark !== undefined && lowWaterMark > highWaterMark) {
    throw new OptionError('limits.lowWaterMark', `at most limits.highWaterMark, ${highWaterMark}`, lowWaterMark)
  }
  if (text === 'string' && message !== undefined && message > MAX_STRING_LENGTH) {
    throw new OptionError('limits.message', `at most ${MAX_STRING_LENGTH}, the longest string; with \`text: 'bytes'\` at most ${maxInteger}`, message)
  }
}

/** @param streams messages are taken as streams */
export function readSocketLimits(limits: Partial<SocketLimits> = {}, streams: boolean = false): SocketLimits {
  const message = limits.message ?? socketDefaults.message
  const streamedMessage = limits.streamedMessage ?? Number.POSITIVE_INFINITY
  // A payload length that is no safe integer is above every limit.
  const longest = streams ? Math.min(streamedMessage, Number.MAX_SAFE_INTEGER) : message
  return {
    frame: limits.frame ?? Math.max(longest, 125),
    message,
    streamedMessage,
    fragments: limits.fragments ?? (streams ? Number.POSITIVE_INFINITY : Math.max(socketDefaults.fragments, Math.ceil(message / 64))),
    incompleteBytes: limits.incompleteBytes ?? 2 * message + 65_536,
    incompleteMs: limits.incompleteMs ?? socketDefaults.incompleteMs,
    controlFramesPerSecond: limits.controlFramesPerSecond ?? socketDefaults.controlFramesPerSecond,
    sendBuffer: limits.sendBuffer ?? socketDefaults.sendBuffer,
    highWaterMark: limits.highWaterMark ?? socketDefaults.highWaterMark,
    lowWaterMark: limits.lowWaterMark ?? socketDefaults.lowWaterMark,
    receiveBuffer: limits.receiveBuffer ?? socketDefaults.receiveBuffer,
    messagesPerSecond: limits.messagesPerSecond ?? Number.POSITIVE_INFINITY,
    bytesPerSecond: limits.bytesPerSecond ?? Number.POSITIVE_INFINITY,
    expandedPerSecond: limits.expandedPerSecond ?? socketDefaults.expandedPerSecond,
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

import { OptionError } from '../core/errors.ts'
import { checkObject } from '../core/option-names.ts'
import type { Platform } from '../core/platform.ts'
import { CLOSE_TIMEOUT_MS, frameRules, KEEPALIVE_INTERVAL_MS, KEEPALIVE_TIMEOUT_MS } from '../core/protocol/connection-options.ts'
import type { ConnectionOptions } from '../core/protocol/connection-options.ts'
import type { ExtensionSession } from '../core/protocol/extension.ts'
import { checkLimits, readSocketLimits } from './limits.ts'
import type { SocketLimits } from './limits.ts'
import { checkInteger, checkOneOf } from './option-checks.ts'

/** The options that a server's and a client's connections have in common. */
export interface SocketOptions {
  /** Bounds on the memory and the work that the peer can cause. Sizes in bytes, durations in milliseconds; docs/limits.md has the defaults. */
  readonly limits?: Partial<SocketLimits>
  /** Pings that find a dead peer; false turns them off. Default: after 20 000 ms of silence, with 20 000 ms to answer. */
  readonly keepalive?: KeepaliveOptions | false
  /**
   * How long, in milliseconds, the peer has for its Close frame, and then for the end of the transport. After the connection failed it has one
   * second at most. Default 10 000.
   */
  readonly closeTimeoutMs?: number
  /** A message that its codec refuses: only report it, or report it and close with this code. Default `report`. */
  readonly invalidMessage?: 'report' | 1007 | 1008
  /** When more than `limits.sendBuffer` would wait for the peer: close with 1013, or drop the message. Default `close`. */
  readonly slowConsumer?: 'close' | 'drop'
  /** `bytes` delivers text messages as UTF-8 that was validated and not decoded. Default `string`. */
  readonly text?: 'string' | 'bytes'
}

/** When to send a Ping, and how long to wait for an answer. */
export interface KeepaliveOptions {
  /** Milliseconds without data after which a Ping is sent. Default 20 000. */
  readonly intervalMs?: number
  /** Milliseconds without data after that Ping, after which the connection is failed. Default 20 000. */
  readonly timeoutMs?: number
}

/** A record, so that the compiler notices a missing name. */
export const socketOptionNames: Readonly<Record<keyof SocketOptions, true>> = {
  limits: true,
  keepalive: true,
  closeTimeoutMs: true,
  invalidMessage: true,
  slowConsumer: true,
  text: true,
}

/** How the connections of one server, or one client, behave: {@link SocketOptions} with its defaults, checked. */
export interface SocketSettings {
  readonly limits: SocketLimits
  /** 0 turns keepalive off. Default 20 000. */
  readonly keepaliveIntervalMs: number
  /** Default 20 000. */
  readonly keepaliveTimeoutMs: number
  /** Default 10 000. */
  readonly closeTimeoutMs: number
  /** Default `report`. */
  readonly invalidMessage: 'report' | 1007 | 1008
  /** Default `close`, with 1013 Try Again Later: a client that was too slow once may reconnect. */
  readonly slowConsumer: 'close' | 'drop'
  /** Default `string`. */
  readonly text: 'string' | 'bytes'
}

const maxDelayMs = 0x7fff_ffff

/** @throws OptionError naming the option that is wrong */
export function readSocketSettings(options: SocketOptions): SocketSettings {
  const { keepalive } = options
  checkOneOf('text', options.text, ['string', 'bytes'])
  checkLimits(options.limits, options.text)
  if (keepalive !== false && keepalive !== undefined) {
    if ((keepalive as unknown) === true) throw new OptionError('keepalive', 'false or an object with intervalMs and timeoutMs', keepalive)
    checkObject('keepalive', keepalive, ['intervalMs', 'timeoutMs'])
    checkInteger('keepalive.intervalMs', keepalive.intervalMs, 1, maxDelayMs)
    checkInteger('keepalive.timeoutMs', keepalive.timeoutMs, 1, maxDelayMs)
  }
  checkInteger('closeTimeoutMs', options.closeTimeoutMs, 1, maxDelayMs)
  checkOneOf('invalidMessage', options.invalidMessage, ['report', 1007, 1008])
  checkOneOf('slowConsumer', options.slowConsumer, ['close', 'drop'])
  return {
    limits: readSocketLimits(options.limits),
    keepaliveIntervalMs: keepalive === false ? 0 : (keepalive?.intervalMs ?? KEEPALIVE_INTERVAL_MS),
    keepaliveTimeoutMs: keepalive === false ? 0 : (keepalive?.timeoutMs ?? KEEPALIVE_TIMEOUT_MS),
    closeTimeoutMs: options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS,
    invalidMessage: options.invalidMessage ?? 'report',
    slowConsumer: options.slowConsumer ?? 'close',
    text: options.text ?? 'string',
  }
}

/** Options of the core. Connections without extensions can share one such object. */
export function coreOptions(
  role: 'client' | 'server',
  settings: SocketSettings,
  platform: Platform,
  extensions: readonly ExtensionSession[],
  hasCodec: boolean,
): ConnectionOptions {
  // A codec is promised a string for a text message.
  const textAs = hasCodec ? 'string' : settings.text
  const { masker } = platform
  return {
    role,
    limits: settings.limits,
    extensions,
    text: platform.text,
    random: platform.random,
    buffers: platform.buffers,
    masker,
    frameRules: frameRules({ role, limits: settings.limits, extensions, masker, textAs }),
    textAs,
    closeTimeoutMs: settings.closeTimeoutMs,
    keepaliveIntervalMs: settings.keepaliveIntervalMs,
    keepaliveTimeoutMs: settings.keepaliveTimeoutMs,
  }
}

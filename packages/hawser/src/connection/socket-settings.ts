import { OptionError } from '../core/errors.ts'
import { checkObject } from '../core/option-names.ts'
import type { Platform } from '../core/platform.ts'
import { CLOSE_TIMEOUT_MS, frameRules, KEEPALIVE_INTERVAL_MS, KEEPALIVE_TIMEOUT_MS } from '../core/protocol/connection-options.ts'
import type { FrameRules } from '../core/protocol/frame-parser.ts'
import type { ConnectionOptions } from '../core/protocol/connection-options.ts'
import type { ExtensionSession } from '../core/protocol/extension.ts'
import { checkLimits, readSocketLimits } from './limits.ts'
import type { SocketLimits } from './limits.ts'
import type { SocketHandlers } from './handlers.ts'
import { cannotCombine, checkFlag, checkInteger, checkOneOf } from './option-checks.ts'
import type { KeepaliveOptions, SlowConsumer } from './socket.ts'

/** The options that a server's and a client's connections have in common. */
export interface SocketOptions {
  /** Bounds on the memory and the work that the peer can cause. Sizes in bytes, durations in milliseconds; docs/limits.md has the defaults. */
  readonly limits?: Partial<SocketLimits>
  /** Pings that find a dead peer; false turns them off. Default: after 20 000 ms of silence, with 20 000 ms to answer. */
  readonly keepalive?: KeepaliveOptions | false
  /**
   * Milliseconds without a message in either direction, and at most a quarter more, after which the connection is closed with 1001. Pings and Pongs do
   * not count. Default: none, connections may be idle.
   */
  readonly idleTimeoutMs?: number
  /**
   * How long, in milliseconds, the peer has for its Close frame, and then for the end of the transport. After the connection failed it has one
   * second at most. Default 10 000.
   */
  readonly closeTimeoutMs?: number
  /** A message that its codec refuses: only report it, or report it and close with this code. Default `report`. */
  readonly invalidMessage?: 'report' | 1007 | 1008
  /** What to do when more than `limits.sendBuffer` would wait for a peer that reads slowly. Default `close`, with 1013. */
  readonly slowConsumer?: SlowConsumer
  /**
   * When the peer exceeds `limits.messagesPerSecond`, `limits.bytesPerSecond` or `limits.expandedPerSecond`: read no more until it is within them again,
   * or close with 1008. Default `pause`, which the peer feels as backpressure.
   */
  readonly tooFast?: 'pause' | 'close'
  /** `bytes` delivers text messages as UTF-8 that was validated and not decoded. Default `string`. */
  readonly text?: 'string' | 'bytes'
  /**
   * How messages arrive: `whole`, or `streams`, each while it arrives, of any size: then `receiveStream` and `streams` of the socket take them. A `stream`
   * handler implies `streams`. It excludes a `message` handler, codecs and `text: 'bytes'`. Default `whole`.
   */
  readonly messages?: 'whole' | 'streams'
}

/** A record, so that the compiler notices a missing name. */
export const socketOptionNames: Readonly<Record<keyof SocketOptions, true>> = {
  limits: true,
  keepalive: true,
  idleTimeoutMs: true,
  closeTimeoutMs: true,
  invalidMessage: true,
  slowConsumer: true,
  tooFast: true,
  text: true,
  messages: true,
}

/** {@link KeepaliveOptions} with its defaults, checked. */
export interface KeepaliveTimes {
  /** 0 turns keepalive off. Default 20 000. */
  readonly keepaliveIntervalMs: number
  /** Default 20 000. */
  readonly keepaliveTimeoutMs: number
  /** Default 0.1. */
  readonly keepaliveJitter: number
  /** Default false. */
  readonly keepaliveAlways: boolean
}

/** How the connections of one server, or one client, behave: {@link SocketOptions} with its defaults, checked. */
export interface SocketSettings extends KeepaliveTimes {
  readonly limits: SocketLimits
  /** 0 where connections may be idle, the default. */
  readonly idleTimeoutMs: number
  /** Default 10 000. */
  readonly closeTimeoutMs: number
  /** Default `report`. */
  readonly invalidMessage: 'report' | 1007 | 1008
  /** Default `close`, with 1013 Try Again Later: a client that was too slow once may reconnect. */
  readonly slowConsumer: SlowConsumer
  /** Buffered bytes up to which a message is encoded at once; beyond them it is up to `slowConsumer`. */
  readonly directBytes: number
  /** Default `pause`. */
  readonly tooFast: 'pause' | 'close'
  /** Default `string`. */
  readonly text: 'string' | 'bytes'
  /** Messages are taken as streams. Default false. */
  readonly streams: boolean
}

const maxDelayMs = 0x7fff_ffff
const defaultJitter = 0.1
const slowConsumers: readonly SlowConsumer[] = ['close', 'wait', 'drop-newest', 'drop-oldest', 'coalesce']

/** @throws OptionError naming the option that is wrong */
export function readKeepalive(keepalive: KeepaliveOptions | false | undefined): KeepaliveTimes {
  if (keepalive === false) return { keepaliveIntervalMs: 0, keepaliveTimeoutMs: 0, keepaliveJitter: 0, keepaliveAlways: false }
  if ((keepalive as unknown) === true) throw new OptionError('keepalive', 'false or an object with intervalMs and timeoutMs', keepalive)
  checkObject('keepalive', keepalive, ['intervalMs', 'timeoutMs', 'jitter', 'always'])
  const { intervalMs, timeoutMs, jitter, always } = keepalive ?? {}
  checkInteger('keepalive.intervalMs', intervalMs, 1, maxDelayMs)
  checkInteger('keepalive.timeoutMs', timeoutMs, 1, maxDelayMs)
  if (jitter !== undefined && !(typeof jitter === 'number' && jitter >= 0 && jitter <= 1)) {
    throw new OptionError('keepalive.jitter', 'a number from 0 to 1', jitter)
  }
  checkFlag('keepalive.always', always)
  return {
    keepaliveIntervalMs: intervalMs ?? KEEPALIVE_INTERVAL_MS,
    keepaliveTimeoutMs: timeoutMs ?? KEEPALIVE_TIMEOUT_MS,
    keepaliveJitter: jitter ?? defaultJitter,
    keepaliveAlways: always ?? false,
  }
}

const optionNames = Object.keys(socketOptionNames) as (keyof SocketOptions)[]
/** Shared, since a client reads the options of each connection and most have none of these. */
const defaults: SocketSettings = Object.freeze(readGiven({}))

/** @throws OptionError naming the option that is wrong */
export function readSocketSettings(options: SocketOptions & Pick<SocketHandlers, 'message' | 'stream'>): SocketSettings {
  for (const name of optionNames) if (options[name] !== undefined) return readGiven(options)
  return options.stream === undefined ? defaults : readGiven(options)
}

function readGiven(options: SocketOptions & Pick<SocketHandlers, 'message' | 'stream'>): SocketSettings {
  checkOneOf('text', options.text, ['string', 'bytes'])
  const streams = readStreams(options)
  checkLimits(options.limits, options.text)
  const times = readKeepalive(options.keepalive)
  checkInteger('idleTimeoutMs', options.idleTimeoutMs, 1, maxDelayMs)
  checkInteger('closeTimeoutMs', options.closeTimeoutMs, 1, maxDelayMs)
  checkOneOf('invalidMessage', options.invalidMessage, ['report', 1007, 1008])
  checkOneOf('slowConsumer', options.slowConsumer, slowConsumers)
  checkOneOf('tooFast', options.tooFast, ['pause', 'close'])
  const limits = readSocketLimits(options.limits, streams)
  const slowConsumer = options.slowConsumer ?? 'close'
  return {
    limits,
    ...times,
    idleTimeoutMs: options.idleTimeoutMs ?? 0,
    closeTimeoutMs: options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS,
    invalidMessage: options.invalidMessage ?? 'report',
    slowConsumer,
    directBytes: directBytes(limits, slowConsumer),
    tooFast: options.tooFast ?? 'pause',
    text: options.text ?? 'string',
    streams,
  }
}

/** @throws OptionError for what excludes streams */
function readStreams({ messages, message, stream, text }: SocketOptions & Pick<SocketHandlers, 'message' | 'stream'>): boolean {
  checkOneOf('messages', messages, ['whole', 'streams'])
  if (stream !== undefined && messages === 'whole') throw cannotCombine('stream', "messages: 'whole'", stream)
  if (messages !== 'streams' && stream === undefined) return false
  const option = stream === undefined ? "messages: 'streams'" : 'stream'
  if (message !== undefined) throw cannotCombine(option, 'message', message)
  if (text === 'bytes') throw cannotCombine(option, "text: 'bytes'", text)
  return true
}

/** A message that may be dropped or replaced is not encoded before the transport has room for it. */
function directBytes({ sendBuffer, highWaterMark }: SocketLimits, slowConsumer: SlowConsumer): number {
  return slowConsumer === 'drop-oldest' || slowConsumer === 'coalesce' ? Math.min(highWaterMark, sendBuffer) : sendBuffer
}

/** The settings of one connection with another `slowConsumer`. @throws OptionError */
export function withSlowConsumer(settings: SocketSettings, slowConsumer: SlowConsumer): SocketSettings {
  checkOneOf('slowConsumer', slowConsumer ?? null, slowConsumers)
  return { ...settings, slowConsumer, directBytes: directBytes(settings.limits, slowConsumer) }
}

/**
 * Options of the core. Connections without extensions can share one such object.
 * @param rules of an earlier connection with the same RSV bits and the same other arguments. Default: made anew.
 */
export function coreOptions(
  role: 'client' | 'server',
  settings: SocketSettings,
  platform: Platform,
  extensions: readonly ExtensionSession[],
  hasCodec: boolean,
  rules?: FrameRules,
): ConnectionOptions {
  // A codec is promised a string for a text message.
  const textAs = hasCodec ? 'string' : settings.text
  const { masker } = platform
  const { streams } = settings
  return {
    role,
    limits: settings.limits,
    extensions,
    text: platform.text,
    random: platform.random,
    buffers: platform.buffers,
    masker,
    frameRules: rules ?? frameRules({ role, limits: settings.limits, extensions, masker, textAs, streams }),
    textAs,
    streams,
    closeTimeoutMs: settings.closeTimeoutMs,
    keepaliveIntervalMs: settings.keepaliveIntervalMs,
    keepaliveTimeoutMs: settings.keepaliveTimeoutMs,
    keepaliveJitter: settings.keepaliveJitter,
    keepaliveAlways: settings.keepaliveAlways,
    idleTimeoutMs: settings.idleTimeoutMs,
  }
}

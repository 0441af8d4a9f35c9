import { Buffer } from 'node:buffer'
import type { Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { checkFlag, checkFunction, checkOneOf } from '../../connection/option-checks.ts'
import { coreOptions, readSocketSettings, socketOptionNames } from '../../connection/socket-settings.ts'
import type { SocketOptions, SocketSettings } from '../../connection/socket-settings.ts'
import { createStreamRuntime, DrivenStreamConnection } from '../../connection/stream-connection.ts'
import type { StreamConnection } from '../../connection/stream-connection.ts'
import { OptionError } from '../../core/errors.ts'
import { checkOptions } from '../../core/option-names.ts'
import type { Platform } from '../../core/platform.ts'
import type { ConnectionOptions } from '../../core/protocol/connection-options.ts'
import type { MessageSink } from '../../core/protocol/events.ts'
import type { ExtensionSession } from '../../core/protocol/extension.ts'
import { nodeClock } from './clock.ts'
import { Http2StreamTransport } from './http2-transport.ts'
import { nodePlatform } from './platform.ts'
import { SocketTransport } from './socket-transport.ts'

/** Options of {@link createStreamConnections}; those of `serve` and `connect` for a connection, and some that only this level has. */
export interface StreamConnectionOptions
  extends Pick<SocketOptions, 'limits' | 'keepalive' | 'idleTimeoutMs' | 'closeTimeoutMs' | 'tooFast' | 'text'> {
  /** A client masks what it sends; a server does not. */
  readonly role: 'client' | 'server'
  /** Answer each Ping by itself. Default true. */
  readonly autoPong?: boolean
  /** Check that text messages, with `text: 'bytes'`, and close reasons are UTF-8 (RFC 6455 section 8.1). Default true. */
  readonly validateUtf8?: boolean
  /** Gives each masking key, 32 bits. Default: unpredictable, as section 5.3 demands. */
  readonly maskingKey?: () => number
  /** Class of the bytes that the sink gets. Default `Uint8Array`. */
  readonly bytes?: 'Uint8Array' | 'Buffer'
  /** Tell the sink where the frames of a fragmented message begin. Default false. */
  readonly fragmentStarts?: boolean
  /**
   * Give the sink's `closed` an error where the stream just ended, or failed, before the closing handshake was complete. Without it `CloseInfo.error` is
   * undefined then, which saves an opening handshake with such an end 4 % of its time. Default true.
   */
  readonly disconnectionErrors?: boolean
}

const own: Readonly<Record<Exclude<keyof StreamConnectionOptions, keyof SocketOptions>, true>> = {
  role: true,
  autoPong: true,
  validateUtf8: true,
  maskingKey: true,
  bytes: true,
  fragmentStarts: true,
  disconnectionErrors: true,
}
const names: readonly string[] = [...Object.keys(socketOptionNames), ...Object.keys(own)].filter(
  (name) => name !== 'invalidMessage' && name !== 'slowConsumer' && name !== 'messages',
)

/** Makes connections that share their settings. */
export interface StreamConnections {
  /**
   * A connection over a stream whose opening handshake is done; it reads after `setReading(true)`. What arrived behind the handshake has to be in the
   * stream (`unshift`).
   * @param stream a socket of node:net or node:tls, a stream of node:http2, or another Duplex
   * @param sessions of the agreed extensions, in the order of the response
   * @throws OptionError when `stream` is no Duplex
   */
  open(stream: Duplex, sink: MessageSink, sessions?: readonly ExtensionSession[]): StreamConnection
}

/** Shared by all connections over streams of the process, as one server's are by its connections. */
const runtime = createStreamRuntime(nodePlatform, nodeClock)

/** `new FastBuffer(…)` is what `buffer.subarray` makes, at a third of its cost. */
const FastBuffer = (Buffer as unknown as { readonly [Symbol.species]: new (buffer: ArrayBufferLike, offset: number, length: number) => Buffer })[
  Symbol.species
]
const bufferView = (bytes: Uint8Array, start: number, end: number): Buffer => new FastBuffer(bytes.buffer, bytes.byteOffset + start, end - start)

/**
 * For libraries that do the opening handshake themselves and have an API of their own: connections without queues, codecs and promises, whose sink is
 * called at once.
 * @throws OptionError naming the option that is wrong
 */
export function createStreamConnections(options: StreamConnectionOptions): StreamConnections {
  checkOptions(options, names)
  checkOneOf('role', options.role, ['client', 'server'])
  if (options.role === undefined) throw new OptionError('role', '"client" or "server"', undefined)
  checkOneOf('bytes', options.bytes, ['Uint8Array', 'Buffer'])
  checkFlag('autoPong', options.autoPong)
  checkFlag('validateUtf8', options.validateUtf8)
  checkFlag('fragmentStarts', options.fragmentStarts)
  checkFlag('disconnectionErrors', options.disconnectionErrors)
  checkFunction('maskingKey', options.maskingKey)
  const { role, autoPong, validateUtf8, maskingKey, bytes, fragmentStarts, disconnectionErrors, ...socketOptions } = options
  const settings = readSocketSettings(socketOptions)
  return new NodeStreamConnections(options, settings, platformFor(options))
}

function platformFor({ validateUtf8, maskingKey }: StreamConnectionOptions): Platform {
  if (validateUtf8 !== false && maskingKey === undefined) return nodePlatform
  const { text, random } = nodePlatform
  return {
    ...nodePlatform,
    text: validateUtf8 === false ? { ...text, isUtf8: () => true, validates: false } : text,
    random: maskingKey === undefined ? random : { fill: (target) => random.fill(target), uint32: () => maskingKey() >>> 0 },
  }
}

/**
 * Whether the runtime has not brought the end of the stream yet, so that a transport needs no listener for it from the beginning: 64 bytes of each idle
 * connection. `readableEnded` would be too late: it tells that 'end' was emitted. Where a stream has no such field, the listener is added.
 */
function endIsAhead(stream: Duplex): boolean {
  return (Reflect.get(stream, '_readableState') as { readonly ended?: unknown } | undefined)?.ended === false
}

class NodeStreamConnections implements StreamConnections {
  readonly #options: StreamConnectionOptions
  readonly #settings: SocketSettings
  readonly #platform: Platform
  /** For connections without extensions, which share one object. */
  readonly #plain: ConnectionOptions

  constructor(options: StreamConnectionOptions, settings: SocketSettings, platform: Platform) {
    this.#options = options
    // The caller limits what it sends; reading never waits for that, or two ends that both send first would wait for each other.
    this.#settings = { ...settings, limits: { ...settings.limits, sendBuffer: Number.POSITIVE_INFINITY } }
    this.#platform = platform
    this.#plain = this.#coreOptions([])
  }

  open(stream: Duplex, sink: MessageSink, sessions: readonly ExtensionSession[] = []): StreamConnection {
    if (typeof (stream as Partial<Duplex> | null)?.write !== 'function' || typeof stream.on !== 'function') {
      throw new OptionError('stream', 'a Duplex', stream)
    }
    const transport =
      'rstCode' in stream ? new Http2StreamTransport(stream as Http2Stream, runtime) : new SocketTransport(stream as Socket, endIsAhead(stream))
    const core = sessions.length === 0 ? this.#plain : this.#coreOptions(sessions)
    return new DrivenStreamConnection({ transport, runtime, core, settings: this.#settings, sink })
  }

  #coreOptions(sessions: readonly ExtensionSession[]): ConnectionOptions {
    const { role, bytes, fragmentStarts, autoPong, disconnectionErrors } = this.#options
    return {
      ...coreOptions(role, this.#settings, this.#platform, sessions, false),
      ...(bytes === 'Buffer' ? { view: bufferView } : {}),
      ...(fragmentStarts === true ? { fragmentStarts } : {}),
      ...(autoPong === false ? { autoPong } : {}),
      ...(disconnectionErrors === false ? { disconnectionErrors } : {}),
    }
  }
}

import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import { checkNames } from '../core/option-names.ts'
import type { Platform } from '../core/platform.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'
import { checkClose } from '../connection/option-checks.ts'
import type { ConnectHandlers, ConnectedSocket } from '../client/options.ts'
import type { AnyReconnectingOptions } from '../client/reconnecting/attempt-options.ts'
import type { UrlSource } from '../client/reconnecting/attempt.ts'
import type { ReconnectOptions, ReconnectingSocket } from '../client/reconnecting/options.ts'
import { ReconnectingClient } from '../client/reconnecting/reconnecting-client.ts'
import { retryAfterMs } from '../client/reconnecting/retry-after.ts'
import { readSettings } from '../client/settings.ts'
import type { AnyConnectOptions } from '../client/settings.ts'
import type { ManualClock } from './manual-clock.ts'
import { connectNames } from './memory-link.ts'
import type { MemoryConnect, MemoryConnectOptions } from './memory-link.ts'

/** Options of `reconnecting` to a server in memory. */
export interface MemoryReconnectingOptions<S extends Subprotocols = readonly [], N extends NoSubprotocol = 'refuse', Handler = never>
  extends ConnectHandlers<S, N, Handler>,
    Omit<MemoryConnectOptions<S, N, Handler>, keyof ConnectHandlers | 'error' | 'signal'>,
    ReconnectOptions<Partial<Omit<MemoryConnectOptions<any>, keyof ConnectHandlers | 'error' | 'signal' | 'noSubprotocol'>>> {}

/** A client that connects again, as `reconnecting` of `hawser` makes it. */
export interface MemoryReconnecting {
  /**
   * @param url a path on the host `localhost`, or an absolute URL; or a function that gives one for each attempt
   * @returns at once; the first attempt begins after the code that runs now
   * @throws OptionError that names the option that is wrong
   */
  <
    const S extends Subprotocols = readonly [],
    const N extends NoSubprotocol = 'refuse',
    // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
    Handler extends Function = never,
  >(
    url: UrlSource,
    options?: MemoryReconnectingOptions<S, N, Handler>,
  ): ReconnectingSocket<ConnectedSocket<S, N>>
}

/** What a client needs of its server in memory. */
export interface ReconnectingNetwork {
  readonly connect: MemoryConnect
  readonly clock: ManualClock
  /** For the random part of delays, the same in every run. */
  readonly platform: Platform
  readonly report: (error: unknown) => void
}

/** `reconnecting` over `connect` of a server in memory. */
export function memoryReconnecting({ connect, clock, platform, report }: ReconnectingNetwork): MemoryReconnecting {
  const open = (url: UrlSource, options: AnyReconnectingOptions = {}): ReconnectingClient =>
    new ReconnectingClient(
      {
        connect: (to, given) => connect(to, given),
        check(given) {
          checkNames(given, connectNames)
          readSettings(given as AnyConnectOptions)
        },
        checkClose,
        optionNames: connectNames,
        now: () => clock.now(),
        retryAfterMs: (error) => retryAfterMs(error, clock.now()),
        schedule: (callback, delayMs) => clock.schedule(callback, delayMs),
        random: () => platform.random.uint32() / 2 ** 32,
        report,
      },
      url,
      options,
    )
  return open as unknown as MemoryReconnecting
}

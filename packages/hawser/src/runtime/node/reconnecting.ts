import { clearTimeout, setTimeout } from 'node:timers'
import type { NoSubprotocol } from '../../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import { checkClose } from '../../connection/option-checks.ts'
import type { ConnectHandlers, ConnectedSocket } from '../../client/options.ts'
import { readSettings } from '../../client/settings.ts'
import type { AnyConnectOptions } from '../../client/settings.ts'
import type { AnyReconnectingOptions } from '../../client/reconnecting/attempt-options.ts'
import type { UrlSource } from '../../client/reconnecting/attempt.ts'
import type { ReconnectOptions, ReconnectingSocket } from '../../client/reconnecting/options.ts'
import { ReconnectingClient } from '../../client/reconnecting/reconnecting-client.ts'
import { retryAfterMs } from '../../client/reconnecting/retry-after.ts'
import type { ReconnectingRuntime } from '../../client/reconnecting/runtime.ts'
import { nodeClock } from './clock.ts'
import { checkNodeOptions, nodeOptionNames } from './connect-options.ts'
import type { NodeConnectOptions } from './connect-options.ts'
import { connect } from './connect.ts'
import { reportToStderr } from './error-report.ts'

/** What `prepare` may give for an attempt: any options of `connect` but handlers, `noSubprotocol`, `signal` and `error`. */
export type PreparedOptions<S extends Subprotocols = any> = Partial<
  Omit<NodeConnectOptions<S>, keyof ConnectHandlers | 'error' | 'signal' | 'noSubprotocol'>
>

/** Options of `reconnecting`: those of `connect`, which each attempt gets, and those of {@link ReconnectOptions}. */
export interface ReconnectingOptions<S extends Subprotocols = readonly [], N extends NoSubprotocol = 'refuse', Handler = never>
  extends ConnectHandlers<S, N, Handler>,
    Omit<NodeConnectOptions<S, N, Handler>, keyof ConnectHandlers | 'error' | 'signal'>,
    ReconnectOptions<PreparedOptions> {}

const runtime: ReconnectingRuntime = {
  connect: (url, options) => connect(url, options),
  check(options) {
    checkNodeOptions(options)
    readSettings(options as AnyConnectOptions)
  },
  checkClose,
  optionNames: nodeOptionNames,
  now: nodeClock.now,
  retryAfterMs: (error) => retryAfterMs(error, Date.now()),
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  random: Math.random,
  report: reportToStderr('client'),
}

/**
 * A client that connects, and connects again when an attempt fails or a connection ends, until it is closed for good or the server's answer is
 * final. The time between attempts is random within a window that doubles. Handlers get the socket of the connection that they belong to.
 * @example
 * ```ts
 * const chat = reconnecting('wss://example.com/chat', {
 *   open: (socket) => void socket.send('hello again'),
 *   message: (socket, message) => console.log(message),
 * })
 * chat.send('hello') // 'closed' while there is no connection, 'queued' under the option `queue`
 * await chat.close()
 * ```
 * @param url a string, a `URL`, or a function that gives one for each attempt
 * @param options those of `connect`; `reconnect`, `queue`, `probe`, `prepare`, and the handlers `state` and `unsent`
 * @typeParam S the offered subprotocols, from `options.subprotocols`
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Handler for inference only
 * @returns at once; the first attempt begins after the code that runs now
 * @throws OptionError that names the option that is wrong
 */
export function reconnecting<
  const S extends Subprotocols = readonly [],
  const N extends NoSubprotocol = 'refuse',
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(url: UrlSource, options: ReconnectingOptions<S, N, Handler> = {}): ReconnectingSocket<ConnectedSocket<S, N>> {
  return new ReconnectingClient(runtime, url, options as AnyReconnectingOptions) as unknown as ReconnectingSocket<ConnectedSocket<S, N>>
}

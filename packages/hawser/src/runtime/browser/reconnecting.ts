import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import type { AnyReconnectingOptions } from '../../client/reconnecting/attempt-options.ts'
import type { UrlSource } from '../../client/reconnecting/attempt.ts'
import type { ReconnectOptions } from '../../client/reconnecting/options.ts'
import { ReconnectingClient } from '../../client/reconnecting/reconnecting-client.ts'
import type { ReconnectingRuntime } from '../../client/reconnecting/runtime.ts'
import { checkBrowserClose } from './close-code.ts'
import { browserOptionNames, readBrowserOptions } from './connect-options.ts'
import type { BrowserConnectOptions, BrowserHandlers } from './connect-options.ts'
import { connect } from './connect.ts'
import { platform } from './platform.ts'
import type { BrowserConnectedSocket, BrowserReconnectingSocket } from './socket.ts'

/** What `prepare` may give for an attempt in a browser. */
export type BrowserPreparedOptions = Partial<
  Pick<BrowserConnectOptions<any>, 'subprotocols' | 'limits' | 'closeTimeoutMs' | 'invalidMessage' | 'slowConsumer'>
>

/** Options of `reconnecting` in a browser: those of `connect`, which each attempt gets, and those of {@link ReconnectOptions}. */
export interface BrowserReconnectingOptions<S extends Subprotocols = readonly [], Handler = never>
  extends BrowserHandlers<S, Handler>,
    Omit<BrowserConnectOptions<S, Handler>, keyof BrowserHandlers | 'error' | 'signal'>,
    ReconnectOptions<BrowserPreparedOptions> {}

/** When a page can have missed something: the network is back, the page is shown again or comes out of the cache. */
const wakeEvents: readonly (readonly [target: 'page' | 'document', type: string])[] = [
  ['page', 'online'],
  ['page', 'pageshow'],
  ['document', 'visibilitychange'],
]

const runtime: ReconnectingRuntime = {
  connect: (url, options) => connect(url, options),
  check: (options) => void readBrowserOptions(options),
  checkClose: checkBrowserClose,
  optionNames: browserOptionNames,
  now: () => performance.now(),
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  random: Math.random,
  isOffline: () => platform.navigator?.onLine === false,
  onWake(wake) {
    const listener = ({ type }: Event): void => {
      // A page in the background is online again, too.
      if (type !== 'visibilitychange' || platform.document?.visibilityState !== 'hidden') wake()
    }
    for (const [target, type] of wakeEvents) targetOf(target)?.addEventListener?.(type, listener)
    return () => {
      for (const [target, type] of wakeEvents) targetOf(target)?.removeEventListener?.(type, listener)
    }
  },
  report: (error) => console.error(error),
}

function targetOf(target: 'page' | 'document'): Partial<EventTarget> | undefined {
  return target === 'page' ? (platform as Partial<EventTarget>) : platform.document
}

/**
 * A client that connects, and connects again when an attempt fails or a connection ends, until it is closed for good. The time between attempts is
 * random within a window that doubles; none is made while the browser is offline, and one at once when it is back. A browser does not tell why a handshake failed, so
 * no failed handshake is final there.
 * @example
 * ```ts
 * const chat = reconnecting('/chat', {
 *   open: (socket) => void socket.send('hello again'),
 *   message: (socket, message) => console.log(message),
 * })
 * chat.send('hello') // 'closed' while there is no connection, 'queued' under the option `queue`
 * await chat.close()
 * ```
 * @param url a string, a `URL`, or a function that gives one for each attempt
 * @param options those of `connect`; `reconnect`, `queue`, `probe`, `prepare`, and the handlers `state` and `unsent`
 * @typeParam S the offered subprotocols, from `options.subprotocols`
 * @typeParam Handler for inference only
 * @returns at once; the first attempt begins after the code that runs now
 * @throws OptionError that names the option that is wrong, or that a browser cannot obey
 */
export function reconnecting<
  const S extends Subprotocols = readonly [],
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(url: UrlSource, options: BrowserReconnectingOptions<S, Handler> = {}): BrowserReconnectingSocket<BrowserConnectedSocket<S>> {
  return new ReconnectingClient(runtime, url, options as AnyReconnectingOptions) as unknown as BrowserReconnectingSocket<BrowserConnectedSocket<S>>
}

import { OptionError } from '../../core/errors.ts'
import type { MessageError } from '../../core/errors.ts'
import type { CloseInfo } from '../../core/protocol/events.ts'
import { checkObject, unknownOption } from '../../core/option-names.ts'
import type { DeclaredAs, SubprotocolCodec, Subprotocols } from '../../core/subprotocols/codec.ts'
import { readSubprotocols } from '../../connection/declared-options.ts'
import type { SocketHandlers } from '../../connection/handlers.ts'
import { checkFunction, checkInteger, checkOneOf } from '../../connection/option-checks.ts'
import type { ClientCallback } from '../../client/options.ts'
import type { MessageHandler } from '../../connection/socket.ts'
import { readBrowserLimits } from './limits.ts'
import type { BrowserLimits } from './limits.ts'
import type { BrowserConnectedSocket } from './socket.ts'

/** Handlers of `connect` in a browser. */
export interface BrowserHandlers<S extends Subprotocols = readonly [], Handler = never> {
  /** Called before the first message, which waits for the promise if one is returned. */
  open?(socket: BrowserConnectedSocket<S>): any
  /** Called for each message. The next one waits for the promise if one is returned. */
  message?: MessageHandler<BrowserConnectedSocket<S>, Handler>
  /** Called for a message that its codec refuses. Without this handler the error goes to `error`; an iterator throws it. */
  invalid?(socket: BrowserConnectedSocket<S>, error: MessageError): any
  /** Called after `send` returned `buffered`, once nothing is buffered. */
  drained?(socket: BrowserConnectedSocket<S>): any
  /** Called once, after the last message. */
  close?(socket: BrowserConnectedSocket<S>, info: CloseInfo): any
}

/** Options of `connect` in a browser. A wrong one, and one that a browser cannot obey, rejects with an `OptionError` that names it. */
export interface BrowserConnectOptions<S extends Subprotocols = readonly [], Handler = never> extends BrowserHandlers<S, Handler> {
  /** Offered in this order: names alone, or names with the codec of each. */
  readonly subprotocols?: DeclaredAs<S>
  /** A browser refuses a connection without one of the subprotocols that were offered. */
  readonly noSubprotocol?: 'refuse'
  /** Ends the attempt with a `HandshakeError` of stage `aborted`. It has no effect once the connection is OPEN. */
  readonly signal?: AbortSignal
  /** Bounds on the memory that the server can cause. Sizes in bytes, durations in milliseconds. */
  readonly limits?: Partial<BrowserLimits>
  /** How long, in milliseconds, the peer has for its Close frame. Default 10 000. */
  readonly closeTimeoutMs?: number
  /** A message that its codec refuses: only report it, or report it and close with this code and 3000. Default `report`. */
  readonly invalidMessage?: 'report' | 1007 | 1008
  /** What to do when more than `limits.sendBuffer` would wait for a server that reads slowly. Default `close`, with 4013. */
  readonly slowConsumer?: 'close' | 'wait'
  /** Receives errors that the application's own code throws or rejects with, and their origin. Default: they are written to the console. */
  readonly error?: (error: unknown, where: ClientCallback) => any
}

/** A record, so that the compiler notices a missing name. */
const available: Readonly<Record<keyof BrowserConnectOptions, true>> = {
  open: true,
  message: true,
  invalid: true,
  drained: true,
  close: true,
  subprotocols: true,
  noSubprotocol: true,
  signal: true,
  limits: true,
  closeTimeoutMs: true,
  invalidMessage: true,
  slowConsumer: true,
  error: true,
}
export const browserOptionNames: readonly string[] = Object.keys(available)

/** Options of `connect` in other runtimes, by the reason for which a browser has none. */
export const unavailable: readonly (readonly [why: string, names: readonly string[]])[] = [
  ['the browser writes the request and reads the response', ['headers', 'origin', 'authority', 'response', 'redirects']],
  [
    'the browser chooses the way to the server',
    ['http', 'proxy', 'parallel', 'tls', 'proxyTls', 'socketPath', 'localAddress', 'localPort', 'family', 'lookup', 'createConnection', 'agent'],
  ],
  ['the browser offers the extensions that it has', ['extensions']],
  ['a page can neither send nor see Pings', ['keepalive', 'idleTimeoutMs']],
  ['the browser reads the messages', ['tooFast', 'text']],
  ['a page sees no frames', ['observe']],
  ['a page receives whole messages', ['stream', 'messages']],
  ['the browser blocks them always', ['blockBadPorts']],
  ['what was sent cannot be taken back from the browser', ['dropped']],
]

/** {@link BrowserConnectOptions} with their defaults, checked. */
export interface BrowserSettings {
  readonly subprotocols: readonly string[]
  readonly codecs: ReadonlyMap<string, SubprotocolCodec<any, any>>
  readonly handlers: SocketHandlers
  readonly signal: AbortSignal | undefined
  readonly limits: BrowserLimits
  readonly closeTimeoutMs: number
  readonly invalidMessage: 'report' | 1007 | 1008
  readonly slowConsumer: 'close' | 'wait'
  readonly error: ((error: unknown, where: ClientCallback) => unknown) | undefined
}

/** @throws OptionError that names the option */
export function readBrowserOptions(given: unknown): BrowserSettings {
  if (typeof given !== 'object' || given === null) throw new OptionError('options', 'an object', given)
  const options = given as Readonly<Record<string, unknown>> & BrowserConnectOptions<any, any>
  for (const name of Object.keys(options)) if (!browserOptionNames.includes(name)) throw notAvailable(name, options[name])
  if ((options.noSubprotocol as string | undefined) === 'accept')
    throw new OptionError('noSubprotocol', '"refuse"', 'accept', "option noSubprotocol: a browser cannot 'accept', it fails such a connection itself")
  checkOneOf('noSubprotocol', options.noSubprotocol, ['refuse'])
  const { names, codecs } = readSubprotocols(options.subprotocols)
  for (const name of ['open', 'message', 'invalid', 'drained', 'close', 'error']) checkFunction(name, options[name])
  checkInteger('closeTimeoutMs', options.closeTimeoutMs, 1, 0x7fff_ffff)
  checkOneOf('invalidMessage', options.invalidMessage, ['report', 1007, 1008])
  checkOneOf('slowConsumer', options.slowConsumer, ['close', 'wait'])
  const { signal } = options
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.addEventListener !== 'function')
    throw new OptionError('signal', 'an AbortSignal', signal)
  checkObject('limits', options.limits, [...Object.keys(readBrowserLimits({}))])
  return {
    subprotocols: names,
    codecs,
    handlers: options as SocketHandlers,
    signal,
    limits: readBrowserLimits(options.limits),
    closeTimeoutMs: options.closeTimeoutMs ?? 10_000,
    invalidMessage: options.invalidMessage ?? 'report',
    slowConsumer: options.slowConsumer ?? 'close',
    error: options.error,
  }
}

function notAvailable(name: string, value: unknown): OptionError {
  const why = unavailable.find(([, names]) => names.includes(name))?.[0]
  return why === undefined
    ? unknownOption(name, browserOptionNames)
    : new OptionError(name, 'nothing', value, `option ${name} is not for browsers: ${why}`)
}

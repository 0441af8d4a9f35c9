import { buildExtensionOffers, confirmExtensions, negotiateExtensions } from '../core/handshake/index.ts'
import { OptionError } from '../core/errors.ts'
import { checkObject, checkOptions } from '../core/option-names.ts'
import type { MessageError } from '../core/errors.ts'
import type { CloseInfo, Extension, ExtensionSession } from '../core/protocol/index.ts'
import type { SubprotocolCodec, Subprotocols } from '../core/subprotocols/codec.ts'
import { createReporter } from '../connection/application-code.ts'
import { createRuntime } from '../connection/runtime.ts'
import type { DropReport } from '../connection/drops.ts'
import { handlerNames } from '../connection/handlers.ts'
import type { HandlerName, SocketHandlers } from '../connection/handlers.ts'
import { checkCodecs, readExtensions, readSubprotocols } from '../connection/declared-options.ts'
import { checkFunction } from '../connection/option-checks.ts'
import { coreOptions, socketOptionNames, readSocketSettings } from '../connection/socket-settings.ts'
import type { SocketOptions } from '../connection/socket-settings.ts'
import type { MessageStream } from '../connection/message-stream.ts'
import type { MessageArguments, SocketOf } from '../connection/socket.ts'
import { WebSocketConnection } from '../connection/websocket-connection.ts'
import { FaultyTransport } from './faulty-transport.ts'
import { readFaults } from './faults.ts'
import type { Faults } from './faults.ts'
import { checkClock, ManualClock } from './manual-clock.ts'
import { createTestPlatform } from './platform.ts'
import { transportPair } from './transport-pair.ts'

/** One end of a pair: its handlers, and the options that its connections have. */
export interface PairEnd<S extends Subprotocols, Context> extends SocketOptions {
  /** Before the first message. */
  open?(socket: SocketOf<S, Context, 'refuse'>): unknown
  /** Of both, `subprotocol` narrows only in a handler of `serve`. */
  message?(
    socket: SocketOf<S, Context, 'refuse'>,
    message: MessageArguments<SocketOf<S, Context, 'refuse'>>[1],
    subprotocol: MessageArguments<SocketOf<S, Context, 'refuse'>>[2],
  ): unknown
  /** Each message as soon as it begins, instead of `message`. */
  stream?(socket: SocketOf<S, Context, 'refuse'>, message: MessageStream): unknown
  /** A message its codec refuses. */
  invalid?(socket: SocketOf<S, Context, 'refuse'>, error: MessageError): unknown
  /** Called after `send` returned `buffered`, once at most `limits.lowWaterMark` is buffered. */
  drained?(socket: SocketOf<S, Context, 'refuse'>): unknown
  /** Called at the end of a tick in which `slowConsumer` dropped or replaced messages. */
  dropped?(socket: SocketOf<S, Context, 'refuse'>, report: DropReport): unknown
  /** Once, after the last message. */
  close?(socket: SocketOf<S, Context, 'refuse'>, info: CloseInfo): unknown
  /** Default: the error is kept in `errors` of the pair. */
  error?(error: unknown, where: HandlerName): unknown
  /** Faults of this end's transport. */
  readonly faults?: Faults
}

/** Options of `pair`: those of both ends, and those of each. */
export interface PairOptions<S extends Subprotocols = readonly [], Context = undefined> {
  /** Declared at both ends: names alone, or names with the codec of each. Default: none. */
  readonly subprotocols?: S
  /** Which of them is agreed. Default: the first, or none where there are none. */
  readonly subprotocol?: string
  /** Configured at both ends, and agreed as an opening handshake would. Default: none. */
  readonly extensions?: readonly Extension[]
  /** The client's handlers, options and faults. */
  readonly client?: PairEnd<S, undefined>
  /** The server's handlers, options and faults. */
  readonly server?: PairEnd<S, Context>
  /** The context of the server's socket. */
  readonly context?: Context
  /** Default: a {@link ManualClock} at 0. */
  readonly clock?: ManualClock
  /** Bytes in flight in one direction. Default 65 536. */
  readonly capacity?: number
  /** Of the masking keys. Default 1. */
  readonly seed?: number
}

/** Two connected sockets, and the clock that both obey. */
export interface Pair<S extends Subprotocols = readonly [], Context = undefined> {
  /** The client's end, OPEN. */
  readonly client: SocketOf<S, undefined, 'refuse'>
  /** The server's end, OPEN. */
  readonly server: SocketOf<S, Context, 'refuse'>
  /** The clock of both ends, which moves only by `advance`. */
  readonly clock: ManualClock
  /** The transport of each end, whose methods cause faults at any moment. */
  readonly transports: { readonly client: FaultyTransport; readonly server: FaultyTransport }
  /** Errors thrown by handlers of an end without `error`. */
  readonly errors: readonly unknown[]
}

/**
 * Two connected sockets in memory, as after an opening handshake: no port, no real time, no randomness.
 * @throws OptionError naming the option that is wrong
 */
export function pair<const S extends Subprotocols = readonly [], Context = undefined>(options: PairOptions<S, Context> = {}): Pair<S, Context> {
  checkOptions(options, Object.keys(pairNames))
  for (const end of ['client', 'server'] as const) checkEnd(end, options[end])
  const clock = options.clock ?? new ManualClock()
  checkClock(clock)
  const runtime = createRuntime(createTestPlatform(options.seed ?? 1), clock)
  const [left, right] = transportPair(options.capacity === undefined ? {} : { capacity: options.capacity })
  const { name, codec } = agree(options.subprotocols, options.subprotocol)
  const sessions = openSessions(readExtensions(options.extensions, 'offers', 'accept', 'confirm'))
  const errors: unknown[] = []
  const build = (role: 'client' | 'server', transport: FaultyTransport, end: PairEnd<any, any>, context: unknown): WebSocketConnection => {
    const settings = readSocketSettings(end)
    checkCodecs(new Map(codec === undefined ? [] : [[name, codec]]), settings.streams)
    return new WebSocketConnection({
      transport,
      runtime,
      settings,
      core: coreOptions(role, settings, runtime.platform, sessions[role], codec !== undefined),
      handlers: end as SocketHandlers,
      owner: {
        report: createReporter(end.error?.bind(end), (error) => errors.push(error)),
        connectionClosed: () => undefined,
      },
      subprotocol: name,
      codec,
      context,
    })
  }
  const transports = { client: new FaultyTransport(left, options.client?.faults), server: new FaultyTransport(right, options.server?.faults) }
  const client = build('client', transports.client, options.client ?? {}, undefined)
  const server = build('server', transports.server, options.server ?? {}, options.context)
  server.open(false)
  client.open(false)
  return {
    client: client as unknown as SocketOf<S, undefined, 'refuse'>,
    server: server as unknown as SocketOf<S, Context, 'refuse'>,
    clock,
    transports,
    errors,
  }
}

/** Records, so that the compiler misses an option that is not here. */
const pairNames: Readonly<Record<keyof PairOptions, true>> = {
  subprotocols: true,
  subprotocol: true,
  extensions: true,
  client: true,
  server: true,
  context: true,
  clock: true,
  capacity: true,
  seed: true,
}
const endNames: Readonly<Record<keyof PairEnd<readonly [], undefined>, true>> = {
  open: true,
  message: true,
  stream: true,
  invalid: true,
  drained: true,
  dropped: true,
  close: true,
  error: true,
  faults: true,
  ...socketOptionNames,
}

function checkEnd(name: 'client' | 'server', end: PairEnd<any, any> | undefined): void {
  checkObject(name, end, Object.keys(endNames))
  if (end?.faults !== undefined) readFaults(end.faults, `${name}.faults`)
  for (const handler of [...handlerNames, 'error'] as const) checkFunction(`${name}.${handler}`, end?.[handler])
}

function agree(declared: Subprotocols | undefined, chosen: string | undefined): { name: string; codec: SubprotocolCodec<any, any> | undefined } {
  const { names, codecs } = readSubprotocols(declared)
  const name = chosen ?? names[0] ?? ''
  if (name !== '' && !names.includes(name)) throw new OptionError('subprotocol', 'one of subprotocols', name)
  return { name, codec: codecs.get(name) }
}

function openSessions(extensions: readonly Extension[]): { client: readonly ExtensionSession[]; server: readonly ExtensionSession[] } {
  if (extensions.length === 0) return { client: [], server: [] }
  const { agreed, field } = negotiateExtensions(buildExtensionOffers(extensions), extensions)
  const confirmed = confirmExtensions(field === undefined ? [] : [field], extensions)
  if (!confirmed.ok) throw new OptionError('extensions', `extensions that accept their own offers (${confirmed.message})`, extensions)
  return { client: confirmed.agreed.map((one) => one.open()), server: agreed.map((one) => one.open()) }
}

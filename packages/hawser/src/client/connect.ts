import { HandshakeError, OptionError } from '../core/errors.ts'
import type { ReceivedResponse } from '../core/errors.ts'
import { acceptKey, generateKey } from '../core/handshake/accept-key.ts'
import type { OpeningAgreement, OpeningResult } from '../core/handshake/client-handshake.ts'
import { RULES } from '../core/handshake/rules.ts'
import type { ServerAddress } from '../core/handshake/url.ts'
import type { ResponseHead } from '../core/http1/response-head.ts'
import { buildUpgradeRequest } from '../core/http1/upgrade-request.ts'
import { validateUpgradeResponse } from '../core/http1/upgrade-response.ts'
import { buildConnectRequest, validateConnectResponse } from '../core/http2/index.ts'
import type { Platform } from '../core/platform.ts'
import type { ConnectionOptions } from '../core/protocol/connection-options.ts'
import type { ExtensionSession } from '../core/protocol/extension.ts'
import { createReporter } from '../connection/application-code.ts'
import type { Observer } from '../connection/observer.ts'
import type { Runtime } from '../connection/runtime.ts'
import type { ConnectionOwner, SocketHandlers } from '../connection/handlers.ts'
import { coreOptions } from '../connection/socket-settings.ts'
import type { SocketSettings } from '../connection/socket-settings.ts'
import type { Transport } from '../connection/transport.ts'
import { WebSocketConnection } from '../connection/websocket-connection.ts'
import { parseAddress } from './address.ts'
import { checkPort } from './bad-ports.ts'
import { AttemptProgress } from './attempt-progress.ts'
import type { ConnectingQueue } from './connecting-queue.ts'
import { Deadline } from './deadline.ts'
import type { Dial, StreamRoute } from './dial.ts'
import { handshakeError, receivedHead, refusalOf } from './exchange.ts'
import type { ExchangeResult, Explanation } from './exchange.ts'
import { HandshakeRecord, observersOf } from './handshake-record.ts'
import type { ClientCallback } from './options.ts'
import { exchange } from './http1/exchange.ts'
import { chooseProxy } from './proxy.ts'
import { followRedirect, isRedirect } from './redirect.ts'
import { readSettings, stripForCrossOrigin, withCredentials } from './settings.ts'
import type { AnyConnectOptions, ConnectSettings, RequestSettings } from './settings.ts'

/** A runtime's part of `connect`. */
export interface ClientRuntime {
  readonly connections: Runtime
  /** Shared by all connections of one client, as the network sees it. */
  readonly queue: ConnectingQueue
  readonly dial: Dial
  /** What an error of an established transport shows, where that is more than a connection that broke. */
  explain(error: Error): Explanation | undefined
  /** Told about every connection of this client. Default: none. */
  readonly observers?: readonly Observer[]
  /** For `proxy: 'env'`. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Receives errors of the application's own code if `error` is absent or fails. */
  report(error: unknown, where: ClientCallback | 'error'): void
}

type Report = (error: unknown, where: ClientCallback) => void

/**
 * The client's opening handshake, RFC 6455 section 4.1, from URL to connection.
 * @throws OptionError for wrong options, HandshakeError for everything else
 */
export async function establish(runtime: ClientRuntime, url: string | URL, options: AnyConnectOptions): Promise<WebSocketConnection> {
  if (typeof url !== 'string' && !(url instanceof URL)) throw new OptionError('url', 'a string or a URL', url)
  const settings = readSettings(options)
  const report = reporterOf(runtime, options)
  const { clock } = runtime.connections
  const observers = observersOf(options.observe, runtime.observers ?? [], (error) => report(error, 'observe'))
  // Only `createConnection` gets the signal.
  const deadline = new Deadline(clock, settings.limits.handshakeMs, settings.signal, (error) => report(error, 'createConnection'))
  try {
    let address = parseAddress(url)
    let { request } = settings
    let crossOrigin = false
    for (let redirects = 0; ; redirects++) {
      const record = observers && new HandshakeRecord(observers, clock, address.url)
      const result = await attempt(runtime, settings, options, deadline, report, { address, request, crossOrigin, record })
      if (result.kind === 'switched') return result.value
      const { response, head } = result
      record?.answered(head, response)
      if (settings.redirects === 0 || !isRedirect(response.status)) throw refusalOf(head, response)
      if (redirects === settings.redirects) {
        const message = `more redirects than the option redirects allows, ${settings.redirects}`
        throw new HandshakeError(message, { stage: 'redirect', fault: 'peer', rule: RULES['redirect.limit'], response })
      }
      await showResponse(options, response, address, deadline)
      const next = followRedirect(address, response)
      // Within one origin the URL's credentials are kept, as in every user agent.
      address = next.crossOrigin ? next.address : { ...next.address, credentials: address.credentials }
      if (next.crossOrigin) {
        request = stripForCrossOrigin(request)
        crossOrigin = true
      }
    }
  } finally {
    deadline.end()
  }
}

function reporterOf({ report }: ClientRuntime, options: AnyConnectOptions): Report {
  return options.error === undefined ? report : createReporter<ClientCallback>((error, where) => options.error?.(error, where), report)
}

/** Made outside of the handshake's functions, or the connection would keep everything that they know. */
function ownerOf(report: Report): ConnectionOwner {
  return { report, connectionClosed() {} }
}

/** By the settings, which are shared too. */
const plainCores = new WeakMap<SocketSettings, ConnectionOptions>()

/** Without extensions and codec, one object serves all connections with the same settings. */
function plainCoreOptions(settings: SocketSettings, platform: Platform): ConnectionOptions {
  const found = plainCores.get(settings)
  if (found?.random === platform.random) return found
  const made = coreOptions('client', settings, platform, [], false)
  plainCores.set(settings, made)
  return made
}

interface Hop {
  readonly address: ServerAddress
  readonly request: RequestSettings
  readonly crossOrigin: boolean
  /** Undefined where nobody observes. */
  readonly record: HandshakeRecord | undefined
}

async function attempt(
  runtime: ClientRuntime,
  settings: ConnectSettings,
  options: AnyConnectOptions,
  deadline: Deadline,
  report: Report,
  hop: Hop,
): Promise<ExchangeResult<WebSocketConnection>> {
  const { address } = hop
  let progress: AttemptProgress | undefined
  try {
    if (settings.blockBadPorts) checkPort(address.port)
    deadline.stage = 'proxy'
    const proxy = settings.proxy === undefined ? undefined : await deadline.race(chooseProxy(settings.proxy, address, runtime.variables))
    progress = new AttemptProgress(runtime, settings, deadline)
    deadline.stage = 'tcp'
    const route = await runtime.dial({ address, proxy, crossOrigin: hop.crossOrigin, limits: settings.limits, http: settings.http }, progress)
    deadline.stage = 'response'
    return await openOver(route, runtime, settings, options, deadline, report, hop)
  } catch (error) {
    hop.record?.failed(error)
    throw error
  } finally {
    progress?.end()
  }
}

async function openOver(
  route: Transport | StreamRoute,
  runtime: ClientRuntime,
  settings: ConnectSettings,
  options: AnyConnectOptions,
  deadline: Deadline,
  report: Report,
  hop: Hop,
): Promise<ExchangeResult<WebSocketConnection>> {
  const { platform, clock } = runtime.connections
  const { request, address, record } = hop
  const said = {
    authority: request.authority ?? address.authority,
    target: address.target,
    subprotocols: request.subprotocols,
    extensions: settings.offers,
    origin: request.origin,
    headers: withCredentials(request, address),
  }
  const sent = { subprotocols: request.subprotocols, extensions: settings.extensions, noSubprotocol: settings.noSubprotocol }
  const result = await run()
  return result.kind === 'answered' ? result : { kind: 'switched', value: await result.value }

  function run(): Promise<ExchangeResult<WebSocketConnection | Promise<WebSocketConnection>>> {
    if ('exchange' in route) {
      const fields = buildConnectRequest({ ...said, scheme: address.secure ? 'https' : 'http' })
      record?.sentFields(fields)
      return route.exchange({
        fields,
        limits: settings.limits,
        signal: deadline.signal,
        switched: (head, stream) => open(stream, head, [], validateConnectResponse(head, sent)),
      })
    }
    const key = generateKey(platform.random)
    const accept = acceptKey(key, platform.sha1Base64)
    const head = buildUpgradeRequest({ ...said, key })
    record?.sentHead(head, route)
    return exchange({
      transport: route,
      head,
      stage: 'response',
      limits: settings.limits,
      clock,
      text: platform.text,
      signal: deadline.signal,
      explain: runtime.explain,
      switches: (status) => status === 101,
      switched: (head, early) => open(route, head, early, validateUpgradeResponse(head, { ...sent, accept })),
    })
  }

  /** A promise only where the `response` option returned one. */
  function open(
    over: Transport,
    head: ResponseHead,
    early: readonly Uint8Array[],
    result: OpeningResult,
  ): WebSocketConnection | Promise<WebSocketConnection> {
    record?.received(head, over)
    const { agreed, sessions } = agree(result, head)
    const shown = options.response === undefined ? undefined : showResponse(options, receivedHead(head), address, deadline)
    const subprotocol = agreed.subprotocol ?? ''
    const codec = settings.codecs.get(subprotocol)
    const declined = settings.offers
      .filter(({ name }) => !sessions.some((session) => session.name === name))
      .map((offer) => ({ ...offer, reason: 'the server did not accept it' }))
    const start = (): WebSocketConnection => {
      const watched = record?.watch(over)
      const connection = new WebSocketConnection({
        transport: watched?.transport ?? over,
        runtime: runtime.connections,
        settings: settings.socket,
        core:
          sessions.length === 0 && codec === undefined
            ? plainCoreOptions(settings.socket, platform)
            : coreOptions('client', settings.socket, platform, sessions, codec !== undefined),
        handlers: options as SocketHandlers,
        owner: ownerOf(report),
        subprotocol,
        codec,
        context: undefined,
        declined: declined.length === 0 ? undefined : declined,
        early,
      })
      watched?.start(connection, early)
      connection.open(false)
      return connection
    }
    return shown === undefined ? start() : startAfter(shown, over, start)
  }
}

/** The transport stays paused meanwhile. */
async function startAfter<T>(shown: Promise<void>, over: Transport, start: () => T): Promise<T> {
  let broken: { readonly cause: Error | undefined } | undefined
  over.attach({
    data() {},
    end() {},
    drained() {},
    closed(cause) {
      broken = { cause }
    },
  })
  try {
    await shown
  } catch (error) {
    over.abort()
    throw error
  }
  if (broken === undefined) return start()
  const message = 'the connection broke while the response option was pending'
  const { cause } = broken as { readonly cause: Error | undefined }
  throw new HandshakeError(message, { stage: 'response', condition: 'response-missing', fault: 'network', cause })
}

/** @throws HandshakeError */
function agree(result: OpeningResult, head: ResponseHead): { agreed: OpeningAgreement; sessions: readonly ExtensionSession[] } {
  if (!result.ok) throw handshakeError(result, receivedHead(head))
  return { agreed: result, sessions: result.extensions.map((extension) => extension.open()) }
}

/** @returns a promise only where the option returned one */
function showResponse(options: AnyConnectOptions, response: ReceivedResponse, address: ServerAddress, deadline: Deadline): Promise<void> | undefined {
  const failed = (cause: unknown): HandshakeError =>
    new HandshakeError('the response option failed', {
      stage: 'response',
      condition: 'response-option-failed',
      fault: 'application',
      response,
      cause,
    })
  let result: unknown
  try {
    result = options.response?.(response, address.url)
  } catch (cause) {
    throw failed(cause)
  }
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) return undefined
  return deadline.race(
    Promise.resolve(result).then(
      () => {},
      (cause: unknown) => {
        throw failed(cause)
      },
    ),
  )
}

import { OptionError } from '../core/errors.ts'
import { parseAuthority } from '../core/handshake/authority.ts'
import { readCallerFields } from '../core/handshake/caller-fields.ts'
import type { FieldLine } from '../core/handshake/fields.ts'
import { checkOriginOption } from '../core/handshake/origin.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { ServerAddress } from '../core/handshake/url.ts'
import type { Extension, ExtensionElement } from '../core/protocol/extension.ts'
import { BEARER_PREFIX } from '../core/subprotocols/bearer.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { readHandshakeLimits } from '../connection/limits.ts'
import type { HandshakeLimits } from '../connection/limits.ts'
import { checkCodecs, readExtensions, readSubprotocols } from '../connection/declared-options.ts'
import { handlerNames } from '../connection/handlers.ts'
import type { SocketHandlers } from '../connection/handlers.ts'
import { checkObserver } from '../connection/observers.ts'
import { checkFunction, checkInteger, checkOneOf } from '../connection/option-checks.ts'
import { readSocketSettings, socketOptionNames } from '../connection/socket-settings.ts'
import type { SocketSettings } from '../connection/socket-settings.ts'
import { encodeBasic } from './address.ts'
import type { HttpChoice } from './dial.ts'
import { guardExtension, offersOf } from './extensions.ts'
import type { ConnectHandlers, ConnectOptions } from './options.ts'
import { checkProxyOption } from './proxy.ts'
import type { ProxyOption } from './proxy.ts'

/** Options of any type arguments. */
export type AnyConnectOptions = Omit<ConnectOptions<any, NoSubprotocol, any>, keyof ConnectHandlers> & SocketHandlers

/** The names of the options that every runtime has. A record, so that the compiler notices a missing one. */
export const connectOptionNames: Readonly<Record<keyof ConnectOptions, true>> = {
  open: true,
  message: true,
  stream: true,
  invalid: true,
  drained: true,
  dropped: true,
  close: true,
  error: true,
  response: true,
  subprotocols: true,
  noSubprotocol: true,
  extensions: true,
  headers: true,
  origin: true,
  authority: true,
  http: true,
  redirects: true,
  proxy: true,
  signal: true,
  observe: true,
  ...socketOptionNames,
  parallel: true,
  blockBadPorts: true,
}

/** The parts of the request that do not come from the URL. */
export interface RequestSettings {
  readonly subprotocols: readonly string[]
  readonly headers: readonly FieldLine[]
  readonly origin: string | undefined
  readonly authority: string | undefined
}

/** {@link ConnectOptions} with their defaults, checked. */
export interface ConnectSettings {
  readonly request: RequestSettings
  readonly codecs: ReadonlyMap<string, SubprotocolCodec<any, any>>
  readonly noSubprotocol: NoSubprotocol
  readonly extensions: readonly Extension[]
  readonly offers: readonly ExtensionElement[]
  readonly redirects: number
  readonly proxy: ProxyOption | undefined
  readonly http: HttpChoice
  readonly parallel: boolean
  readonly blockBadPorts: boolean
  readonly signal: AbortSignal | undefined
  readonly limits: HandshakeLimits
  readonly socket: SocketSettings
}

/** @throws OptionError that names the option; HandshakeError at stage `extensions` for an extension that fails */
export function readSettings(options: AnyConnectOptions): ConnectSettings {
  if (typeof options !== 'object' || options === null) throw new OptionError('options', 'an object', options)
  const { names, codecs } = readSubprotocols(options.subprotocols)
  const extensions = readExtensions(options.extensions, 'offers', 'confirm').map(guardExtension)
  checkOneOf('noSubprotocol', options.noSubprotocol, ['accept', 'refuse'])
  checkOneOf('http', options.http, ['auto', '1.1', '2'])
  checkOneOf('parallel', options.parallel, [true, false])
  checkOneOf('blockBadPorts', options.blockBadPorts, [true, false])
  const socket = readSocketSettings(options)
  checkCodecs(codecs, socket.streams)
  checkInteger('redirects', options.redirects, 0, 100)
  checkProxyOption(options.proxy)
  checkObserver('observe', options.observe)
  for (const name of [...handlerNames, 'error', 'response'] as const) checkFunction(name, options[name])
  const { signal, origin, authority } = options
  if (signal !== undefined && (typeof signal !== 'object' || signal === null || typeof signal.addEventListener !== 'function')) {
    throw new OptionError('signal', 'an AbortSignal', signal)
  }
  checkOriginOption(origin)
  if (authority !== undefined && (typeof authority !== 'string' || parseAuthority(authority) === undefined)) {
    throw new OptionError('authority', '`host[:port]`', authority)
  }
  return {
    request: { subprotocols: names, headers: readCallerFields(options.headers, 'headers', 'request'), origin, authority },
    codecs,
    noSubprotocol: options.noSubprotocol ?? 'refuse',
    extensions,
    offers: offersOf(extensions),
    redirects: options.redirects ?? 0,
    proxy: options.proxy,
    http: options.http ?? '1.1',
    parallel: options.parallel ?? false,
    blockBadPorts: options.blockBadPorts ?? false,
    signal,
    limits: readHandshakeLimits(options.limits),
    socket,
  }
}

/** Sends the URL's userinfo as Basic credentials, unless the caller gave an Authorization field. */
export function withCredentials(request: RequestSettings, address: ServerAddress): RequestSettings['headers'] {
  if (address.credentials === undefined || request.headers.some(([name]) => name.toLowerCase() === 'authorization')) return request.headers
  return [...request.headers, ['Authorization', encodeBasic(address.credentials)]]
}

/** The settings for a redirect to another origin, which gets nothing that the caller added. (Browsers follow no redirects.) */
export function stripForCrossOrigin(request: RequestSettings): RequestSettings {
  return {
    subprotocols: request.subprotocols.filter((name) => !name.startsWith(BEARER_PREFIX)),
    headers: [],
    origin: undefined,
    authority: undefined,
  }
}

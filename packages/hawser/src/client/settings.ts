import { OptionError } from '../core/errors.ts'
import { parseAuthority } from '../core/handshake/authority.ts'
import { readCallerFields } from '../core/handshake/caller-fields.ts'
import type { FieldLine } from '../core/handshake/fields.ts'
import { normalizeOrigin } from '../core/handshake/origin.ts'
import { checkSubprotocolNames } from '../core/handshake/subprotocol.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { Extension, ExtensionElement } from '../core/protocol/extension.ts'
import { BEARER_PREFIX } from '../core/subprotocols/bearer.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { resolveHandshakeLimits } from '../connection/limits.ts'
import type { HandshakeLimits } from '../connection/limits.ts'
import type { SocketHandlers } from '../connection/handlers.ts'
import { checkFunction, checkInteger, checkOneOf } from '../connection/option-checks.ts'
import { resolvePolicy } from '../connection/policy.ts'
import type { SocketPolicy } from '../connection/policy.ts'
import type { HttpChoice } from './dial.ts'
import { guardExtension, offersOf } from './extensions.ts'
import type { ConnectHandlers, ConnectOptions } from './options.ts'
import { checkProxyOption } from './proxy.ts'
import type { ProxyOption } from './proxy.ts'

/** Options whose types no longer matter. */
export type AnyConnectOptions = Omit<ConnectOptions<any, NoSubprotocol, any>, keyof ConnectHandlers> & SocketHandlers

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
  readonly policy: SocketPolicy
}

/** @throws OptionError that names the option; HandshakeError at stage `extensions` for an extension that fails */
export function readSettings(options: AnyConnectOptions): ConnectSettings {
  if (typeof options !== 'object' || options === null) throw new OptionError('options', 'an object', options)
  const codecs = readSubprotocols(options.subprotocols)
  const names = [...codecs.keys()]
  checkExtensions(options.extensions)
  const extensions = (options.extensions ?? []).map(guardExtension)
  checkOneOf('noSubprotocol', options.noSubprotocol, ['accept', 'refuse'])
  checkOneOf('http', options.http, ['auto', '1.1', '2'])
  checkOneOf('parallel', options.parallel, [true, false])
  checkOneOf('blockBadPorts', options.blockBadPorts, [true, false])
  const policy = resolvePolicy(options)
  checkInteger('redirects', options.redirects, 0, 100)
  checkProxyOption(options.proxy)
  for (const name of ['open', 'message', 'invalid', 'drained', 'close', 'error', 'response'] as const) checkFunction(name, options[name])
  const { signal, origin, authority } = options
  if (signal !== undefined && (typeof signal !== 'object' || signal === null || typeof signal.addEventListener !== 'function')) {
    throw new OptionError('signal', 'an AbortSignal', signal)
  }
  if (origin !== undefined && (typeof origin !== 'string' || normalizeOrigin(origin) === undefined)) {
    throw new OptionError('origin', '`scheme://host[:port]` without a path, or `null`', origin)
  }
  if (authority !== undefined && (typeof authority !== 'string' || parseAuthority(authority) === undefined)) {
    throw new OptionError('authority', '`host[:port]`', authority)
  }
  return {
    request: { subprotocols: names, headers: readCallerFields(options.headers, 'headers', 'request'), origin, authority },
    codecs: new Map([...codecs].filter((entry): entry is [string, SubprotocolCodec<any, any>] => entry[1] !== undefined)),
    noSubprotocol: options.noSubprotocol ?? 'refuse',
    extensions,
    offers: offersOf(extensions),
    redirects: options.redirects ?? 0,
    proxy: options.proxy,
    http: options.http ?? '1.1',
    parallel: options.parallel ?? false,
    blockBadPorts: options.blockBadPorts ?? false,
    signal,
    limits: resolveHandshakeLimits(options.limits),
    policy,
  }
}

/** For a redirect to another origin, which gets nothing that the caller added. (Browsers follow no redirect at all.) */
export function stripForForeignOrigin(request: RequestSettings): RequestSettings {
  return {
    subprotocols: request.subprotocols.filter((name) => !name.startsWith(BEARER_PREFIX)),
    headers: [],
    origin: undefined,
    authority: undefined,
  }
}

function checkExtensions(extensions: unknown): void {
  if (extensions === undefined) return
  if (!Array.isArray(extensions)) throw new OptionError('extensions', 'an array of extensions', extensions)
  for (const [index, extension] of (extensions as (Extension | undefined)[]).entries()) {
    if (typeof extension?.name !== 'string' || typeof extension.offers !== 'function' || typeof extension.confirm !== 'function') {
      throw new OptionError(`extensions[${index}]`, 'an extension, such as permessageDeflate()', extension)
    }
  }
}

function readSubprotocols(subprotocols: unknown): ReadonlyMap<string, SubprotocolCodec<any, any> | undefined> {
  if (subprotocols === undefined) return new Map()
  if (typeof subprotocols !== 'object' || subprotocols === null) {
    throw new OptionError('subprotocols', 'an array of names, or an object of names and codecs', subprotocols)
  }
  if (Array.isArray(subprotocols)) {
    checkSubprotocolNames(subprotocols, 'subprotocols')
    return new Map(subprotocols.map((name: string) => [name, undefined]))
  }
  if (Symbol.iterator in subprotocols) throw new OptionError('subprotocols', 'an array of names, or an object of names and codecs', subprotocols)
  const entries = Object.entries(subprotocols as Record<string, SubprotocolCodec<any, any>>)
  checkSubprotocolNames(
    entries.map(([name]) => name),
    'subprotocols',
  )
  for (const [name, codec] of entries) {
    if (typeof codec?.decode !== 'function' || typeof codec.encode !== 'function') {
      throw new OptionError(`subprotocols['${name}']`, 'a codec, with decode and encode', codec)
    }
  }
  return new Map(entries)
}

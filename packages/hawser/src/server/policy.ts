import { OptionError } from '../core/errors.ts'
import { checkNames, checkObject } from '../core/option-names.ts'
import { checkSubprotocolNames, createOriginPolicy, readHostNames } from '../core/handshake/index.ts'
import type { HostNames, NoSubprotocol, OriginPolicy } from '../core/handshake/index.ts'
import type { Extension } from '../core/protocol/extension.ts'
import type { SubprotocolCodec, Subprotocols } from '../core/subprotocols/codec.ts'
import { resolveHandshakeLimits } from '../connection/limits.ts'
import type { HandshakeLimits } from '../connection/limits.ts'
import { checkFunction, checkOneOf } from '../connection/option-checks.ts'
import { resolvePolicy } from '../connection/policy.ts'
import type { SocketPolicy } from '../connection/policy.ts'
import type { ServerOptions } from './options.ts'
import { PathPatterns } from './path-patterns.ts'

/** Options of a server whose types no longer matter. */
export type AnyServerOptions = ServerOptions<any, any, any, any, any>

/** Makes a test of addresses from a list of them. @throws OptionError */
export type CreateTrust = (addresses: readonly string[]) => (address: string | undefined) => boolean

/** What a server has decided before it sees a request: its options with their defaults, checked. */
export interface ServerPolicy {
  readonly options: AnyServerOptions
  readonly socket: SocketPolicy
  readonly handshake: HandshakeLimits
  readonly maxConnections: number
  readonly origins: OriginPolicy
  readonly hosts: HostNames
  /** Undefined where no proxy is trusted. */
  readonly trusts: ((address: string | undefined) => boolean) | undefined
  /** Undefined for all. */
  readonly paths: PathPatterns | undefined
  /** In the order of declaration. */
  readonly subprotocols: readonly string[]
  readonly codecs: ReadonlyMap<string, SubprotocolCodec<any, any>>
  readonly extensions: readonly Extension[]
  readonly noSubprotocol: NoSubprotocol
}

const handlerNames = ['open', 'message', 'invalid', 'drained', 'close', 'upgrade', 'refused', 'error'] as const

/** A record, so that the compiler misses one that is not here. */
const optionNames: Readonly<Record<Exclude<keyof AnyServerOptions, (typeof handlerNames)[number]>, true>> = {
  subprotocols: true,
  noSubprotocol: true,
  extensions: true,
  origins: true,
  hosts: true,
  trustProxy: true,
  paths: true,
  limits: true,
  keepalive: true,
  closeTimeoutMs: true,
  invalidMessage: true,
  slowConsumer: true,
  text: true,
  observe: true,
}

/**
 * @param createTrust reads `trustProxy`, on a runtime that can
 * @param more names of options that whoever carries the server reads itself
 * @throws OptionError naming the option that is wrong
 */
export function resolveServerPolicy(options: AnyServerOptions, more: readonly string[] = [], createTrust?: CreateTrust): ServerPolicy {
  if (typeof options !== 'object' || options === null) throw new OptionError('options', 'an object', options)
  checkNames(options, [...handlerNames, ...Object.keys(optionNames), ...more])
  for (const name of handlerNames) checkFunction(name, options[name])
  checkOneOf('noSubprotocol', options.noSubprotocol, ['accept', 'refuse'])
  const { observe } = options
  checkObject('observe', observe, ['handshake'])
  checkFunction('observe.handshake', observe?.handshake)
  const { subprotocols, codecs } = readSubprotocols(options.subprotocols)
  return {
    options,
    socket: resolvePolicy(options),
    handshake: resolveHandshakeLimits(options.limits),
    maxConnections: options.limits?.connections ?? Number.POSITIVE_INFINITY,
    origins: createOriginPolicy(options.origins),
    hosts: readHostNames(options.hosts),
    trusts: readTrust(options.trustProxy, createTrust),
    paths: options.paths === undefined ? undefined : new PathPatterns(options.paths, 'paths'),
    subprotocols,
    codecs,
    extensions: readExtensions(options.extensions),
    noSubprotocol: options.noSubprotocol ?? 'accept',
  }
}

function readTrust(trustProxy: readonly string[] | undefined, createTrust: CreateTrust | undefined): ServerPolicy['trusts'] {
  if (trustProxy === undefined) return undefined
  if (createTrust === undefined) throw new OptionError('trustProxy', 'a runtime that compares addresses', trustProxy)
  return createTrust(trustProxy)
}

function readSubprotocols(declared: Subprotocols | undefined): {
  subprotocols: readonly string[]
  codecs: ReadonlyMap<string, SubprotocolCodec<any, any>>
} {
  if (declared === undefined) return { subprotocols: [], codecs: new Map() }
  if (typeof declared !== 'object' || declared === null) throw new OptionError('subprotocols', 'names, or an object of codecs', declared)
  const isList = Array.isArray(declared)
  if (!isList && Symbol.iterator in declared) throw new OptionError('subprotocols', 'names, or an object of codecs', declared)
  const subprotocols = isList ? [...(declared as readonly string[])] : Object.keys(declared)
  checkSubprotocolNames(subprotocols, 'subprotocols')
  if (isList) return { subprotocols, codecs: new Map() }
  const codecs = new Map<string, SubprotocolCodec<any, any>>(Object.entries(declared))
  for (const [name, codec] of codecs) {
    if (typeof codec?.decode !== 'function' || typeof codec.encode !== 'function') {
      throw new OptionError(`subprotocols['${name}']`, 'a codec with decode and encode, such as text() or json(schema)', codec)
    }
  }
  return { subprotocols, codecs }
}

function readExtensions(extensions: readonly Extension[] | undefined): readonly Extension[] {
  if (extensions === undefined) return []
  if (!Array.isArray(extensions)) throw new OptionError('extensions', 'an array of extensions', extensions)
  const names = new Set<string>()
  for (const [index, extension] of (extensions as readonly Extension[]).entries()) {
    if (typeof extension?.name !== 'string' || typeof extension.accept !== 'function') {
      throw new OptionError(`extensions[${index}]`, 'an extension, such as permessageDeflate()', extension)
    }
    if (names.has(extension.name)) throw new OptionError(`extensions[${index}]`, 'extensions with different names', extension.name)
    names.add(extension.name)
  }
  return [...extensions]
}

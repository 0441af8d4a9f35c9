import { OptionError } from '../core/errors.ts'
import { checkNames } from '../core/option-names.ts'
import { createOriginPolicy, readHostNames } from '../core/handshake/index.ts'
import type { HostNames, NoSubprotocol, OriginPolicy } from '../core/handshake/index.ts'
import type { Extension } from '../core/protocol/extension.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { checkCodecs, readExtensions, readSubprotocols } from '../connection/declared-options.ts'
import { handlerNames } from '../connection/handlers.ts'
import { checkObserver } from '../connection/observers.ts'
import { readHandshakeLimits } from '../connection/limits.ts'
import type { HandshakeLimits } from '../connection/limits.ts'
import { checkFunction, checkOneOf } from '../connection/option-checks.ts'
import { socketOptionNames, readSocketSettings } from '../connection/socket-settings.ts'
import type { SocketSettings } from '../connection/socket-settings.ts'
import { readAdmissionLimits } from './admission.ts'
import type { AdmissionLimits } from './admission.ts'
import type { ServerOptions } from './options.ts'
import { PathPatterns } from './path-patterns.ts'
import { createTrust } from './trusted-addresses.ts'

/** Options of a server, for any type arguments. */
export type AnyServerOptions = ServerOptions<any, any, any, any, any, any>

/** The checked options of a server with their defaults. */
export interface ServerSettings {
  readonly options: AnyServerOptions
  readonly socket: SocketSettings
  readonly handshake: HandshakeLimits
  readonly admission: AdmissionLimits
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

const functionNames = [...handlerNames, 'upgrade', 'refused', 'error'] as const

/** A record, so that the compiler notices a missing name. */
const optionNames: Readonly<Record<Exclude<keyof AnyServerOptions, (typeof functionNames)[number]>, true>> = {
  subprotocols: true,
  noSubprotocol: true,
  extensions: true,
  origins: true,
  hosts: true,
  trustProxy: true,
  paths: true,
  ...socketOptionNames,
  observe: true,
}

/**
 * @param more names of options that the runtime reads
 * @throws OptionError naming the option that is wrong
 */
export function readServerSettings(options: AnyServerOptions, more: readonly string[] = []): ServerSettings {
  if (typeof options !== 'object' || options === null) throw new OptionError('options', 'an object', options)
  checkNames(options, [...functionNames, ...Object.keys(optionNames), ...more])
  for (const name of functionNames) checkFunction(name, options[name])
  checkOneOf('noSubprotocol', options.noSubprotocol, ['accept', 'refuse'])
  checkObserver('observe', options.observe)
  const { names, codecs } = readSubprotocols(options.subprotocols)
  const extensions = readExtensions(options.extensions, 'accept')
  checkNamesDiffer(extensions)
  const socket = readSocketSettings(options)
  checkCodecs(codecs, socket.streams)
  return {
    options,
    socket,
    handshake: readHandshakeLimits(options.limits),
    admission: readAdmissionLimits(options.limits),
    origins: createOriginPolicy(options.origins),
    hosts: readHostNames(options.hosts),
    trusts: options.trustProxy === undefined ? undefined : createTrust(options.trustProxy),
    paths: options.paths === undefined ? undefined : new PathPatterns(options.paths, 'paths'),
    subprotocols: names,
    codecs,
    extensions,
    noSubprotocol: options.noSubprotocol ?? 'accept',
  }
}

/** Two of one name could both be agreed. */
function checkNamesDiffer(extensions: readonly Extension[]): void {
  const names = new Set<string>()
  for (const [index, { name }] of extensions.entries()) {
    if (names.has(name)) throw new OptionError(`extensions[${index}]`, 'extensions with different names', name)
    names.add(name)
  }
}

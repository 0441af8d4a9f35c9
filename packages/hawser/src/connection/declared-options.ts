import { OptionError } from '../core/errors.ts'
import { checkSubprotocolNames } from '../core/handshake/subprotocol.ts'
import type { Extension } from '../core/protocol/extension.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'

/** The option `subprotocols`, read: the names in order, and the codecs of those that have one. */
export interface DeclaredSubprotocols {
  readonly names: readonly string[]
  readonly codecs: ReadonlyMap<string, SubprotocolCodec<any, any>>
}

/** @throws OptionError unless it is undefined, names that are tokens and all different, or an object of such names and codecs */
export function readSubprotocols(declared: unknown): DeclaredSubprotocols {
  if (declared === undefined) return { names: [], codecs: new Map() }
  const isList = Array.isArray(declared)
  if (typeof declared !== 'object' || declared === null || (!isList && Symbol.iterator in declared)) {
    throw new OptionError('subprotocols', 'an array of names, or an object of names and codecs', declared)
  }
  const names: readonly string[] = isList ? [...(declared as string[])] : Object.keys(declared)
  checkSubprotocolNames(names, 'subprotocols')
  if (isList) return { names, codecs: new Map() }
  const codecs = new Map(Object.entries(declared as Record<string, SubprotocolCodec<any, any>>))
  for (const [name, codec] of codecs) {
    if (typeof codec?.decode !== 'function' || typeof codec.encode !== 'function') {
      throw new OptionError(`subprotocols['${name}']`, 'a codec with decode and encode, such as text() or json(schema)', codec)
    }
  }
  return { names, codecs }
}

/** @throws OptionError where messages are taken as streams and a subprotocol has a codec, which takes whole messages */
export function checkCodecs(codecs: ReadonlyMap<string, unknown>, streams: boolean): void {
  const [name] = codecs.keys()
  if (!streams || name === undefined) return
  const message = `option subprotocols: ${JSON.stringify(name)} has a codec, which takes whole messages: give the names alone where messages are streams`
  throw new OptionError('subprotocols', 'an array of names, since messages are streams', name, message)
}

/**
 * Reads the option `extensions`.
 * @param needed the methods that this end calls
 * @throws OptionError unless it is undefined or an array of extensions
 */
export function readExtensions(extensions: unknown, ...needed: readonly (keyof Extension)[]): readonly Extension[] {
  if (extensions === undefined) return []
  if (!Array.isArray(extensions)) throw new OptionError('extensions', 'an array of extensions', extensions)
  for (const [index, extension] of (extensions as (Extension | undefined)[]).entries()) {
    if (typeof extension?.name !== 'string' || !needed.every((method) => typeof extension[method] === 'function')) {
      throw new OptionError(`extensions[${index}]`, 'an extension, such as permessageDeflate()', extension)
    }
  }
  return [...(extensions as Extension[])]
}

import { permessageDeflate } from 'hawser'
import type { Extension, PermessageDeflateOptions } from 'hawser'
import { OfferCache } from 'hawser/handshake'
import { notOffered } from './not-offered.ts'

/** The option `perMessageDeflate` of `ws`. */
export interface PerMessageDeflateOptions {
  readonly serverNoContextTakeover?: boolean | undefined
  readonly clientNoContextTakeover?: boolean | undefined
  readonly serverMaxWindowBits?: number | boolean | undefined
  readonly clientMaxWindowBits?: number | boolean | undefined
  readonly zlibDeflateOptions?: { readonly level?: number; readonly memLevel?: number; readonly dictionary?: unknown } | undefined
  readonly zlibInflateOptions?: { readonly dictionary?: unknown } | undefined
  readonly threshold?: number | undefined
  readonly concurrencyLimit?: number | undefined
}

/** Without context takeover `ws` sends smaller messages uncompressed. */
const THRESHOLD_WITHOUT_TAKEOVER = 1024

const shared = new WeakMap<object, readonly Extension[]>()
const ofDefaults: { server: readonly Extension[] | undefined; client: readonly Extension[] | undefined } = { server: undefined, client: undefined }
const NONE: readonly Extension[] = []

/**
 * The extensions for an option `perMessageDeflate`; the same ones for the same object, so that all its connections share their compressors.
 * @throws TypeError for what only zlib could do
 */
export function extensionsFor(role: 'client' | 'server', option: unknown): readonly Extension[] {
  if (!option) return NONE
  if (typeof option !== 'object') return (ofDefaults[role] ??= [permessageDeflate()])
  const found = shared.get(option)
  if (found !== undefined) return found
  const extensions = [permessageDeflate(read(role, option))]
  shared.set(option, extensions)
  return extensions
}

const answers = new WeakMap<readonly Extension[], OfferCache>()

/** Remembers how extensions of `extensionsFor` answer the offers that most clients send. */
export function offersTo(extensions: readonly Extension[]): OfferCache {
  let cache = answers.get(extensions)
  if (cache === undefined) {
    cache = new OfferCache(extensions)
    answers.set(extensions, cache)
  }
  return cache
}

function read(role: 'client' | 'server', options: PerMessageDeflateOptions): PermessageDeflateOptions {
  const { serverNoContextTakeover, clientNoContextTakeover, zlibDeflateOptions = {}, zlibInflateOptions = {}, threshold } = options
  if (zlibDeflateOptions.dictionary !== undefined || zlibInflateOptions.dictionary !== undefined) {
    throw notOffered('a preset dictionary of permessage-deflate', 'RFC 7692 has none, so the peer could not read the messages')
  }
  const { level, memLevel } = zlibDeflateOptions
  const withoutTakeover = role === 'server' ? serverNoContextTakeover : clientNoContextTakeover
  const least = threshold ?? (withoutTakeover === true ? THRESHOLD_WITHOUT_TAKEOVER : undefined)
  return {
    serverNoContextTakeover: serverNoContextTakeover === true,
    clientNoContextTakeover: clientNoContextTakeover === true,
    ...bits('serverMaxWindowBits', options.serverMaxWindowBits),
    ...bits('clientMaxWindowBits', options.clientMaxWindowBits),
    // Level 0 stores, which hawser does by itself for what does not get smaller; -1 is zlib's default.
    ...(level === undefined || level < 0 ? {} : { level: Math.max(level, 1) }),
    ...(memLevel === undefined ? {} : { memLevel }),
    ...(least === undefined ? {} : { threshold: least }),
  }
}

function bits(name: 'serverMaxWindowBits' | 'clientMaxWindowBits', value: number | boolean | undefined): PermessageDeflateOptions {
  if (value === undefined || value === null || value === true) return {}
  if (value === false) throw notOffered(`${name}: false`, `leave ${name} out, or give 8 to 15`)
  return { [name]: value }
}

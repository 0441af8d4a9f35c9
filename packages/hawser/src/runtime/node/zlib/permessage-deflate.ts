/** permessage-deflate bound to node:zlib. */
import { deflateRawSync } from 'node:zlib'
import type { Clock } from '../../../connection/clock.ts'
import { OptionError } from '../../../core/errors.ts'
import type { DeflateCodec } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import { createPermessageDeflate } from '../../../core/extensions/permessage-deflate/extension.ts'
import { DEFLATE_OPTION_NAMES, requireWholeNumber, type DeflateExtensionOptions } from '../../../core/extensions/permessage-deflate/options.ts'
import { checkOptions } from '../../../core/option-names.ts'
import type { Extension } from '../../../core/protocol/extension.ts'
import { nodeClock } from '../clock.ts'
import { CompressorPool } from './compressor-pool.ts'
import { DecompressorPool } from './decompressor-pool.ts'
import { handlesWork, type CompressionLevels } from './handle.ts'
import { HandleDeflater } from './handle-deflater.ts'
import { HandleInflater } from './handle-inflater.ts'
import { HandlePieceInflater } from './handle-piece-inflater.ts'
import { IdleSweep } from './idle-sweep.ts'
import { PublicDeflater } from './public-deflater.ts'
import { PublicInflater } from './public-inflater.ts'
import { ZlibThreads } from './threads.ts'
import { TurnWork } from './turn-work.ts'

export interface DeflateCodecOptions {
  /** zlib's level, 1 fastest to 9 smallest. Default 6. */
  readonly level?: number
  /** zlib's memLevel, 1 to 9. Default 5. */
  readonly memLevel?: number
  /** Size above which zlib processes messages and fragments outside the event loop. Default 32 768 bytes. */
  readonly asyncAbove?: number
  /**
   * The maximum number of compressors, about 100 kB each, shared by all connections of this object. When all are in use, the connection with the
   * oldest last message loses its compressor; its next message has an empty window. Default 64.
   */
  readonly maxCompressors?: number
  /** Frees compressors and decompressors that were not used for this long, after twice this at the latest; 0 keeps them. Default 10 000 ms. */
  readonly idleReleaseMs?: number
  /** `auto` uses zlib's native handle if it works on this runtime, `public` only zlib's public API. Default `auto`. */
  readonly zlib?: 'auto' | 'public'
  /** Runs `idleReleaseMs`. Default: the system's clock. */
  readonly clock?: Pick<Clock, 'schedule'>
}

const codecOptions: Readonly<Record<keyof DeflateCodecOptions, true>> = {
  level: true,
  memLevel: true,
  asyncAbove: true,
  maxCompressors: true,
  idleReleaseMs: true,
  zlib: true,
  clock: true,
}

/** Options of `permessageDeflate`: the negotiation, and the cost of compression. */
export interface PermessageDeflateOptions extends DeflateExtensionOptions, DeflateCodecOptions {}

/**
 * The permessage-deflate extension (RFC 7692), for `extensions: [permessageDeflate()]` of a server or a client. One object
 * may serve any number of connections of both roles; they share its compressors.
 *
 * Memory, per connection: the receiving window, `min(received, 2^bits)`, 4 KiB where the default of 12 bits was agreed.
 * For all connections together: `maxCompressors` × (`(1 << (windowBits + 2)) + (1 << (memLevel + 9))`, in Node with a hash
 * table of at least 64 KiB: 98 kB at the defaults), freed when idle. docs/compression.md has the measurements.
 * @throws OptionError
 */
export function permessageDeflate(options: PermessageDeflateOptions = {}): Extension {
  checkOptions(options, [...DEFLATE_OPTION_NAMES, ...Object.keys(codecOptions)])
  const { level, memLevel, asyncAbove, maxCompressors, idleReleaseMs, zlib, clock, ...negotiated } = options
  return createPermessageDeflate(negotiated, createDeflateCodec(options))
}

/** @throws OptionError */
export function createDeflateCodec(options: DeflateCodecOptions = {}): DeflateCodec & { readonly native: boolean } {
  const { level = 6, memLevel = 5, asyncAbove = 32_768, maxCompressors = 64, idleReleaseMs = 10_000, zlib = 'auto', clock = nodeClock } = options
  requireWholeNumber('level', level, 1, 9)
  requireWholeNumber('memLevel', memLevel, 1, 9)
  requireWholeNumber('asyncAbove', asyncAbove, 0, 2_147_483_647)
  requireWholeNumber('maxCompressors', maxCompressors, 1, 1_000_000)
  requireWholeNumber('idleReleaseMs', idleReleaseMs, 0, 2_147_483_647)
  if (zlib !== 'auto' && zlib !== 'public') throw new OptionError('zlib', '"auto" or "public"', zlib)
  const levels: CompressionLevels = { level, memLevel }
  const minWindowBits = fitsSmallestWindow(levels) ? 8 : 9
  if (zlib === 'public' || !handlesWork(levels)) {
    const turn = new TurnWork()
    return {
      minWindowBits,
      native: false,
      deflater: (direction) => new PublicDeflater(direction, levels, asyncAbove),
      inflater: (direction) => new PublicInflater(direction, asyncAbove, turn),
    }
  }
  const threads = new ZlibThreads()
  const allocated = (): void => sweep.start()
  const compressors = new CompressorPool(levels, maxCompressors, allocated)
  const decompressors = new DecompressorPool(allocated)
  const sweep = new IdleSweep(clock, idleReleaseMs, [compressors, decompressors])
  return {
    minWindowBits,
    native: true,
    deflater: (direction) => new HandleDeflater(compressors, direction, asyncAbove, threads),
    inflater: (direction) => new HandleInflater(decompressors, direction, asyncAbove, threads),
    pieceInflater: (direction) => new HandlePieceInflater(decompressors, direction),
  }
}

/**
 * Whether output made for windowBits 9 fits a window of 256 bytes. zlib never looks further back than its window less 262
 * bytes (MIN_LOOKAHEAD), which leaves 250. Tried on a text without repetitions but one at each distance from 257 to 512.
 */
function fitsSmallestWindow(levels: CompressionLevels): boolean {
  for (const period of [257, 300, 384, 500]) {
    const text = Buffer.alloc(period * 4)
    for (let i = 0, word = 1; i < period; i++) {
      word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
      for (let j = i; j < text.length; j += period) text[j] = word >>> 24
    }
    if (deflateRawSync(text, { ...levels, windowBits: 9 }).length < period * 3) return false
  }
  return true
}

import type { ByteMasker } from '../../core/platform.ts'

/** The part of the global WebAssembly that is used here. */
interface WebAssemblyLike {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

interface MaskModule {
  readonly memory: { readonly buffer: ArrayBuffer }
  /** @returns not 0 where a byte that came out is outside ASCII */
  mask(end: number, key: number): number
}

/**
 * Masks the memory's first `end` bytes, 64 and then 16 at a time. What lies behind them is made to come out as zeros, so that it does not
 * count as a byte outside ASCII.
 * ```wat
 * (module
 *   (memory (export "memory") 3)
 *   (func (export "mask") (param $end i32) (param $key i32) (result i32)
 *     (local $at i32) (local $last i32) (local $k v128) (local $seen v128) (local $x v128)
 *     (local.set $k (i32x4.splat (local.get $key)))
 *     (v128.store (local.get $end)
 *       (i32x4.splat (i32.rotr (local.get $key) (i32.shl (local.get $end) (i32.const 3)))))
 *     (block $short
 *       (br_if $short (i32.eqz (local.tee $last (i32.and (local.get $end) (i32.const -64)))))
 *       (loop $next
 *         ;; four times, at offsets 0, 16, 32 and 48:
 *         (v128.store (local.get $at) (local.tee $x (v128.xor (v128.load (local.get $at)) (local.get $k))))
 *         (local.set $seen (v128.or (local.get $seen) (local.get $x)))
 *         (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 64))) (local.get $last)))))
 *     (block $done
 *       (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
 *       (loop $next
 *         ;; once
 *         (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end)))))
 *     (i8x16.bitmask (local.get $seen))))
 * ```
 */
const code =
  'AGFzbQEAAAABBwFgAn9/AX8DAgEABQMBAAMHEQIGbWVtb3J5AgAEbWFzawAACtsBAdgBAgJ/A3sgAf0RIQQgACABIABBA3R4/RH9CwAAAkAgAEFAcSIDRQ0A' +
  'A0AgAiAC/QAAACAE/VEiBv0LAAAgBSAG/VAhBSACIAL9AAAQIAT9USIG/QsAECAFIAb9UCEFIAIgAv0AACAgBP1RIgb9CwAgIAUgBv1QIQUgAiAC/QAAMCAE' +
  '/VEiBv0LADAgBSAG/VAhBSACQcAAaiICIANJDQALCwJAIAIgAE8NAANAIAIgAv0AAAAgBP1RIgb9CwAAIAUgBv1QIQUgAkEQaiICIABJDQALCyAF/WQL'

/** Two of the memory's three pages; the third takes what is written behind the end. */
const scratchBytes = 131_072

class SimdMasker implements ByteMasker {
  readonly from = 512
  readonly scratch: Uint8Array
  readonly #mask: MaskModule['mask']

  constructor(module: MaskModule) {
    this.scratch = new Uint8Array(module.memory.buffer, 0, scratchBytes)
    this.#mask = module.mask
  }

  mask(source: Uint8Array, start: number, end: number, key: number): number {
    this.scratch.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start))
    // The module's memory is little-endian everywhere.
    const word = (key << 24) | ((key & 0xff00) << 8) | ((key >>> 8) & 0xff00) | (key >>> 24)
    return this.#mask(end - start, word) === 0 ? 0 : 0x80
  }
}

/** @returns undefined where the runtime has no WebAssembly, or none with 128-bit SIMD */
export function createByteMasker(): ByteMasker | undefined {
  const wasm = (globalThis as { WebAssembly?: WebAssemblyLike }).WebAssembly
  try {
    if (wasm === undefined) return undefined
    const bytes = Uint8Array.from(atob(code), (character) => character.charCodeAt(0))
    return new SimdMasker(new wasm.Instance(new wasm.Module(bytes)).exports as MaskModule)
  } catch {
    return undefined
  }
}

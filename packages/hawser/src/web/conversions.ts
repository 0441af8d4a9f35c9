/** Conversions of Web IDL section 3.2 from a JavaScript value. Each throws a TypeError as Web IDL does, for a symbol among others. */

/** DOMString. `String` would describe a symbol instead of refusing it. */
export function toDOMString(value: unknown): string {
  return `${value as string}`
}

/** USVString: each lone surrogate becomes U+FFFD. */
export function toUSVString(value: unknown): string {
  // ES2024; Node has it from 20 on.
  return (toDOMString(value) as string & { toWellFormed(): string }).toWellFormed()
}

/** [Clamp] unsigned short. The functions of Math convert as Web IDL does; `Number` would take a BigInt. */
export function toClampedUnsignedShort(value: unknown): number {
  const number = Math.min(Math.max(value as number, 0), 65_535)
  if (Number.isNaN(number)) return 0
  const floor = Math.floor(number)
  const distance = number - floor
  return distance < 0.5 || (distance === 0.5 && floor % 2 === 0) ? floor : floor + 1
}

/** unsigned short: modulo 65536. */
export function toUnsignedShort(value: unknown): number {
  const number = Math.trunc(value as number) % 65_536
  if (!Number.isFinite(number)) return 0
  return number < 0 ? number + 65_536 : number + 0
}

/** [EnforceRange] unsigned short: anything outside of the range is refused. @throws TypeError */
export function toEnforcedUnsignedShort(value: unknown): number {
  const number = Math.trunc(value as number)
  if (!(number >= 0 && number <= 65_535)) throw new TypeError('the number is not in the range 0 to 65535')
  return number + 0
}

/** A dictionary: an object, which undefined and null stand for without members (section 3.2.17). @throws TypeError for any other value */
export function toDictionary(value: unknown, name: string): object {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' && typeof value !== 'function') throw new TypeError(`${name} is not an object`)
  return value
}

/** sequence<USVString>: a string is none. @throws TypeError for anything without an iterator */
export function toStringSequence(value: unknown, name: string): readonly string[] {
  if (!isIterable(value)) throw new TypeError(`${name} is not a list`)
  return Array.from(value, toUSVString)
}

/** (DOMString or sequence<DOMString>): only an object with an iterator is a sequence. */
export function toStringOrSequence(value: unknown): string | readonly string[] {
  return isIterable(value) ? Array.from(value, toDOMString) : toDOMString(value)
}

export function isIterable(value: unknown): value is Iterable<unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false
  const method: unknown = (value as Partial<Iterable<unknown>>)[Symbol.iterator]
  return method !== undefined && method !== null
}

/**
 * BufferSource: a copy of its bytes.
 * @throws TypeError as {@link viewBufferSource} does
 */
export function copyBufferSource(value: unknown): Uint8Array | undefined {
  return viewBufferSource(value)?.slice()
}

/**
 * BufferSource: its bytes, none where the buffer is detached; undefined for a value of another type.
 * @throws TypeError for a resizable buffer, because the type lacks [AllowResizable], and for shared memory, because it lacks [AllowShared]
 */
export function viewBufferSource(value: unknown): Uint8Array | undefined {
  const buffer: unknown = ArrayBuffer.isView(value) ? value.buffer : value
  const byteLength = byteLengthOf(buffer)
  if (byteLength === undefined) {
    if (Object.prototype.toString.call(buffer) !== '[object SharedArrayBuffer]') return undefined
    throw new TypeError('shared memory is not allowed')
  }
  if ((buffer as { readonly resizable?: boolean }).resizable === true) throw new TypeError('a resizable ArrayBuffer is not allowed')
  // A view of a detached buffer cannot be read, and a DataView would throw for its length.
  if (byteLength === 0) return new Uint8Array(0)
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(buffer as ArrayBuffer)
}

/** This getter refuses everything but an ArrayBuffer of any realm, which neither `instanceof` nor a class string proves. */
const arrayBufferByteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')?.get as () => number

function byteLengthOf(buffer: unknown): number | undefined {
  if (typeof buffer !== 'object' || buffer === null) return undefined
  try {
    return arrayBufferByteLength.call(buffer)
  } catch {
    return undefined
  }
}

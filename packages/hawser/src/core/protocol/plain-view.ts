/**
 * `bytes[start, end)` for an application, which is promised a plain Uint8Array: the bytes of a runtime may be of a class of their own, and
 * `subarray` would pass that on. Measured on Node 20: making a view of every chunk instead adds a tenth to the garbage of a small echo.
 */
export function plainView(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start)
}

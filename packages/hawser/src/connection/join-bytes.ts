/** Joins a head and the bytes after it into one array, for one write. */
export function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.byteLength + second.byteLength)
  joined.set(first)
  joined.set(second, first.byteLength)
  return joined
}

/** Joins the segments of a write where a platform takes only one array. */
export function joinSegments(segments: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(segments.reduce((length, segment) => length + segment.byteLength, 0))
  let offset = 0
  for (const segment of segments) {
    bytes.set(segment, offset)
    offset += segment.byteLength
  }
  return bytes
}

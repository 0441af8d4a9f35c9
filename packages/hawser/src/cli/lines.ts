/**
 * Splits a byte stream at line feeds; the last line needs none unless it is empty. Lines are copies.
 * @throws RangeError for a line of more than `maxLength` bytes, before it is held
 */
export async function* splitLines(
  input: AsyncIterable<Uint8Array | string>,
  maxLength: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  let pieces: Uint8Array[] = []
  let held = 0
  for await (const piece of input) {
    const chunk = typeof piece === 'string' ? encoder.encode(piece) : piece
    let start = 0
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      if (held + end - start > maxLength) throw tooLong(maxLength)
      yield joined(pieces, chunk.subarray(start, end))
      pieces = []
      held = 0
      start = end + 1
    }
    held += chunk.length - start
    if (held > maxLength) throw tooLong(maxLength)
    if (start < chunk.length) pieces.push(chunk.slice(start))
  }
  if (pieces.length > 0) yield joined(pieces, new Uint8Array(0))
}

function tooLong(maxLength: number): RangeError {
  return new RangeError(`a line has more than ${maxLength} bytes`)
}

/** The whole stream as one array. */
export async function readWhole(input: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const encoder = new TextEncoder()
  const pieces: Uint8Array[] = []
  for await (const piece of input) pieces.push(typeof piece === 'string' ? encoder.encode(piece) : piece.slice())
  return joined(pieces, new Uint8Array(0))
}

function joined(pieces: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, last.length))
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.length
  }
  whole.set(last, offset)
  return whole
}

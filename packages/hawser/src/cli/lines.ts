/** Splits a byte stream at line feeds; the last line needs none unless it is empty. Lines are copies. */
export async function* splitLines(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  let pieces: Uint8Array[] = []
  for await (const piece of input) {
    const chunk = typeof piece === 'string' ? encoder.encode(piece) : piece
    let start = 0
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      yield joined(pieces, chunk.subarray(start, end))
      pieces = []
      start = end + 1
    }
    if (start < chunk.length) pieces.push(chunk.slice(start))
  }
  if (pieces.length > 0) yield joined(pieces, new Uint8Array(0))
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

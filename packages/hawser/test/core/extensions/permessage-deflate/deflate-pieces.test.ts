import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../../src/core/errors.ts'
import { DeflateDataError, DeflateStreamsError, type PieceInflater } from '../../../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { DeflatePieces } from '../../../../src/core/extensions/permessage-deflate/deflate-pieces.ts'
import { DeflateTraffic } from '../../../../src/core/extensions/permessage-deflate/statistics.ts'
import { PENDING, RSV1 } from '../../../../src/core/protocol/extension.ts'

/** Gives `outputs` one after the other, whatever is written; an error is thrown. */
function doubled(...outputs: (Uint8Array | 'later' | Error | undefined)[]): PieceInflater & { readonly written: unknown[]; disposed: number } {
  return {
    written: [],
    disposed: 0,
    heldBytes: 3,
    write(bytes, end, streams) {
      this.written.push([bytes.length, end, streams])
    },
    read() {
      const next = outputs.shift()
      if (next instanceof Error) throw next
      return next
    },
    dispose() {
      this.disposed++
    },
  }
}

const never = (): never => assert.fail('called back')
const first = { opcode: 2, first: true, fin: false, rsv: RSV1 } as const
const next = { ...first, first: false, rsv: 0 }

function open(inflater: PieceInflater, limits = { maxRatio: 256, maxStreams: 16 }): { pieces: DeflatePieces; traffic: DeflateTraffic } {
  const traffic = new DeflateTraffic()
  return { pieces: new DeflatePieces(limits, traffic, () => inflater), traffic }
}

function closeCodeOf(call: () => unknown): number {
  try {
    call()
  } catch (error) {
    assert.ok(error instanceof ConnectionError)
    return error.closeCode
  }
  return assert.fail('nothing was thrown')
}

test('an uncompressed message passes as it is, and no inflater is made for it', () => {
  const { pieces, traffic } = open(doubled())
  assert.equal(pieces.begin({ ...first, rsv: 0 }), 0)
  const bytes = new Uint8Array(5)
  pieces.write(bytes, true)
  assert.equal(pieces.heldBytes, 5)
  assert.equal(pieces.read(never), bytes)
  assert.equal(pieces.read(never), undefined)
  assert.deepEqual([traffic.messages, traffic.rawBytes, traffic.wireBytes, pieces.heldBytes], [1, 5, 5, 0])
})

test('RSV1 is taken from the first frame, and fails on a continuation with 1002 [RFC 7692 §6]', () => {
  const { pieces } = open(doubled())
  assert.equal(pieces.begin({ ...first, rsv: RSV1 | 0x20 }), 0x20)
  assert.equal(
    closeCodeOf(() => pieces.begin({ ...next, rsv: RSV1 })),
    1002,
  )
})

test('output is counted as it comes, and PENDING where the inflater works later', () => {
  const { pieces, traffic } = open(doubled(new Uint8Array(7), 'later', undefined))
  pieces.begin(first)
  pieces.write(new Uint8Array(3), true)
  assert.equal((pieces.read(never) as Uint8Array).length, 7)
  assert.equal(pieces.read(never), PENDING)
  assert.equal(pieces.read(never), undefined)
  assert.deepEqual([traffic.compressedMessages, traffic.rawBytes, traffic.wireBytes], [1, 7, 3])
})

test('each KiB received allows one more stream, the first piece maxStreams', () => {
  const inflater = doubled()
  const { pieces } = open(inflater, { maxRatio: 256, maxStreams: 5 })
  pieces.begin(first)
  for (const length of [1000, 100, 3000]) pieces.write(new Uint8Array(length), length === 3000)
  assert.deepEqual(inflater.written, [
    [1000, false, 5],
    [100, false, 1],
    [3000, true, 3],
  ])
})

test('more than maxRatio times what was received so far fails with 1009, from 1 MiB on [RFC 7692 §8]', () => {
  const mebibyte = new Uint8Array(1_048_576)
  const { pieces } = open(doubled(mebibyte, mebibyte))
  pieces.begin(first)
  pieces.write(new Uint8Array(5000), false)
  assert.equal(pieces.read(never), mebibyte)
  assert.equal(
    closeCodeOf(() => pieces.read(never)),
    1009,
  )
  const enough = open(doubled(mebibyte, mebibyte)).pieces
  enough.begin(first)
  enough.write(new Uint8Array(8192), false)
  assert.equal(enough.read(never), mebibyte)
  assert.equal(enough.read(never), mebibyte)
})

test('data that are no DEFLATE fail with 1007, too many streams with 1008, another error with 1011', () => {
  for (const [error, code] of [
    [new DeflateDataError('no'), 1007],
    [new DeflateStreamsError('no'), 1008],
    [new Error('zlib'), 1011],
  ] as const) {
    const { pieces } = open(doubled(error))
    pieces.begin(first)
    pieces.write(new Uint8Array(1), true)
    assert.equal(
      closeCodeOf(() => pieces.read(never)),
      code,
    )
  }
})

test('a compressed message of no bytes is empty, and dispose reaches the inflater', () => {
  const inflater = doubled()
  const { pieces } = open(inflater)
  pieces.begin({ ...first, fin: true })
  pieces.write(new Uint8Array(0), true)
  assert.equal(pieces.read(never), undefined)
  assert.deepEqual(inflater.written, [])
  pieces.begin(first)
  pieces.write(new Uint8Array(1), true)
  assert.equal(pieces.heldBytes, 3)
  pieces.dispose()
  assert.deepEqual([inflater.disposed, pieces.heldBytes], [1, 0])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readWhole, splitLines } from '../../src/cli/lines.ts'

async function* pieces(...texts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* texts
}

async function lines(...texts: (string | Uint8Array)[]): Promise<string[]> {
  const found: string[] = []
  for await (const line of splitLines(pieces(...texts))) found.push(Buffer.from(line).toString())
  return found
}

test('lines end at line feeds, wherever the chunks are cut', async () => {
  assert.deepEqual(await lines('a\nb', 'c\n\n', '', 'd'), ['a', 'bc', '', 'd'])
  assert.deepEqual(await lines('a\n'), ['a'])
  assert.deepEqual(await lines(), [])
  assert.deepEqual(await lines('\n'), [''])
})

test('a character that is cut between two chunks stays whole', async () => {
  const bytes = Buffer.from('né\n')
  assert.deepEqual(await lines(bytes.subarray(0, 2), bytes.subarray(2)), ['né'])
})

test('any cut of any bytes gives the same lines, and joined they are the input', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 })), async (chunks) => {
      const whole = Buffer.concat(chunks)
      const found: Uint8Array[] = []
      for await (const line of splitLines(pieces(...chunks.map((chunk) => chunk.slice())))) found.push(line)
      const joined = Buffer.concat(found.flatMap((line) => [line, Buffer.from('\n')]))
      assert.deepEqual(joined, whole.length === 0 || whole.at(-1) === 0x0a ? whole : Buffer.concat([whole, Buffer.from('\n')]))
    }),
  )
})

test('all of it can be one message', async () => {
  assert.equal(Buffer.from(await readWhole(pieces('a\n', 'b\n'))).toString(), 'a\nb\n')
})

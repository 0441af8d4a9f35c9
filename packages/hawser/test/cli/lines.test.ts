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

test('splits lines at line feeds, wherever the chunks end', async () => {
  assert.deepEqual(await lines('a\nb', 'c\n\n', '', 'd'), ['a', 'bc', '', 'd'])
  assert.deepEqual(await lines('a\n'), ['a'])
  assert.deepEqual(await lines(), [])
  assert.deepEqual(await lines('\n'), [''])
})

test('keeps a character that spans two chunks', async () => {
  const bytes = Buffer.from('né\n')
  assert.deepEqual(await lines(bytes.subarray(0, 2), bytes.subarray(2)), ['né'])
})

test('gives the same lines however the bytes are chunked', async () => {
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

test('reads the whole input as one message', async () => {
  assert.equal(Buffer.from(await readWhole(pieces('a\n', 'b\n'))).toString(), 'a\nb\n')
})

test('refuses a line above its limit before it is held, wherever the chunks end', async () => {
  const within = async (maxLength: number, ...texts: string[]): Promise<string[]> => {
    const found: string[] = []
    for await (const line of splitLines(pieces(...texts), maxLength)) found.push(Buffer.from(line).toString())
    return found
  }
  assert.deepEqual(await within(3, 'abc\nde', 'f\nghi'), ['abc', 'def', 'ghi'])
  for (const texts of [['abcd\n'], ['ab', 'cd\n'], ['ab', 'c', 'd'], ['a\nbcde']]) await assert.rejects(within(3, ...texts), RangeError)
})

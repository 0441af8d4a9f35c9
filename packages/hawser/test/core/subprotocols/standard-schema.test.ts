import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import { json } from '../../../src/core/subprotocols/index.ts'
import type { StandardSchemaV1 } from '../../../src/core/subprotocols/index.ts'
import { caught } from './caught.ts'

const validators: [string, StandardSchemaV1<unknown, unknown>][] = [
  ['zod', z.object({ kind: z.literal('say'), lines: z.array(z.object({ text: z.string() })) })],
  ['valibot', v.object({ kind: v.literal('say'), lines: v.array(v.object({ text: v.string() })) })],
  ['arktype', type({ kind: "'say'", lines: type({ text: 'string' }).array() })],
]

for (const [vendor, schema] of validators) {
  test(`a schema of ${vendor} lets a right message through and reports the path of a wrong one`, () => {
    const codec = json(schema)
    assert.deepEqual(codec.decode('{"kind":"say","lines":[{"text":"a"}]}'), { kind: 'say', lines: [{ text: 'a' }] })
    const error = caught(() => codec.decode('{"kind":"say","lines":[{"text":"a"},{"text":2}]}'))
    assert.equal(error.fault, 'peer')
    assert.deepEqual(
      error.issues.map((issue) => issue.path),
      [['lines', 1, 'text']],
    )
    assert.match(error.message, /\$\.lines\[1\]\.text: /)
  })
}

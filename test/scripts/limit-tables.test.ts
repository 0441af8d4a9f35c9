import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitsOf, withTables } from '../../scripts/limit-tables.ts'

const source = `
export interface Sample extends Other {
  /**
   * What it is, in a sentence
   * of two lines.
   * @defaultValue 10, or more
   * @why the reason,
   * on two lines
   * @beyond it ends
   */
  readonly first?: number
  /** No limit. */
  readonly second: number
}
`

test('a limit is a member whose docstring has @beyond, with its other tags joined to one line each', () => {
  assert.deepEqual(limitsOf(source, 'Sample'), [{ name: 'first', defaultValue: '10, or more', why: 'the reason, on two lines', beyond: 'it ends' }])
})

test('an interface that is not there, a limit without a reason, and a page without a place are named', () => {
  assert.throws(() => limitsOf(source, 'Samples'), /no interface Samples/)
  assert.throws(() => limitsOf(source.replace('@why', 'why'), 'Sample'), /Sample\.first needs @defaultValue and @why/)
  assert.throws(() => withTables('docs/http2.md', '# Nothing'), /docs\/http2\.md has no place for the table http2/)
})

test('a table is replaced between its marks, and nothing else', () => {
  const made = withTables('docs/http2.md', 'before\n<!-- limits: http2 -->\nold\n<!-- end -->\nafter')
  assert.match(made, /^before\n<!-- limits: http2 -->\n\| limit .*\n<!-- end -->\nafter$/s)
  assert.match(made, /\| `maxConcurrentStreams` \| 100 \| .* \| REFUSED_STREAM \|/)
})

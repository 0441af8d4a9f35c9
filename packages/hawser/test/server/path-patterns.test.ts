import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { PathPatterns } from '../../src/server/path-patterns.ts'

const match = (paths: readonly string[], path: string): object | undefined => {
  const values = new PathPatterns(paths, 'paths').match(path)
  return values === undefined ? undefined : { ...values }
}

test('a name matches one segment that is not empty, percent-decoded', () => {
  assert.deepEqual(match(['/rooms/:id'], '/rooms/5'), { id: '5' })
  assert.deepEqual(match(['/rooms/:id/:seat'], '/rooms/a%20b/%2F'), { id: 'a b', seat: '/' })
  for (const path of ['/rooms', '/rooms/', '/rooms/5/', '/rooms/5/6', '/Rooms/5', '/rooms/%ff', 'rooms/5'])
    assert.equal(match(['/rooms/:id'], path), undefined, path)
  assert.deepEqual(match(['/:__proto__'], '/x'), JSON.parse('{ "__proto__": "x" }'))
})

test('a literal path comes before a pattern, and an earlier pattern before a later one', () => {
  const paths = ['/:any/:id', '/rooms/:room', '/rooms/lobby']
  assert.deepEqual(match(paths, '/rooms/lobby'), {})
  assert.deepEqual(match(paths, '/rooms/5'), { any: 'rooms', id: '5' })
  assert.deepEqual([...new PathPatterns(paths, 'paths')], paths)
})

test('a path that can never match is refused with its position and the allowed form', () => {
  const wrong: readonly [paths: readonly string[], index: number, expected: RegExp][] = [
    [['a'], 0, /begins with \//],
    [[''], 0, /begins with \//],
    [['/a', '/a?b'], 1, /without query/],
    [['/a#b'], 0, /without query/],
    [['/caf\u00e9'], 0, /\/caf%C3%A9/],
    [['/a b'], 0, /\/a%20b/],
    [['/:'], 0, /names of letters/],
    [['/:a-b'], 0, /names of letters/],
    [['/:a/:a'], 0, /all different/],
    [['/a', '/a'], 1, /no earlier one/],
    [['/rooms/:a', '/rooms/:b'], 1, /no earlier one/],
  ]
  for (const [paths, index, expected] of wrong) {
    assert.throws(
      () => new PathPatterns(paths, 'paths'),
      (error: OptionError) => error.option === `paths[${index}]` && expected.test(error.message),
      JSON.stringify(paths),
    )
  }
  assert.throws(() => new PathPatterns([], 'paths'), OptionError)
  assert.throws(() => new PathPatterns([5 as never], 'paths'), OptionError)
})

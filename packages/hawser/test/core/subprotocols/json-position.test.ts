import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { json } from '../../../src/core/subprotocols/index.ts'
import { caught } from './caught.ts'

test('invalid JSON is reported with the expected token and the position', () => {
  const cases: [string, RegExp][] = [
    ['', /expected a value, found the end of the message at position 0/],
    ['{"a":1,}', /expected a name in double quotes, found "}" at position 7/],
    ['[1 2]', /expected "," or "\]", found "2" at position 3/],
    ['{"a" 1}', /expected ":", found "1" at position 5/],
    ['{\n  "a": tru\n}', /expected a value, found "t" at position 9 \(line 2, column 8\)/],
    ['"\\x"', /expected an escape sequence, found "\\\\" at position 1/],
    ['1 1', /expected the end of the message, found "1" at position 2/],
    ['"abc', /expected the end of the string, found the end of the message at position 4/],
    ['01', /expected the end of the message, found "1" at position 1/],
  ]
  for (const [message, expected] of cases) {
    const error = caught(() => json().decode(message))
    assert.match(error.issues[0]?.message ?? '', expected)
    assert.ok(error.cause instanceof SyntaxError)
    assert.equal(error.received, message)
  }
})

test('a JSON text of a million open brackets is refused without exhausting the stack', () => {
  assert.match(caught(() => json().decode('['.repeat(1_000_000))).message, /at position 1000000/)
})

test('the locator of JSON errors accepts the same texts as JSON.parse', () => {
  const nearlyJson = fc.json().chain((valid) =>
    fc
      .record({
        at: fc.nat(valid.length),
        drop: fc.nat(2),
        add: fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', '\n', 'e', '-', '0', '1', '.', 'é'),
      })
      .map(({ at, drop, add }) => valid.slice(0, at) + add + valid.slice(at + drop)),
  )
  fc.assert(
    fc.property(nearlyJson, (candidate) => {
      let valid = true
      try {
        JSON.parse(candidate)
      } catch {
        valid = false
      }
      if (valid) json().decode(candidate)
      else assert.match(caught(() => json().decode(candidate)).message, /expected .* at position \d+/s)
    }),
    { numRuns: 2000 },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeMeanings } from '../../src/cli/exit-codes.ts'
import { verdicts } from '../../src/result.ts'
import { read } from '../../../../scripts/sources.ts'
import { withSwitches } from '../../scripts/switches.ts'

const page = read('docs/conformance.md')

test('docs/conformance.md has every switch of the command as it is (node --import tsx packages/conformance/scripts/switches.ts)', () => {
  assert.equal(page, withSwitches(page))
})

test('docs/conformance.md has every exit code and every verdict', () => {
  const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  assert.deepEqual(
    codes,
    exitCodeMeanings.map(([code]) => code),
  )
  for (const verdict of verdicts) assert.match(page, new RegExp(`^\\| \`${verdict}\` \\|`, 'm'))
})

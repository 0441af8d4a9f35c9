/** docs/doctor.md against the rules and the configuration lines of `hawser doctor`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allRules } from '../../packages/hawser/src/cli/doctor/diagnose.ts'
import { exitCodes } from '../../packages/hawser/src/cli/exit-codes.ts'
import { doctorSpec } from '../../packages/hawser/src/cli/doctor-options.ts'
import { doctorPage, withRemedies } from '../../scripts/doctor-page.ts'
import { read } from '../../scripts/sources.ts'

const page = read(doctorPage)

test('every finding has a section with a text, and every section that is named like one is a finding', () => {
  const sections = new Map([...page.matchAll(/^### ([a-z\d-]+)\n([^\n]*)/gm)].map(([, id = '', text = '']) => [id, text]))
  assert.deepEqual([...sections.keys()].sort(), allRules.map(({ id }) => id).sort())
  for (const [id, text] of sections) assert.ok(text.length > 20, `${id} is not explained`)
})

test('the configuration lines are those of the code: node --import tsx scripts/doctor-page.ts', () => {
  assert.equal(page, withRemedies(page))
})

test('every exit code of a finding is in the help, with its meaning here', () => {
  const help = doctorSpec.sections?.find(([title]) => title === 'exit codes')?.[1].join('\n') ?? ''
  for (const { id, exit } of allRules) assert.match(help, new RegExp(`^ *${exit}  `, 'm'), id)
  assert.match(help, new RegExp(`^ *${exitCodes.interrupted}  `, 'm'))
})

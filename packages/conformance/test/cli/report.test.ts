import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { dataOf } from '../report/packed.ts'
import { runCommand } from './command-process.ts'
import { place, withServer } from './fixtures.ts'

const only = ['--only', 'handshake/version']

test('report writes several runs as one, with the worst exit code', async () => {
  await withServer(['version-lenient-number'], (url) => runCommand('server', url, ...only, '--agent', 'wrong', '--json', place('wrong.json')))
  await withServer([], (url) => runCommand('server', url, ...only, '--agent', 'right', '--json', place('right.json')))
  const files = [place('right.json'), place('wrong.json')]
  const { code, stdout } = await runCommand('report', ...files, '--html', place('both.html'), '--json', place('both.json'))
  assert.match(stdout, /^right: \d+ cases in .*\n[\s\S]*^wrong: \d+ cases in .* \d+ fail/m)
  assert.equal(code, 1)
  assert.deepEqual(
    dataOf(readFileSync(place('both.html'), 'utf8')).reports.map(({ subject }) => subject),
    ['right', 'wrong'],
  )
  const again = await runCommand('report', place('both.json'), '--quiet', '--markdown', '-')
  assert.match(again.stdout, /^\| server \| `right` \|/m)
  assert.equal((await runCommand('report', place('right.json'))).code, 0)
})

test('report refuses a file that is no report, and names it', async () => {
  for (const [content, what] of [
    ['{', 'not JSON'],
    ['null', 'not a report of this suite'],
    ['{"format":"hawser-conformance-1"}', 'not a report of this suite'],
    ['{"format":"hawser-conformance-reports-1","reports":[]}', 'not a report of this suite'],
  ] as const) {
    writeFileSync(place('odd.json'), content)
    const { code, stderr } = await runCommand('report', place('odd.json'))
    assert.match(stderr, new RegExp(`odd\\.json: ${what}; expected a file that --json wrote`))
    assert.equal(code, 2)
  }
  assert.match((await runCommand('report', place('none.json'))).stderr, /ENOENT.*none\.json/)
  assert.match((await runCommand('report')).stderr, /report needs a FILE: report FILE\.\.\. \[options\]/)
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import type { SpawnSyncReturns } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { filesOfPackages, filesUnder, read, root } from '../../scripts/sources.ts'

function evaluate(code: string, env: Record<string, string>): SpawnSyncReturns<string> {
  return spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', `import { missing } from './scripts/optional.ts'\n${code}`],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, HAWSER_WITHOUT: '', HAWSER_REQUIRE: '', ...env },
    },
  )
}

test('an optional program that is hidden or not installed is a reason to skip, and an error where it is required', () => {
  const code = "console.log(missing('chromium'))"
  assert.match(evaluate(code, { HAWSER_CHROMIUM: 'none' }).stdout, /^NOT TESTED: chromium is not installed \(.*HAWSER_CHROMIUM/)
  assert.match(evaluate(code, { HAWSER_CHROMIUM: '/nowhere/chromium' }).stdout, /^NOT TESTED: /)
  assert.equal(evaluate(code, { HAWSER_CHROMIUM: process.execPath }).stdout, 'false\n')
  for (const names of ['all', 'curl,chromium']) {
    assert.match(evaluate(code, { HAWSER_CHROMIUM: process.execPath, HAWSER_WITHOUT: names }).stdout, /^NOT TESTED: chromium is hidden/)
    assert.match(evaluate(code, { HAWSER_CHROMIUM: 'none', HAWSER_REQUIRE: names }).stderr, /Error: chromium is not installed/)
  }
  assert.match(evaluate(code, { HAWSER_WITHOUT: 'chrome' }).stderr, /unknown program "chrome" in HAWSER_WITHOUT \(known: all, chromium, /)
})

test('an extra program is required by its name alone', () => {
  const code = "console.log(missing('libwebsocketpp-dev'))"
  const hidden = evaluate(code, { HAWSER_WITHOUT: 'libwebsocketpp-dev', HAWSER_REQUIRE: 'all' })
  assert.match(hidden.stdout, /^NOT REQUIRED: libwebsocketpp-dev is hidden by HAWSER_WITHOUT\n$/)
  const required = evaluate(code, { HAWSER_WITHOUT: 'libwebsocketpp-dev', HAWSER_REQUIRE: 'libwebsocketpp-dev' })
  assert.match(required.stderr, /Error: libwebsocketpp-dev is hidden/)
})

test('npm test prints one line for each reason to skip, and with HAWSER_REQUIRE=all a skip is a failure', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-skips-'))
  const file = join(folder, 'skipped.test.ts')
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(
    file,
    "import { describe, test } from 'node:test'\ntest('a', { skip: 'NOT TESTED: no x' }, () => {})\ntest('b', { skip: 'NOT TESTED: no x' }, () => {})\n" +
      "describe('c', { skip: 'NOT TESTED: no y' }, () => { test('d', () => {}) })\ntest('e', () => {})\n",
  )
  // Inside a test run node --test would report to the outer one
  const { NODE_TEST_CONTEXT: _, ...outer } = process.env
  const noted = join(folder, 'skipped-files')
  const run = (required: string): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, ['--import', 'tsx', 'scripts/test.ts', file], {
      cwd: root,
      encoding: 'utf8',
      env: { ...outer, HAWSER_WITHOUT: '', HAWSER_REQUIRE: required, HAWSER_SKIPPED_FILES: noted },
    })
  const allowed = run('')
  assert.match(allowed.stderr, /NOT TESTED: no x: 2 tests skipped[^]*NOT TESTED: no y: 1 test skipped/)
  assert.equal(allowed.status, 0)
  assert.equal(readFileSync(noted, 'utf8'), `${relative(root, file)}\n`)
  const refused = run('all')
  assert.match(refused.stderr, /allows no skip/)
  assert.equal(refused.status, 1)
  writeFileSync(file, "import { test } from 'node:test'\ntest('a', { skip: 'NOT REQUIRED: no z' }, () => {})\n")
  const extra = run('all')
  assert.match(extra.stderr, /NOT REQUIRED: no z: 1 test skipped/)
  assert.equal(extra.status, 0)
})

test('only scripts/optional.ts says where an optional program is, so that every test asks it', () => {
  const files = [
    ...filesOfPackages('test', '.ts'),
    ...filesOfPackages('scripts', '.ts'),
    ...filesUnder('test', '.ts'),
    ...filesUnder('scripts', '.ts'),
  ]
  for (const file of files) {
    if (file === 'scripts/optional.ts' || file === 'test/scripts/optional.test.ts') continue
    assert.doesNotMatch(read(file), /['"`]\/usr\/(?:s?bin|lib)|\benv(?:\.CI\b|\['CI'\])/, file)
    if (!file.endsWith('/chromium.ts')) assert.doesNotMatch(read(file), /\bchromium\.launch\b/, file)
  }
})

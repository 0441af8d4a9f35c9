import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Arguments } from '../../src/cli/arguments.ts'
import { readConfig } from '../../src/cli/config.ts'
import { serverMode } from '../../src/cli/modes.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'config-'))
after(() => rmSync(folder, { recursive: true }))
const file = (content: string): string => {
  const path = join(folder, 'conformance.json')
  writeFileSync(path, content)
  return path
}

test('a configuration file gives the URL, flags, values and lists', () => {
  const path = file('{"url": "ws://a/", "quiet": true, "insecure": false, "jobs": 4, "only": ["utf8", "closing"], "exclude": "utf8/good"}')
  const { values, positionals } = readConfig(path, serverMode)
  assert.deepEqual(positionals, ['ws://a/'])
  assert.deepEqual(Object.fromEntries(values), { quiet: [''], jobs: ['4'], only: ['utf8', 'closing'], exclude: ['utf8/good'] })
})

test('the command line goes before the file', () => {
  const path = file('{"url": "ws://a/", "jobs": 4, "only": ["utf8"]}')
  const given = new Arguments(serverMode, ['--config', path, 'ws://b/', '--jobs', '2'])
  assert.deepEqual([given.positionals, given.get('jobs'), given.list('only')], [['ws://b/'], '2', ['utf8']])
})

test('refuses what is no configuration, and names the file and the member', () => {
  for (const [content, message, suggestion] of [
    ['{', /not JSON: /, undefined],
    ['[]', /expected an object with options as members/, undefined],
    ['{"exclud": "a"}', /unknown option "exclud" of server/, 'did you mean "exclude"?'],
    ['{"config": "other.json"}', /unknown option "config" of server/, undefined],
    ['{"quiet": "yes"}', /"quiet" takes true or false, not "yes"/, undefined],
    ['{"jobs": ["1"]}', /"jobs" takes a string or a number, not \["1"\]/, undefined],
    ['{"only": [["a"]]}', /"only" takes a string or an array of strings/, undefined],
    ['{"url": 1}', /"url" is no string: 1/, undefined],
  ] as const) {
    const path = file(content)
    assert.throws(
      () => readConfig(path, serverMode),
      (error) => error instanceof UsageError && error.message.includes(path) && message.test(error.message) && error.suggestion === suggestion,
      content,
    )
  }
  assert.throws(() => readConfig(join(folder, 'none.json'), serverMode), /option --config: ENOENT/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../src/cli/usage-error.ts'
import { commandWords } from '../../src/cli/start-command.ts'

test('splits the command of --each at spaces outside quotation marks', () => {
  assert.deepEqual(commandWords('node  echo.js {url}'), ['node', 'echo.js', '{url}'])
  assert.deepEqual(commandWords(`'/a b/node' -e "x('{url}')" ''`), ['/a b/node', '-e', "x('{url}')", ''])
  assert.deepEqual(commandWords(`./client --url="{url}"`), ['./client', '--url={url}'])
})

test('refuses a quotation without end and a command without {url}', () => {
  for (const open of [`node '{url}`, `node "{url}`, `node {url} it's`])
    assert.throws(
      () => commandWords(open),
      (error) => error instanceof UsageError && /a quotation does not end/.test(error.message),
      open,
    )
  assert.throws(() => commandWords('node echo.js'), /the command needs \{url\}/)
})

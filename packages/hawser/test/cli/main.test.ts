import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CliProcess, runCli } from './cli-process.ts'

test('the entry file is executable by its first line', () => {
  assert.match(readFileSync(new URL('../../src/cli/main.ts', import.meta.url), 'utf8'), /^#!\/usr\/bin\/env node\n/)
})

test('output and exit code reach the shell', async () => {
  const help = await runCli(['--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /^hawser \d/)
  const wrong = await runCli(['--nonsense'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /^hawser: unknown option --nonsense/)
})

test('a process ends although its standard input stays open', async () => {
  await using cli = new CliProcess(['--version'])
  assert.equal((await cli.ended).code, 0)
})

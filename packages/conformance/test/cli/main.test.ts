import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { clientMode, reportMode, requirementsMode, serverMode } from '../../src/cli/modes.ts'
import type { ModeSpec } from '../../src/cli/mode-spec.ts'
import { runCommand } from './command-process.ts'

describe('wrong arguments', () => {
  for (const [args, message] of [
    [['proxy'], /unknown mode "proxy" \(known: server, client, report, requirements\)/],
    [['sever'], /unknown mode "sever" \(did you mean server\?\)/],
    [['ws://localhost/'], /a URL is not a mode \(did you mean server ws:\/\/localhost\/\?\)/],
    [['server'], /server needs a URL: server URL \[options\]/],
    [['server', 'http://localhost/'], /expected a ws: or wss: URL, received "http:\/\/localhost\/"/],
    [['server', 'ws://localhost/', '--only', 'no/such'], /option --only: no case matches "no\/such" \(try --list\)/],
    [['server', 'ws://localhost/', '--jobs', '0'], /option --jobs: expected a whole number from 1 to 256/],
    [['server', 'ws://localhost/', '--ony', 'x'], /unknown option --ony \(did you mean --only\?\)/],
    [['server', 'ws://localhost/', '-v', '-q'], /--verbose and --quiet exclude each other/],
    [['server', 'ws://localhost/', '--json', '-', '--junit', '-'], /only one of --json and --junit/],
    [['client', '--each', 'node echo.js'], /the command needs \{url\}/],
    [['client', '--each', 'node {url}', '--port', '1'], /--each and --port exclude each other/],
    [['client', '--each', 'node {url}', '--once'], /--each and --once exclude each other/],
    [['client', '--each', 'node {url}', '--tls-cert', 'x'], /--tls-cert needs --tls-key as well/],
    [['client', '--http2'], /--http2 needs --each/],
    [['client', '--agent', 'x'], /--agent needs --each/],
  ] as const) {
    test(`${args.join(' ')} ends with 2 and says what is wrong`, async () => {
      const { code, stdout, stderr } = await runCommand(...args)
      assert.match(stderr, message)
      assert.match(stderr, /^see hawser-conformance(?: server| client)? --help$/m)
      assert.deepEqual([code, stdout], [2, ''])
    })
  }
})

test('every mode shows its help, and the help names every option', async () => {
  const general = await runCommand('--help')
  assert.match(general.stdout, /^ {2}server +Test a server/m)
  for (const mode of [serverMode, clientMode, reportMode, requirementsMode]) {
    const { code, stdout } = await runCommand(mode.name, '--help')
    for (const { name } of mode.options) assert.match(stdout, new RegExp(`--${name}\\b`))
    assert.match(stdout, /^ {2}1 +a case failed or was not run/m)
    assert.equal(code, 0)
    assert.equal((await runCommand('help', mode.name)).stdout, stdout)
  }
  assert.equal((await runCommand('-V')).stdout, (await runCommand('--version')).stdout)
})

/** The files whose tests run each mode as a process. */
const filesOf: readonly (readonly [mode: ModeSpec, files: readonly string[]])[] = [
  [serverMode, ['server', 'output', 'list', 'preflight', 'report']],
  [clientMode, ['client', 'serve-cases']],
  [reportMode, ['report', 'output']],
  [requirementsMode, ['requirements']],
]

test('every option of every mode is given to a process in these tests', () => {
  for (const [mode, files] of filesOf) {
    const text = files.map((file) => readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8')).join('')
    const inBoth = mode === clientMode ? serverMode.options.map(({ name }) => name) : []
    const missing = mode.options.filter(({ name, short }) => !inBoth.includes(name) && !text.includes(`'--${name}'`) && !text.includes(`'-${short}'`))
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
      mode.name,
    )
  }
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { runHere } from './memory-io.ts'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

describe('hawser', () => {
  test('--version and -V print the version of the package', async () => {
    for (const option of ['--version', '-V']) assert.deepEqual(await runHere([option]), { code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })

  test('--help, -h and help name every command', async () => {
    const { code, stdout, stderr } = await runHere(['--help'])
    assert.equal(code, 0)
    assert.equal(stderr, '')
    for (const command of ['serve', 'connect', 'conformance', 'help COMMAND']) assert.match(stdout, new RegExp(`^  ${command} `, 'm'))
    assert.equal((await runHere(['-h'])).stdout, stdout)
    assert.equal((await runHere(['help'])).stdout, stdout)
  })

  test('without arguments the same help goes to standard error, with exit code 2', async () => {
    const { code, stdout, stderr } = await runHere([])
    assert.equal(code, exitCodes.usage)
    assert.equal(stdout, '')
    assert.equal(stderr, (await runHere(['--help'])).stdout)
  })

  test('help COMMAND and COMMAND --help are the same', async () => {
    for (const command of ['serve', 'connect']) {
      const { code, stdout } = await runHere(['help', command])
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`^usage: hawser ${command} `, 'm'))
      assert.equal((await runHere([command, '--help'])).stdout, stdout)
      assert.equal((await runHere([command, '-h'])).stdout, stdout)
    }
  })

  test('does not take the value of an option for --help', async () => {
    assert.equal((await runHere(['connect', '--message=--help', '--port', '1'])).code, exitCodes.usage)
  })

  test('refuses an unknown command and suggests the closest one', async () => {
    for (const [args, message] of [
      [['conect'], /unknown command "conect" \(did you mean hawser connect\?\)/],
      [['help', 'sevre'], /unknown command "sevre" \(did you mean hawser serve\?\)/],
      [['ws://localhost/'], /a URL is not a command \(did you mean hawser connect ws:\/\/localhost\/\?\)/],
      [['--port', '1'], /unknown option --port \(options come after the command\)/],
      [['bogus'], /unknown command "bogus" \(known: serve, connect, replay, doctor, conformance\)/],
      [['__proto__'], /unknown command "__proto__"/],
    ] as const) {
      const { code, stdout, stderr } = await runHere(args)
      assert.equal(code, exitCodes.usage)
      assert.equal(stdout, '')
      assert.match(stderr, message)
      assert.match(stderr, /^hawser --help lists the options$/m)
    }
  })

  test('refuses an unknown option and suggests the closest one, and where to read on', async () => {
    const { code, stdout, stderr } = await runHere(['serve', '--subprotcol', 'x'])
    assert.equal(code, exitCodes.usage)
    assert.equal(stdout, '')
    assert.equal(stderr, 'hawser: unknown option --subprotcol (did you mean --subprotocol?)\nhawser serve --help lists the options\n')
  })

  test('escapes arguments in errors', async () => {
    assert.doesNotMatch((await runHere(['connect', '--\u001b[2J', 'x'])).stderr, /\u001b/)
  })
})

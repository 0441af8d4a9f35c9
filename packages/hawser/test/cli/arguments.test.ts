import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Arguments } from '../../src/cli/arguments.ts'
import { UsageError } from '../../src/cli/command.ts'
import type { CommandSpec } from '../../src/cli/command.ts'

const spec: CommandSpec = {
  name: 'try',
  summary: '',
  usage: 'hawser try URL',
  positionals: ['URL'],
  options: [
    { name: 'port', short: 'p', value: 'N', description: '' },
    { name: 'subprotocol', value: 'NAME', multiple: true, description: '' },
    { name: 'echo', description: '' },
    { name: 'json', short: 'j', description: '' },
    { name: 'metrics', value: 'PATH', omitted: '/m', description: '' },
  ],
  examples: [],
}

function fails(args: readonly string[], message: RegExp, suggestion?: RegExp): void {
  assert.throws(
    () => new Arguments(spec, args),
    (error) => {
      assert.ok(error instanceof UsageError)
      assert.match(error.message, message)
      if (suggestion === undefined) assert.equal(error.suggestion, undefined)
      else assert.match(error.suggestion ?? '', suggestion)
      return true
    },
  )
}

describe('the arguments of a command', () => {
  test('reads options in every form: separate, with =, short, repeated', () => {
    const given = new Arguments(spec, ['--port', '1', '--subprotocol=a', 'ws://h/', '--subprotocol', 'b', '-j'])
    assert.equal(given.get('port'), '1')
    assert.deepEqual(given.list('subprotocol'), ['a', 'b'])
    assert.deepEqual(given.positionals, ['ws://h/'])
    assert.equal(given.has('json'), true)
    assert.equal(given.has('echo'), false)
    assert.equal(new Arguments(spec, ['-p', '7', 'u']).get('port'), '7')
  })

  test('takes a value that may be omitted only after =', () => {
    assert.equal(new Arguments(spec, ['u']).get('metrics'), undefined)
    assert.equal(new Arguments(spec, ['--metrics', 'u']).get('metrics'), '/m')
    assert.equal(new Arguments(spec, ['--metrics=/x', 'u']).get('metrics'), '/x')
    assert.equal(new Arguments(spec, ['--metrics=', 'u']).get('metrics'), '')
    fails(['--metrics', '--metrics=/x', 'u'], /option --metrics was given twice/)
  })

  test('takes what follows -- as arguments', () => {
    assert.deepEqual(new Arguments(spec, ['--', '--echo']).positionals, ['--echo'])
  })

  test('refuses an unknown option and suggests the closest one', () => {
    fails(['--subprotcol', 'a', 'u'], /unknown option --subprotcol$/, /did you mean --subprotocol\?/)
    fails(['--ehco', 'u'], /unknown option --ehco$/, /--echo/)
    fails(['--zzzzzz', 'u'], /unknown option --zzzzzz$/)
    fails(['-z', 'u'], /unknown option -z$/)
  })

  test('treats names of Object.prototype as unknown options', () => {
    fails(['--__proto__=1', 'u'], /unknown option --__proto__/)
    fails(['--constructor', 'u'], /unknown option --constructor/)
  })

  test('refuses a missing value, one that looks like an option, and one for a flag', () => {
    fails(['u', '--port'], /option --port needs a value: --port N/)
    fails(['u', '--port', '--echo'], /option --port needs a value.*--port=--echo/)
    fails(['u', '--echo=yes'], /option --echo takes no value, received "yes"/)
    assert.equal(new Arguments(spec, ['u', '--port=-1']).get('port'), '-1')
  })

  test('refuses an option given twice unless it may repeat', () => fails(['u', '--port=1', '--port=2'], /option --port was given twice/))

  test('refuses missing and unexpected arguments', () => {
    fails([], /try needs URL: hawser try URL/)
    fails(['a', 'b'], /unexpected argument "b"/)
  })

  test('requires nothing else with --help', () => assert.equal(new Arguments(spec, ['--help']).help, true))

  test('refuses options that cannot be combined, and one whose companion is missing', () => {
    assert.equal(new Arguments(spec, ['u', '--echo']).oneOf('echo', 'json'), 'echo')
    assert.throws(() => new Arguments(spec, ['u', '--echo', '--json']).oneOf('echo', 'json'), /--echo cannot be combined with --json/)
    const two: CommandSpec = { ...spec, positionals: [], options: ['cert', 'key'].map((name) => ({ name, value: 'F', description: '' })) }
    assert.throws(() => new Arguments(two, ['--key', 'f']).together('cert', 'key'), /--key needs --cert/)
    new Arguments(two, ['--key', 'f', '--cert', 'f']).together('cert', 'key')
    new Arguments(two, []).together('cert', 'key')
  })
})

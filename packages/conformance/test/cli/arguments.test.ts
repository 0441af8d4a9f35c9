import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Arguments } from '../../src/cli/arguments.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import type { ModeSpec } from '../../src/cli/mode-spec.ts'

const spec: ModeSpec = {
  name: 'try',
  summary: '',
  usage: 'try URL',
  positionals: ['URL'],
  options: [
    { name: 'port', short: 'p', value: 'N', description: '' },
    { name: 'key', value: 'FILE', description: '' },
    { name: 'only', value: 'ID', multiple: true, description: '' },
    { name: 'echo', description: '' },
    { name: 'verbose', short: 'v', description: '' },
  ],
  examples: [],
}

function fails(args: readonly string[], message: RegExp, suggestion?: string): void {
  assert.throws(
    () => new Arguments(spec, args),
    (error) => error instanceof UsageError && message.test(error.message) && error.suggestion === suggestion,
    String(message),
  )
}

test('reads options apart from their value, with =, short and repeated', () => {
  const given = new Arguments(spec, ['--port', '1', '--only=a', 'ws://h/', '--only', 'b', '-v'])
  assert.deepEqual([given.get('port'), given.list('only'), given.positionals], ['1', ['a', 'b'], ['ws://h/']])
  assert.deepEqual([given.has('verbose'), given.has('echo'), given.has('port')], [true, false, true])
  assert.deepEqual(new Arguments(spec, ['--', '--echo']).positionals, ['--echo'])
})

test('refuses an unknown option and names the nearest one', () => {
  fails(['--ehco', 'u'], /^unknown option --ehco$/, 'did you mean --echo?')
  fails(['--zzzzzz', 'u'], /^unknown option --zzzzzz$/)
  fails(['--__proto__=1', 'u'], /^unknown option --__proto__/)
})

test('refuses a value that is missing, looks like an option, is given twice or belongs to a flag', () => {
  fails(['u', '--port'], /^option --port needs a value: --port N$/)
  fails(['u', '--port', '--echo'], /^option --port needs a value.*--port=--echo/)
  fails(['u', '--echo=yes'], /^option --echo takes no value, received "yes"$/)
  fails(['u', '--port=1', '-p2'], /^option -p is given twice$/)
  assert.equal(new Arguments(spec, ['u', '--port=-1']).get('port'), '-1')
})

test('refuses missing and superfluous positional arguments, but not with --help', () => {
  fails([], /^try needs a URL: try URL$/)
  fails(['a', 'b'], /^unexpected argument "b"$/)
  assert.equal(new Arguments(spec, ['--help']).help, true)
})

test('refuses options that exclude each other, and one without the other', () => {
  const both = new Arguments(spec, ['u', '--echo', '-p', '1'])
  assert.throws(() => both.exclusive('echo', 'port'), /^UsageError: --echo and --port exclude each other$/)
  assert.throws(() => both.together('port', 'key'), /^UsageError: --port needs --key as well$/)
  both.exclusive('echo', 'key')
})

test('asking for an undeclared option, or for the value of a flag, is a defect and no usage error', () => {
  const given = new Arguments(spec, ['u'])
  assert.throws(() => given.has('nothing'), /^Error: --nothing is not declared/)
  assert.throws(() => given.get('echo'), /^Error: --echo is not declared as an option with a value/)
})

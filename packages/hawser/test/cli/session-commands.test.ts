import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../src/cli/command.ts'
import { parseCommand } from '../../src/cli/session-commands.ts'
import type { PayloadForm } from '../../src/cli/payload.ts'

const parse = (line: string, form: PayloadForm = 'text') => parseCommand(Buffer.from(line), form, 'line 1')
const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : Buffer.from(bytes).toString())

test('takes lines without a slash as messages, and two slashes as one', () => {
  for (const [line, message] of [
    ['hello', 'hello'],
    ['', ''],
    ['a /ping', 'a /ping'],
    ['//ping', '/ping'],
    ['///', '//'],
  ] as const) {
    const parsed = parse(line)
    assert.ok(parsed.kind === 'message')
    assert.equal(text(parsed.line), message)
  }
})

test('reads /ping and /pong with a payload in the format of a line', () => {
  for (const kind of ['ping', 'pong'] as const) {
    assert.deepEqual(parse(`/${kind}`), { kind, payload: undefined })
    const parsed = parse(`/${kind} a  b`)
    assert.ok(parsed.kind === kind)
    assert.equal(text(parsed.payload), 'a  b')
    const hex = parse(`/${kind} 00 ff`, 'hex')
    assert.ok(hex.kind === kind)
    assert.deepEqual(Buffer.from(hex.payload ?? []), Buffer.of(0, 255))
    assert.throws(() => parse(`/${kind} ${'x'.repeat(126)}`), /has 126 bytes, and 125 are allowed \(RFC 6455 section 5\.5\)/)
  }
})

test('reads /close with its code and reason', () => {
  for (const [line, code, reason] of [
    ['/close', 1000, ''],
    ['/close ', 1000, ''],
    ['/close\r', 1000, ''],
    ['/close 4000', 4000, ''],
    ['/close 4000 see you  later', 4000, 'see you  later'],
  ] as const)
    assert.deepEqual(parse(line), { kind: 'close', code, reason })
  assert.throws(() => parse('/close now'), /expected \/close \[CODE\] \[REASON\]/)
})

test('names the command that was meant', () => {
  assert.deepEqual(parse('/help'), { kind: 'help' })
  for (const [line, suggestion] of [
    ['/pin', /did you mean \/ping\?/],
    ['/etc/passwd', /known: \/ping, \/pong, \/close, \/help; a line that begins with \/\/ is sent/],
  ] as const) {
    assert.throws(
      () => parse(line),
      (error) => error instanceof UsageError && suggestion.test(error.suggestion ?? ''),
      line,
    )
  }
})

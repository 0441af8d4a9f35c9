import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectSpec } from '../../src/cli/connect-options.ts'
import { doctorSpec } from '../../src/cli/doctor-options.ts'
import { exitCodeMeanings, exitCodes } from '../../src/cli/exit-codes.ts'
import { commandHelp, generalHelp, wrap } from '../../src/cli/help.ts'
import { replaySpec } from '../../src/cli/replay-options.ts'
import { serveSpec } from '../../src/cli/serve-options.ts'

for (const spec of [serveSpec, connectSpec, replaySpec, doctorSpec]) {
  test(`the help of ${spec.name} names every option with its value, within 100 columns`, () => {
    const text = commandHelp(spec)
    for (const option of spec.options) {
      const value = option.value === undefined ? '' : option.omitted === undefined ? ` ${option.value}` : `[=${option.value}]`
      const label = `${option.short === undefined ? '    ' : `-${option.short}, `}--${option.name}${value}${option.multiple === true ? '…' : ''}`
      assert.ok(
        text.split('\n').some((line) => line === `  ${label}` || line.startsWith(`  ${label} `)),
        label,
      )
    }
    for (const line of text.split('\n')) assert.ok(line.length <= 100, line)
    assert.ok(text.includes(`usage: ${spec.usage}`))
    for (const [command] of spec.examples) assert.ok(text.includes(command))
  })

  test(`no two options of ${spec.name} share a name or a letter`, () => {
    const names = spec.options.flatMap((option) => [option.name, ...(option.short === undefined ? [] : [option.short])])
    assert.equal(new Set([...names, 'help', 'h']).size, names.length + 2)
  })
}

test('the help of connect lists every exit code once', () => {
  const text = commandHelp(connectSpec)
  assert.deepEqual(
    exitCodeMeanings.map(([code]) => code),
    Object.values(exitCodes),
  )
  for (const [code, meaning] of exitCodeMeanings) assert.match(text, new RegExp(`^ +${code}  ${meaning.split(' ', 2).join(' ')}`, 'm'))
})

test('the general help names each command and the version', () => {
  const text = generalHelp([serveSpec, connectSpec], '1.2.3')
  assert.match(text, /^hawser 1\.2\.3: /)
  assert.match(text, /^ {2}serve +Start/m)
  assert.match(text, /^ {2}connect +Connect/m)
})

test('wraps text between words', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three'])
  assert.deepEqual(wrap('incomprehensible', 7), ['incomprehensible'])
})

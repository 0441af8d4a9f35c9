import assert from 'node:assert/strict'
import { test } from 'node:test'
import { code } from '../../packages/hawser/src/runtime/node/byte-masker-code.ts'
import { read } from '../../scripts/sources.ts'
import { assemble } from '../../scripts/wat.ts'

const source = read('packages/hawser/src/runtime/node/byte-masker.wat')

test("the masker's shipped bytes are its source, assembled", () => {
  assert.equal(Buffer.from(assemble(source)).toString('base64'), code)
})

test('assembles no module that it does not understand in full', () => {
  const broken: [string, string][] = [
    ['i32.rotr', 'i32.rotl'],
    ['(local $x v128)', '(local $x f64)'],
    ['(br_if $short', '(br_if $elsewhere'],
    ['(local.get $key)', '(local.get $other)'],
    ['offset=48 ', ''],
    ['align=1', 'align=16'],
    ['(module', '(module (start 0)'],
    ['(memory', ')(memory'],
  ]
  for (const [from, to] of broken) assert.throws(() => assemble(source.replace(from, to)), SyntaxError, to)
})

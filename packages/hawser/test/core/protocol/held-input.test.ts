import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PENDING } from '../../../src/core/protocol/extension.ts'
import { FrameParser, HOLD_PAUSED, HOLD_PENDING } from '../../../src/core/protocol/frame-parser.ts'
import { HeldInput } from '../../../src/core/protocol/held-input.ts'
import { unhex } from './recorder.ts'

const TWO_LETTERS = unhex('810161 810162')

/** Logs each message of one letter; `stopAt` names the letter after which the parser is paused or waits for an extension. */
function inputOf(stopAt?: string, hold: number = HOLD_PAUSED): { held: HeldInput; parser: FrameParser; log: string[]; parse(): unknown } {
  const log: string[] = []
  const held = new HeldInput()
  const unused = (): undefined => undefined
  const take = (bytes: Uint8Array, start: number): typeof PENDING | undefined => {
    const letter = String.fromCharCode(bytes[start]!)
    log.push(letter)
    if (letter !== stopAt) return undefined
    if (hold === HOLD_PENDING) return PENDING
    parser.hold |= hold
    return undefined
  }
  const sink = { whole: take, begin: unused, piece: take }
  const parser = new FrameParser({ masked: false, rsv: 0, maxPayload: 1000, maxWhole: 1000 }, sink, { control: unused })
  return { held, parser, log, parse: () => held.parse(parser, { note: () => undefined }, 0) }
}

test('chunks are parsed in order, and their bytes are counted until they are used', () => {
  const { held, log, parse } = inputOf()
  for (let i = 0; i < 3000; i++) held.push(TWO_LETTERS.slice())
  assert.equal(held.bytes, 18_000)
  assert.equal(parse(), undefined)
  assert.deepEqual([held.isEmpty, held.bytes], [true, 0])
  assert.equal(log.join(''), 'ab'.repeat(3000))
})

for (const hold of [HOLD_PAUSED, HOLD_PENDING]) {
  test(`a parser that ${hold === HOLD_PAUSED ? 'is paused' : 'waits for an extension'} continues in the middle of a chunk`, () => {
    const { held, parser, log, parse } = inputOf('a', hold)
    for (let i = 0; i < 2; i++) held.push(TWO_LETTERS.slice())
    parse()
    assert.deepEqual([log.join(''), held.isEmpty], ['a', false])
    for (const soFar of ['aba', 'abab']) {
      parser.hold = 0
      parse()
      assert.equal(log.join(''), soFar)
    }
    assert.deepEqual([held.isEmpty, held.bytes], [true, 0])
  })
}

test('the rest of a chunk comes before the chunks received while it was parsed', () => {
  const { held, log, parse } = inputOf()
  held.push(unhex('810163'))
  held.pushFirst(TWO_LETTERS.slice(), 3)
  parse()
  assert.equal(log.join(''), 'bc')
})

test('a small rest does not keep a large chunk alive', () => {
  const { held } = inputOf()
  held.pushFirst(new Uint8Array(60_000), 59_990)
  assert.equal(held.bytes, 10)
  held.pushFirst(new Uint8Array(60_000), 10_000)
  assert.equal(held.bytes, 60_010, 'a large rest is not worth a copy')
})

test('a violation ends the parsing and is returned', () => {
  const { held, parse } = inputOf()
  held.push(unhex('810161 830162'))
  assert.match(String(parse()), /reserved/)
})

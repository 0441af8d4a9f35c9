import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readExtensions, readSubprotocols } from '../../src/connection/declared-options.ts'
import { OptionError } from '../../src/core/errors.ts'
import { text } from '../../src/core/subprotocols/index.ts'

test('subprotocols are names in order, with the codecs of those that have one', () => {
  assert.deepEqual(readSubprotocols(undefined), { names: [], codecs: new Map() })
  assert.deepEqual(readSubprotocols(['b', 'a']), { names: ['b', 'a'], codecs: new Map() })
  const codec = text()
  const read = readSubprotocols({ chat: codec })
  assert.deepEqual(read.names, ['chat'])
  assert.equal(read.codecs.get('chat'), codec)
})

test('an OptionError names the subprotocol that is wrong', () => {
  for (const [declared, option] of [
    ['chat', 'subprotocols'],
    [null, 'subprotocols'],
    [new Set(['chat']), 'subprotocols'],
    [['a', 'a'], 'subprotocols[1]'],
    [['not a token'], 'subprotocols[0]'],
    [{ 'not a token': text() }, 'subprotocols[0]'],
    [{ chat: { decode: () => '' } }, "subprotocols['chat']"],
    [{ chat: undefined }, "subprotocols['chat']"],
  ] as const) {
    assert.throws(
      () => readSubprotocols(declared),
      (error) => error instanceof OptionError && error.option === option,
      option,
    )
  }
})

test('extensions are objects with a name and the methods that this end calls', () => {
  const server = { name: 'x-server', accept: () => undefined }
  assert.deepEqual(readExtensions(undefined, 'accept'), [])
  assert.deepEqual(readExtensions([server], 'accept'), [server])
  for (const [given, option] of [
    ['x', 'extensions'],
    [[server, null], 'extensions[1]'],
    [[{ accept: () => undefined }], 'extensions[0]'],
  ] as const) {
    assert.throws(
      () => readExtensions(given, 'accept'),
      (error) => error instanceof OptionError && error.option === option,
    )
  }
  assert.throws(() => readExtensions([server], 'offers', 'confirm'), OptionError)
})

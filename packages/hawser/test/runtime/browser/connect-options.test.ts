import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { json } from '../../../src/index.ts'
import { readBrowserOptions, unavailable } from '../../../src/runtime/browser/connect-options.ts'
import { nodeOptionNames } from '../../../src/runtime/node/connect-options.ts'

const refusal = (options: unknown): OptionError => {
  try {
    readBrowserOptions(options)
  } catch (error) {
    assert.ok(error instanceof OptionError)
    return error
  }
  return assert.fail('taken')
}

test('every option of Node is either taken or refused with the reason for which a browser has none', () => {
  const named = unavailable.flatMap(([, names]) => names)
  for (const name of nodeOptionNames) {
    if (!named.includes(name)) assert.doesNotThrow(() => readBrowserOptions({ [name]: undefined }), name)
    else assert.match(refusal({ [name]: true }).message, new RegExp(`^option ${name} is not for browsers: `))
  }
  assert.deepEqual(
    named.filter((name) => !nodeOptionNames.includes(name)),
    [],
  )
})

test('a misspelt option is named with its neighbour, and noSubprotocol cannot accept', () => {
  assert.match(refusal({ subprotcols: [] }).message, /did you mean "subprotocols"/)
  assert.match(refusal({ limits: { mesage: 1 } }).message, /did you mean "limits.message"/)
  assert.match(refusal({ noSubprotocol: 'accept' }).message, /a browser cannot 'accept'/)
  readBrowserOptions({ noSubprotocol: 'refuse' })
})

test('values are checked', () => {
  for (const options of [
    null,
    'x',
    { open: 1 },
    { message: null },
    { error: 'x' },
    { signal: {} },
    { subprotocols: ['a b'] },
    { subprotocols: { a: 1 } },
    { invalidMessage: 1000 },
    { slowConsumer: 'drop-oldest' },
    { closeTimeoutMs: 0 },
    { limits: { message: 0 } },
    { limits: [] },
  ]) {
    refusal(options)
  }
})

test('what is left out has its default', () => {
  const codec = json()
  const { subprotocols, codecs, closeTimeoutMs, invalidMessage, slowConsumer, limits } = readBrowserOptions({ subprotocols: { a: codec } })
  assert.deepEqual([subprotocols, [...codecs], closeTimeoutMs, invalidMessage, slowConsumer], [['a'], [['a', codec]], 10_000, 'report', 'close'])
  assert.equal(limits.message, 1_048_576)
})

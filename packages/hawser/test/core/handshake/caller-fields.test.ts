import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { checkFieldValue, readCallerFields } from '../../../src/core/handshake/caller-fields.ts'

test('pairs, objects, Maps and Headers are taken in their order', () => {
  const expected = [
    ['X-A', '1'],
    ['X-B', '2'],
  ]
  assert.deepEqual(
    readCallerFields(
      [
        ['X-A', '1'],
        ['X-B', '2'],
      ],
      'headers',
      'request',
    ),
    expected,
  )
  assert.deepEqual(readCallerFields({ 'X-A': '1', 'X-B': '2' }, 'headers', 'request'), expected)
  assert.deepEqual(
    readCallerFields(
      new Map([
        ['X-A', '1'],
        ['X-B', '2'],
      ]),
      'headers',
      'request',
    ),
    expected,
  )
  assert.deepEqual(readCallerFields(new Headers({ 'X-A': '1', 'X-B': '2' }), 'headers', 'request'), [
    ['x-a', '1'],
    ['x-b', '2'],
  ])
  assert.deepEqual(readCallerFields(undefined, 'headers', 'request'), [])
})

test('owned names are refused without regard to case, with the option that sets them [RFC 6455 §11.3, C1.24]', () => {
  for (const [name, option] of [
    ['ORIGIN', 'origin'],
    ['sec-websocket-protocol', 'subprotocols'],
    ['Sec-WebSocket-Extensions', 'extensions'],
  ] as const) {
    assert.throws(
      () => readCallerFields({ [name]: 'x' }, 'headers', 'request'),
      (error) => error instanceof OptionError && error.expected.includes(`\`${option}\``),
      name,
    )
  }
  assert.deepEqual(readCallerFields({ Origin: 'x', Host: 'y' }, 'headers', 'response').length, 2)
})

test('a forbidden value is not repeated in the error: it may be a credential [RFC 9110 §5.5, C1.25]', () => {
  assert.throws(
    () => readCallerFields({ Authorization: 'Bearer secret\r\nX: y' }, 'headers', 'request'),
    (error) => error instanceof OptionError && !error.message.includes('secret'),
  )
  assert.throws(() => checkFieldValue(7 as never, 'x'), OptionError)
  assert.equal(checkFieldValue('caf\xe9', 'x'), 'caf\xe9')
})

test('a value that is not a collection of fields fails at once', () => {
  for (const wrong of ['X-A: 1', 7, null, [['a b', 'c']], [['', 'c']], { 'X-A': 7 }, [[7, 'x']]])
    assert.throws(() => readCallerFields(wrong as never, 'headers', 'request'), OptionError, JSON.stringify(wrong))
})

import assert from 'node:assert/strict'
import test from 'node:test'
import { OptionError } from '../../../../src/core/errors.ts'
import { permessageDeflate } from '../../../../src/runtime/node/zlib/permessage-deflate.ts'

test('a wrong option throws at once and names itself', () => {
  for (const [option, value] of [
    ['serverNoContextTakeover', 'yes'],
    ['clientNoContextTakeover', 1],
    ['serverMaxWindowBits', 7],
    ['serverMaxWindowBits', 16],
    ['clientMaxWindowBits', '10'],
    ['clientMaxWindowBits', 9.5],
    ['threshold', -1],
    ['threshold', NaN],
    ['compress', true],
    ['maxRatio', 0.5],
    ['maxRatio', '9'],
    ['maxStreams', 0],
    ['maxStreams', Infinity],
    ['alternatives', {}],
    ['level', 0],
    ['level', 10],
    ['memLevel', 0],
    ['asyncAbove', -1],
    ['maxCompressors', 0],
    ['idleReleaseMs', -5],
    ['zlib', 'fast'],
  ] as const) {
    assert.throws(
      () => permessageDeflate({ [option]: value }),
      (error) => error instanceof OptionError && error.option === option && error.message.includes(option),
      option,
    )
  }
  assert.throws(
    () => permessageDeflate({ alternatives: [{}, { serverMaxWindowBits: 3 }] }),
    /option alternatives\[1\]\.serverMaxWindowBits: expected a whole number from 8 to 15/,
  )
  assert.throws(() => permessageDeflate({ alternatives: [null as never] }), /option alternatives\[0\]: expected an offer, received null/)
})

test('alternatives are further offers, in order of preference [PD6]', () => {
  const extension = permessageDeflate({ serverMaxWindowBits: 10, alternatives: [{ serverNoContextTakeover: true }, {}] })
  assert.deepEqual(extension.offers(), [
    [
      ['server_max_window_bits', '10'],
      ['client_max_window_bits', true],
    ],
    [
      ['server_no_context_takeover', true],
      ['client_max_window_bits', true],
    ],
    [['client_max_window_bits', true]],
  ])
})

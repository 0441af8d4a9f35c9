import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asError, citeRule, ConnectionError, HandshakeError, HawserError, MessageError, OptionError, WITHHELD } from '../../src/core/errors.ts'
import type { Rule } from '../../src/core/errors.ts'

const rule: Rule = { id: 'RS7', document: 'RFC 6455', section: '4.2.2', level: 'MUST', text: 'An unknown version is refused.' }

test('every error is a HawserError with its own code, fault and name', () => {
  const errors = [
    new OptionError('limits.message', 'a whole number', 'x'),
    new ConnectionError('m', { fault: 'peer', closeCode: 1002 }),
    new HandshakeError('m', { stage: 'tcp', fault: 'network' }),
    new MessageError('m', { fault: 'peer', subprotocol: 's', issues: [] }),
  ]
  for (const error of errors) {
    assert.ok(error instanceof HawserError)
    assert.ok(error instanceof Error)
    assert.match(error.code, /^HAWSER_[A-Z]+$/)
    assert.match(error.stack ?? '', new RegExp(`^${error.name}`))
  }
  assert.equal(new Set(errors.map(({ code }) => code)).size, errors.length)
})

test('an OptionError names the option, the expected value and any received value', () => {
  const received: [unknown, string][] = [
    ['eight', '"eight"'],
    ['x'.repeat(100), `"${'x'.repeat(60)}…"`],
    [null, 'null'],
    [undefined, 'undefined'],
    [Number.NaN, 'NaN'],
    [5n, '5n'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
    [() => 1, 'a function'],
    [Symbol('s'), 'a symbol'],
    [WITHHELD, 'a value that is not shown here'],
    [Object.create(null), 'an object'],
  ]
  for (const [value, text] of received) {
    const error = new OptionError('port', 'a whole number from 0 to 65535', value)
    assert.equal(error.message, `option port: expected a whole number from 0 to 65535, received ${text}`)
    assert.equal(error.option, 'port')
    assert.equal(error.fault, 'application')
  }
})

test('a rule is cited with its document and section', () => {
  assert.equal(citeRule(rule), 'RFC 6455 section 4.2.2')
  assert.match(new ConnectionError('no', { fault: 'peer', closeCode: 1002, rule }).message, /\(RFC 6455 section 4\.2\.2\)$/)
  assert.match(new HandshakeError('no', { stage: 'response', fault: 'peer', rule }).message, /\(RFC 6455 section 4\.2\.2\)$/)
})

test('a HandshakeError has the received response and its cause', () => {
  const cause = new Error('below')
  const response = { httpVersion: '1.1', status: 426, statusText: '', fields: [], body: new Uint8Array(), bodyTruncated: false } as const
  const error = new HandshakeError('no', { stage: 'response', fault: 'peer', response, supportedVersions: ['13'], hint: 'try 13', cause })
  assert.equal(error.status, 426)
  assert.deepEqual(error.supportedVersions, ['13'])
  assert.equal(error.hint, 'try 13')
  assert.equal(error.cause, cause)
  const bare = new HandshakeError('no', { stage: 'dns', fault: 'network' })
  assert.equal(bare.status, undefined)
  assert.deepEqual(bare.supportedVersions, [])
  assert.ok(!('cause' in bare))
})

test('a MessageError holds the message and the path of each issue', () => {
  const issues = [{ message: 'too long', path: ['text', 3] }]
  const error = new MessageError('no', { fault: 'peer', subprotocol: 'chat', issues, received: '{}' })
  assert.deepEqual(error.issues, issues)
  assert.equal(error.received, '{}')
  assert.equal(error.subprotocol, 'chat')
})

test('whatever is thrown becomes an error with a message, and an error stays as it is', () => {
  const error = new RangeError('r')
  assert.equal(asError(error), error)
  assert.equal(asError('s').message, 's')
  assert.equal(asError('s').cause, 's')
  assert.equal(asError(undefined).message, 'undefined')
  assert.equal(asError(Symbol('q')).message, 'Symbol(q)')
  const proxy: unknown = new Proxy(error, {
    get() {
      throw new Error('trap')
    },
  })
  for (const hostile of [Object.create(null), proxy]) assert.equal(asError(hostile).message, 'a value that cannot be shown as text')
})

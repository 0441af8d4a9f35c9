import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as z from 'zod'
import { MessageError, OptionError } from '../../../src/core/errors.ts'
import { json } from '../../../src/core/subprotocols/index.ts'
import type { StandardSchemaV1 } from '../../../src/core/subprotocols/index.ts'
import { caught } from './caught.ts'

test('json() without a schema parses and serializes', () => {
  assert.deepEqual(json().decode('{"a":[1,null]}'), { a: [1, null] })
  assert.equal(json().encode({ a: [1, null] }), '{"a":[1,null]}')
})

test('json() never lets a name of the peer reach a prototype', () => {
  const value = json().decode('{"__proto__":{"admin":true}}') as { admin?: boolean }
  assert.equal(value.admin, undefined)
  assert.ok(Object.hasOwn(value, '__proto__'))
})

test('for any message of a peer, a codec returns a value or throws a MessageError with a path', () => {
  const codec = json(z.object({ list: z.array(z.object({ at: z.number() })) }))
  const sent = fc.oneof(
    fc.string(),
    fc.uint8Array(),
    fc.json(),
    fc.record({ list: fc.anything() }).map((value) => JSON.stringify(value, bigints)),
  )
  fc.assert(
    fc.property(sent, (data) => {
      try {
        assert.ok(Array.isArray((codec.decode(data) as { list: unknown }).list))
      } catch (error) {
        assert.ok(error instanceof MessageError, String(error))
        assert.ok(error.fault === 'peer' && error.issues.every((issue) => Array.isArray(issue.path)))
      }
    }),
  )
})

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

test('json() refuses to send what JSON cannot represent, with the cause', () => {
  const circular: { self?: unknown } = {}
  circular.self = circular
  for (const message of [undefined, () => 0, Symbol('s'), 1n, circular]) {
    const error = caught(() => json().encode(message))
    assert.equal(error.fault, 'application')
    assert.match(error.message, /JSON cannot represent/)
  }
})

test('a binary message under json() is an issue, not a crash', () => {
  assert.match(caught(() => json().decode(new Uint8Array([0x7b]))).message, /received a binary one/)
})

test('a received message is the schema’s output; a sent one is its input, unvalidated by default', () => {
  const codec = json(z.object({ at: z.string().transform((value) => value.length) }))
  assert.deepEqual(codec.decode('{"at":"four"}'), { at: 4 })
  assert.equal(codec.encode({ at: 'four' }), '{"at":"four"}')
  assert.equal(codec.encode({ at: 4 } as unknown as { at: string }), '{"at":4}')
})

test('validateOutgoing refuses a wrong message before it is sent, and sends the input and not the output', () => {
  const codec = json(z.object({ at: z.string().transform((value) => value.length) }), { validateOutgoing: true })
  assert.equal(codec.encode({ at: 'four' }), '{"at":"four"}')
  const error = caught(() => codec.encode({ at: 4 } as unknown as { at: string }))
  assert.equal(error.fault, 'application')
  assert.deepEqual(error.issues[0]?.path, ['at'])
  assert.equal(error.received, undefined)
})

test('an asynchronous schema resolves, or rejects with the issues', async () => {
  const codec = json(z.object({ name: z.string().refine(async (name) => name !== 'taken', 'is taken') }))
  assert.deepEqual(await codec.decode('{"name":"free"}'), { name: 'free' })
  await assert.rejects(
    async () => codec.decode('{"name":"taken"}'),
    (error: unknown) => {
      assert.ok(error instanceof MessageError)
      assert.deepEqual(error.issues, [{ message: 'is taken', path: ['name'] }])
      return true
    },
  )
})

test('an asynchronous schema cannot validate sent messages, and the error explains it', () => {
  const codec = json(
    z.string().refine(async () => true),
    { validateOutgoing: true },
  )
  assert.match(caught(() => codec.encode('x')).message, /asynchronously/)
})

test('a schema that throws is the application’s fault, not the peer’s', async () => {
  const standard = (validate: () => never | Promise<never>): StandardSchemaV1 => ({ '~standard': { version: 1, vendor: 'test', validate } })
  const thrown = caught(() =>
    json(
      standard(() => {
        throw new Error('bug')
      }),
    ).decode('1'),
  )
  assert.equal(thrown.fault, 'application')
  assert.equal((thrown.cause as Error).message, 'bug')
  await assert.rejects(async () => json(standard(() => Promise.reject(new Error('bug')))).decode('1'), { name: 'MessageError', fault: 'application' })
})

test('a value that is not a Standard Schema is refused at once with the option’s name', () => {
  for (const schema of [{}, null, 'string', { '~standard': { version: 2, validate() {} } }]) {
    assert.throws(
      () => json(schema as unknown as StandardSchemaV1),
      (error: unknown) => error instanceof OptionError && error.option === 'json(schema)',
    )
  }
})

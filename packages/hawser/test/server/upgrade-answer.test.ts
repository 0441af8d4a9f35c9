import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { readUpgradeAnswer } from '../../src/server/upgrade-answer.ts'
import { openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

const reader = { reading(): void {} }

test('an acceptance keeps its context, its fields in order and the agreed subprotocol where it names none', () => {
  assert.deepEqual(readUpgradeAnswer({ context: 5, headers: new Map([['A', '1']]), cookies: ['b=2'] }, ['x'], ['x'], 'x', 'accept', reader), {
    kind: 'accept',
    context: 5,
    subprotocol: 'x',
    fields: [
      ['A', '1'],
      ['Set-Cookie', 'b=2'],
    ],
  })
})

test('a Response keeps status, fields and content, and loses framing and handshake fields', async () => {
  const answer = await readUpgradeAnswer(
    new Response('no', { status: 403, headers: { 'X-A': '1', Connection: 'upgrade', 'Sec-WebSocket-Accept': 'x' } }),
    [],
    [],
    undefined,
    'accept',
    reader,
  )
  assert.ok(answer.kind === 'respond')
  assert.equal(answer.response.status, 403)
  assert.deepEqual(answer.response.fields.map(([name]) => name).sort(), ['content-type', 'x-a'])
  assert.equal(Buffer.from(answer.response.body).toString(), 'no')
})

const read = (answer: object): unknown => readUpgradeAnswer(answer, [], [], undefined, 'accept', reader)

test('CR, LF and NUL in the fields and cookies of an answer are refused, so that no response can be split [S12.21, RFC 9110 §5.5]', () => {
  for (const bad of ['a\r\nX: y', 'a\nb', 'a\rb', 'a\0b', 'a\x7f', 'a\u0100']) {
    assert.throws(() => read({ headers: { 'X-A': bad } }), OptionError)
    assert.throws(() => read({ headers: [[bad, 'x']] }), OptionError)
    assert.throws(() => read({ cookies: ['a=b', bad] }), /acceptance\.cookies\[1\]/)
  }
})

test('fields that the handshake owns are refused from a hook [RS12, RFC 6455 §11.3]', () => {
  for (const name of [
    'Upgrade',
    'connection',
    'SEC-WEBSOCKET-ACCEPT',
    'Sec-WebSocket-Protocol',
    'Sec-WebSocket-Extensions',
    'Content-Length',
    'Transfer-Encoding',
  ]) {
    assert.throws(
      () => read({ headers: [[name, 'x']] }),
      (error) => error instanceof OptionError && error.option.includes(name),
    )
  }
})

test('an answer without context, or that is not an object, is reported with the expected form', () => {
  assert.throws(() => read({ user: 'ada' }), /"user" .*\{ context: \{ user \} \}/)
  assert.throws(() => read({ status: 401 }), /"status" .*return a Response/)
  for (const answer of [false, true, undefined, null, 'yes', []] as unknown as object[]) {
    assert.throws(() => read(answer), /\{ context: \{ user \} \} or \{\}; to refuse, a Response such as new Response\(null, \{ status: 403 \}\)/)
  }
})

test('a hook cannot choose no subprotocol under noSubprotocol: refuse', () => {
  assert.throws(
    () => readUpgradeAnswer({ subprotocol: null }, ['a'], ['a'], 'a', 'refuse', reader),
    (error: OptionError) => error.option === 'acceptance.subprotocol',
  )
})

test('a hook that rejects later is a 500, without a 101 and without a hang [S12.22]', async (t) => {
  const errors: unknown[] = []
  const server = await serveFor(t, {
    upgrade: async () => {
      await new Promise((resolve) => setTimeout(resolve, 10))
      throw new Error('database away')
    },
    error: (error) => void errors.push(error),
  })
  const client = await server.client()
  client.write(openingRequest())
  const response = await client.response()
  assert.equal(response.status, 500)
  assert.doesNotMatch(response.body, /database/)
  assert.equal(errors.length, 1)
  await client.end()
})

test('an answer with an unknown member, such as an object that only resembles a Response, is a 500 and not an acceptance', async (t) => {
  const answers: unknown[] = [{ status: 401 }, { contxt: {} }, [], { cookies: 'a=b' }, { cookies: [1] }]
  const errors: unknown[] = []
  const server = await serveFor(t, { upgrade: () => answers.shift() as never, error: (error) => void errors.push(error) })
  for (let left = answers.length; left > 0; left--) {
    const client = await server.client()
    client.write(openingRequest())
    assert.equal((await client.response()).status, 500)
  }
  assert.deepEqual(
    errors.map((error) => (error as { option?: string }).option),
    ['acceptance.status', 'acceptance.contxt', 'upgrade', 'acceptance.cookies', 'acceptance.cookies[0]'],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readUpgradeAnswer } from '../../src/server/upgrade-answer.ts'
import { openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

test('an acceptance keeps its context, its fields in order and the agreed subprotocol where it names none', () => {
  assert.deepEqual(
    readUpgradeAnswer({ context: 5, headers: new Map([['A', '1']]), cookies: ['b=2'] }, ['x'], ['x'], 'x', () => undefined),
    {
      kind: 'accept',
      context: 5,
      subprotocol: 'x',
      fields: [
        ['A', '1'],
        ['Set-Cookie', 'b=2'],
      ],
    },
  )
})

test('a Response keeps status, fields and content, and loses framing and handshake fields', async () => {
  const answer = await readUpgradeAnswer(
    new Response('no', { status: 403, headers: { 'X-A': '1', Connection: 'upgrade', 'Sec-WebSocket-Accept': 'x' } }),
    [],
    [],
    undefined,
    () => undefined,
  )
  assert.ok(answer.kind === 'respond')
  assert.equal(answer.response.status, 403)
  assert.deepEqual(answer.response.fields.map(([name]) => name).sort(), ['content-type', 'x-a'])
  assert.equal(Buffer.from(answer.response.body).toString(), 'no')
})

test('S12.22 a hook whose promise takes a while and then throws is a 500: no 101, no hang', async (t) => {
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

test('an answer with a member that none knows is a 500, not an acceptance: what looks like a Response and is none lets nobody in', async (t) => {
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

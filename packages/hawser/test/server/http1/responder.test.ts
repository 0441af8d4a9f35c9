import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openingRequest } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

test('only a 401 keeps the connection of a refused handshake, unless the client asked to close or the server drains', async (t) => {
  const server = await serveFor(t, { upgrade: (request) => new Response('', { status: Number(request.path.slice(1)) }) })
  for (const [path, fields, kept] of [
    ['/401', {}, true],
    ['/403', {}, false],
    ['/429', {}, false],
    ['/401', { Connection: 'Upgrade, close' }, false],
  ] as const) {
    const client = await server.client()
    client.write(openingRequest(path, fields))
    const response = await client.response()
    assert.equal(response.status, Number(path.slice(1)))
    assert.equal(response.get('connection'), kept ? undefined : 'close')
    if (!kept) await client.end()
  }
})

test('an observer that throws is reported and changes nothing', async (t) => {
  const errors: unknown[] = []
  const server = await serveFor(t, {
    observe: {
      handshake: () => {
        throw new Error('observer')
      },
    },
    error: (error) => void errors.push(error),
  })
  const client = await server.client()
  client.write(openingRequest())
  assert.equal((await client.response()).status, 101)
  assert.match(String(errors), /observer/)
})

test('responses carry a Date, as a server with a clock must send [RFC 9110 §6.6.1]', async (t) => {
  const server = await serveFor(t, { paths: ['/x'] })
  const client = await server.client()
  client.write(openingRequest('/'))
  assert.ok(!Number.isNaN(Date.parse((await client.response()).get('date') ?? '')))
})

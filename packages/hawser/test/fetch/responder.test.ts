import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crosswsServer } from '../../src/fetch/index.ts'
import type { RefusedHandshake } from '../../src/index.ts'
import { BunHostDouble, openingOf } from './doubles.ts'
import { bunServer } from '../../src/fetch/index.ts'

test('refused gets the status, the rule, the path and the origin of a refused opening handshake, and nothing for an ordinary request', async () => {
  const seen: RefusedHandshake[] = []
  const { hooks } = crosswsServer({ paths: ['/chat'], refused: (refused) => seen.push(refused), message() {} })
  const elsewhere = await hooks.upgrade(openingOf('/elsewhere?secret'))
  assert.ok(elsewhere instanceof Response)
  assert.equal(elsewhere.status, 404)
  const foreign = await hooks.upgrade(openingOf('/chat', { origin: 'https://evil.example' }))
  assert.ok(foreign instanceof Response)
  assert.equal(foreign.status, 403)
  await hooks.upgrade(new Request('http://a.example/'))
  assert.deepEqual(
    seen.map(({ status, path, origin, rule }) => [status, path, origin, rule?.id]),
    [
      [404, '/elsewhere', undefined, 'RS8'],
      [403, '/chat', 'https://evil.example', 'RS6'],
    ],
  )
})

test('a platform that cannot upgrade because the client is gone gets a Response that nobody reads, and no handler is called', async () => {
  const called: string[] = []
  const server = bunServer({
    open: () => called.push('open'),
    close: () => called.push('close'),
    refused: () => called.push('refused'),
    message() {},
  })
  const host = new BunHostDouble(server)
  host.accepts = false
  const answer = await server.fetch(openingOf(), host)
  assert.equal(answer?.status, 400)
  assert.deepEqual(called, [])
  assert.equal(server.connections.size, 0)
})

test('a platform that throws while it upgrades costs one handshake: 500, and the error is reported', async () => {
  const errors: unknown[] = []
  const server = bunServer({ error: (error, where) => errors.push(where, error), message() {} })
  const host = new BunHostDouble(server)
  const broken = new Error('no upgrade')
  host.upgrade = () => {
    throw broken
  }
  const answer = await server.fetch(openingOf(), host)
  assert.equal(answer?.status, 500)
  assert.deepEqual(errors, ['upgrade', broken])
})

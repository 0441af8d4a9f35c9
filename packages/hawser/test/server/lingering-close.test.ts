import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

test('a refusal reaches a client that keeps writing, and is not lost in a reset [RFC 9112 §9.6]', async (t) => {
  const server = await serveFor(t, { paths: ['/ws'] })
  const client = await server.client()
  client.write(openingRequest('/other'), new Uint8Array(200_000))
  client.write(new Uint8Array(200_000))
  assert.equal((await client.response()).status, 404)
  await client.end()
  assert.equal(client.error, undefined)
})

test('a client that neither reads nor ends is dropped after a while, and one that floods at once', async (t) => {
  const server = await serveFor(t, { paths: ['/ws'] })
  const lazy = await server.client()
  lazy.write(openingRequest('/other'))
  const flooding = await server.client()
  flooding.write(openingRequest('/other'), new Uint8Array(8_000_000))
  await Promise.all([lazy.response(), lazy.end(), flooding.gone()])
  const started = performance.now()
  const drip = setInterval(() => lazy.write('x'), 50)
  await lazy.gone()
  clearInterval(drip)
  assert.ok(performance.now() - started < 5000)
})

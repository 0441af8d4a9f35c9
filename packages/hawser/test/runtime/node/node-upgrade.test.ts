import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serveFor } from '../../peers/test-server.ts'

test('1 000 pipelined Upgrades to another protocol are 1 000 ordinary requests, in order [RFC 9110 §7.8]', async (t) => {
  const server = await serveFor(t, { request: (request, response) => void response.end(request.url) })
  const client = await server.client()
  const request = (path: number): string => `GET /${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`
  client.write(Array.from({ length: 1_000 }, (_, path) => request(path)).join(''))
  for (let path = 0; path < 1_000; path++) assert.equal((await client.response()).body, `/${path}`)
})

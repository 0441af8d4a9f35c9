import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

test('the url is made of scheme, authority and target; an absolute-form target overrides Host [RFC 9112 §3.2.2]', async (t) => {
  const urls: string[] = []
  const server = await serveFor(t, {
    hosts: ['here.example', 'other.example'],
    upgrade: (request) => {
      urls.push(request.url.href, request.path, request.authority)
      return {}
    },
  })
  for (const target of ['/a%20b?c=d', 'http://Other.example:81/x']) {
    const client = await server.client()
    client.write(openingRequest(target, { Host: 'here.example' }))
    assert.equal((await client.response()).status, 101)
  }
  assert.deepEqual(urls, ['ws://here.example/a%20b?c=d', '/a%20b', 'here.example', 'ws://other.example:81/x', '/x', 'other.example:81'])
})

test('an authority that no URL can have is a 400, and the hook is not called', async (t) => {
  const server = await serveFor(t, { hosts: 'any', upgrade: () => assert.fail('called') })
  const client = await server.client()
  client.write(openingRequest('/', { Host: '1.2.3.999' }))
  assert.equal((await client.response()).status, 400)
})

test('every authority that a URL can have reaches the hook, and no other does [RFC 9110 §4.2.1]', async (t) => {
  const seen: string[] = []
  const server = await serveFor(t, {
    hosts: 'any',
    upgrade: (request) => {
      seen.push(request.url.host)
      assert.equal(request.url, request.url)
      assert.match(inspect(request), /UpgradeRequest \{[^]*url: URL/)
      return {}
    },
  })
  const hosts = ['a.example:81', 'a_b.c', '127.0.0.1:9', '[::1]:9', '1.2.3.04', '0x7f.1', 'a.1', '256.1.1.1', '1.2.3.4.5', 'xn--a', 'a%zz']
  const statuses: number[] = []
  for (const host of hosts) {
    const client = await server.client()
    client.write(openingRequest('/', { Host: host }))
    statuses.push((await client.response()).status)
  }
  const possible = hosts.filter((host) => URL.canParse(`ws://${host}/`))
  assert.deepEqual(
    statuses,
    hosts.map((host) => (possible.includes(host) ? 101 : 400)),
  )
  assert.deepEqual(
    seen,
    possible.map((host) => new URL(`ws://${host}/`).host),
  )
})

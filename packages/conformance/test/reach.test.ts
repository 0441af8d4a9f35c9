import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reach } from '../src/reach.ts'
import { Unmet } from '../src/result.ts'

test('a server that is not there is told as such, with the reason', async () => {
  for (const alpn of ['http/1.1', 'h2'] as const) {
    await assert.rejects(reach(new URL('ws://127.0.0.1:1/'), { insecure: false, ms: 1000, alpn }), (error) => {
      assert.ok(error instanceof Unmet)
      assert.match(error.message, /^no connection to 127\.0\.0\.1:1: .*ECONNREFUSED/)
      return true
    })
  }
})

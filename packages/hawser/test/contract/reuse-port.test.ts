import assert from 'node:assert/strict'
import process from 'node:process'
import { test } from 'node:test'
import { connect, OptionError, serve } from '../../src/index.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isNode = !('Bun' in globalThis) && !('Deno' in globalThis)
const sharesPorts = isNode && process.platform === 'linux' && (major > 22 || (major === 22 && minor >= 12))

test('reusePort lets two servers listen on one port and both get connections, and is refused where the runtime would ignore it', async () => {
  if (!sharesPorts) {
    const refusal = (error: unknown): boolean => error instanceof OptionError && /Node 22\.12/.test(error.expected)
    if (isNode) await assert.rejects(serve({ reusePort: true, message() {} }), refusal)
    return
  }
  await using first = await serve({ port: 0, reusePort: true, message() {} })
  await using second = await serve({ port: first.port, reusePort: true, message() {} })
  // The system decides by a hash of the addresses: that all of 64 go to one of the two has a chance of 2 in 2^64.
  for (let i = 0; i < 64; i++) await connect(first.url)
  assert.ok(first.connections.size > 0 && second.connections.size > 0)
  assert.equal(first.connections.size + second.connections.size, 64)
})

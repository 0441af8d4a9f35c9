import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const program = `
import { writeSync } from 'node:fs'
const touched = []
for (const name of ['stdin', 'stdout', 'stderr'])
  Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => (touched.push(name), {}) })
const { serve } = await import('hawser')
const loaded = () => process.moduleLoadList.filter((name) => /^NativeModule (http2|tls)$/.test(name)).sort()
const imported = [[...touched], loaded()]
await (await serve({ port: 0, http2: true })).close()
writeSync(1, JSON.stringify([...imported, loaded()]))
`

test('importing hawser opens no standard stream and loads no HTTP/2, which a server with HTTP/2 loads', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  assert.deepEqual(JSON.parse(stdout), [[], ['NativeModule tls'], ['NativeModule http2', 'NativeModule tls']])
})

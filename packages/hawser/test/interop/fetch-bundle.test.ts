import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const entry = fileURLToPath(new URL('../../dist/fetch/index.js', import.meta.url))

async function bundle(code: string): Promise<string> {
  const { outputFiles, warnings, metafile } = await build({
    metafile: true,
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
    logLevel: 'silent',
  })
  assert.deepEqual(warnings, [])
  assert.deepEqual(Object.values(metafile.outputs)[0]?.imports, [])
  return outputFiles[0]?.text ?? ''
}

test('nothing of Node is in the bundle of a server over the sockets of a platform, which imports nothing', async () => {
  const code = await bundle(`export * from ${JSON.stringify(entry)}`)
  assert.doesNotMatch(code, /\brequire\(|[^\w"'`]Buffer\.|[^\w"'`]process\.|node:/)
})

test('the server for one platform leaves out those for the others, and has at most 38 kB gzipped', async () => {
  const code = await bundle(`export { workersServer } from ${JSON.stringify(entry)}`)
  assert.doesNotMatch(code, /bunServer|upgradeWebSocket|getBufferedAmount/)
  const bytes = gzipSync(code).byteLength
  assert.ok(bytes < 38_000, `${bytes} bytes`)
})

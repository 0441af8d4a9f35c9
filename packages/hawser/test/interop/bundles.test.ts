import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bundle, bundledPrograms } from '../../../../scripts/bundles.ts'

for (const one of bundledPrograms) {
  const limit = one.ceiling === undefined ? '' : `, below ${one.ceiling} bytes gzipped`
  test(`${one.name} on ${one.platform === 'node' ? 'Node' : 'a page'} bundles without a warning${limit}`, async () => {
    const { gzipped, warnings, code } = await bundle(one)
    assert.deepEqual(warnings, [])
    assert.ok(gzipped < (one.ceiling ?? Number.POSITIVE_INFINITY), `${gzipped} bytes`)
    // Nothing of Node may be left: neither a module nor a global. A word in a message is none.
    if (one.platform === 'browser')
      assert.deepEqual(code.match(/\bnode:\w+|(?<!["'`\w ])\b(?:Buffer|process|require|setImmediate|__dirname)\b(?!\w)/g) ?? [], [])
  })
}

test('a client of Node has nothing of a server, nor of the WHATWG classes and compression, in its bundle', async () => {
  const { parts } = await bundle({ platform: 'node', program: "export { connect } from 'hawser'" })
  const folders = parts.map(([folder]) => folder)
  assert.ok(folders.includes('client/http1'), folders.join())
  assert.deepEqual(
    folders.filter((folder) => /^(?:server|web|fetch|testing|inspect|cli)\b|zlib|permessage-deflate/.test(folder)),
    [],
  )
})

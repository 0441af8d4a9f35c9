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

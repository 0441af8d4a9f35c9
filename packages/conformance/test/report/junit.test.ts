import assert from 'node:assert/strict'
import { test } from 'node:test'
import { junitReport } from '../../src/index.ts'
import { report } from '../doubles/report.ts'

test('the JUnit report counts as the suite does, and holds no character that XML cannot', async () => {
  const wrong = await report(['field-value-unchecked', 'version-lenient-number'], ['handshake/fields', 'handshake/version'])
  const xml = junitReport([wrong])
  assert.equal(xml.match(/<testcase /g)?.length, wrong.results.length)
  assert.equal(xml.match(/<failure /g)?.length, wrong.counts.fail)
  assert.equal(xml.match(/<skipped /g)?.length ?? 0, wrong.counts.unsupported)
  assert.doesNotMatch(xml, /[\0-\x08\x0b\x0c\x0e-\x1f]/)
})

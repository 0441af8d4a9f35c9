import assert from 'node:assert/strict'
import { test } from 'node:test'
import { junitReport, writePins } from '../../src/index.ts'
import { report } from '../doubles/report.ts'

test('the JUnit report counts as the suite does, and holds no character that XML cannot', async () => {
  const wrong = await report(['field-value-unchecked', 'version-lenient-number'], ['handshake/fields', 'handshake/version'])
  const xml = junitReport([wrong])
  assert.equal(xml.match(/<testcase /g)?.length, wrong.results.length)
  assert.equal(xml.match(/<failure /g)?.length, wrong.counts.fail)
  assert.equal(xml.match(/<skipped /g)?.length ?? 0, wrong.counts.unsupported)
  assert.doesNotMatch(xml, /[\0-\x08\x0b\x0c\x0e-\x1f]/)
})

test('with expectations an expected fail passes, and what changed fails, for better or worse', async () => {
  const wrong = await report(['version-lenient-number'], ['handshake/version'])
  const expected = writePins([wrong])
  const met = junitReport([wrong], expected)
  assert.match(met, /failures="0" errors="0"/)
  assert.match(met, /name="handshake\/version\/version-0xD" time="[\d.]+"><system-out>fail as expected: answered with 101/)
  const right = await report([], ['handshake/version'])
  const better = junitReport([right], expected)
  assert.equal(better.match(/<failure message="expected fail, seen pass: as expected">/g)?.length, wrong.counts.fail)
  assert.match(better, new RegExp(`^<testsuites [^>]* failures="${wrong.counts.fail}"`, 'm'))
})

test('names the version of the suite, the seed and the endpoint', async () => {
  const right = await report([], ['framing/length/text-1'], 3)
  assert.match(junitReport([right]), /<property name="suite" value="\d[^"]*"\/><property name="seed" value="3"\/><property name="subject" value="ws:/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { htmlReport } from '../../../src/conformance/index.ts'
import { report } from '../doubles/report.ts'

test('the page holds the report as data that nothing in it can break out of', async () => {
  const wrong = await report(['version-lenient-number'], ['handshake/version/version-0xD'])
  const hostile = { ...wrong, subject: '</script><script>alert(1)</script>' }
  const html = htmlReport(hostile)
  assert.equal(html.match(/<\/script>/g)?.length, 2)
  const data = /<script id="report" type="application\/json">(.*?)<\/script>/s.exec(html)![1]!
  assert.deepEqual(JSON.parse(data), JSON.parse(JSON.stringify(hostile)))
  assert.doesNotMatch(html, /(?:src|href)=/)
})

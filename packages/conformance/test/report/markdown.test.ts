import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markdownReport, writePins } from '../../src/index.ts'
import { report } from '../doubles/report.ts'

test('has the totals of each endpoint, the defects with links to their rules, and why cases are unsupported', async () => {
  const wrong = await report(['utf8-unchecked'], ['utf8/bad', 'limits/over'])
  const right = { ...(await report([], ['utf8/bad'])), subject: 'right' }
  const text = markdownReport([wrong, right])
  assert.match(text, /^## WebSocket conformance\n\n\| {2}\| endpoint \| pass \| fail \|.*\n\|(?: --- \|)+\n\| server \| `ws:\S+` \| \d+ \| \d+ \|/)
  assert.match(text, /^\| server \| `right` \| \d+ \| 0 \|/m)
  assert.match(
    text,
    /^\| fail \| `.*` \| \[RFC 6455 section 8\.1\]\(https:\/\/www\.rfc-editor\.org\/rfc\/rfc6455\.html#section-8\.1\) \| \d+, for example `utf8\/bad\/\S+` \|$/m,
  )
  assert.match(text, /<summary>Why \d+ cases are unsupported<\/summary>[\s\S]*`needs max-message` \| `--max-message BYTES/)
  assert.match(text, /<sub>@hawser\/conformance \d/)
})

test('with expectations, what changed comes first', async () => {
  const wrong = await report(['version-lenient-number'], ['handshake/version'])
  assert.doesNotMatch(markdownReport([wrong], writePins([wrong])), /changed/)
  const changed = markdownReport([wrong], { format: 'hawser-conformance-expectations-2', suite: '0', results: {} })
  assert.match(
    changed,
    /: \d+ changed\n\n\| case \| expected \| seen \|\n.*\n[\s\S]*\| `handshake\/version\/\S+` \| pass \| `fail: answered with 101` \|/,
  )
})

test('what a peer sent is no markup, no mention and no cell of its own, and a table has an end', async () => {
  const right = await report([], ['framing/length/text-1'])
  const defect = { id: 'a', verdict: 'fail' as const, summary: 'x ``` | @everyone <img>\n', section: 'RFC 6455 section 5', cases: ['b'] }
  const text = markdownReport([{ ...right, subject: '`', defects: Array.from({ length: 60 }, () => defect) }])
  assert.match(text, /^\| fail \| ````x ``` \\\| @everyone <img>\\x0a```` \|/m)
  assert.match(text, /^\| 10 more \|/m)
  assert.match(text, /\| `` ` `` \|/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unsupportedReasons } from '../../src/report/unsupported.ts'
import { report } from '../doubles/report.ts'

test('says why cases are unsupported, the commonest reason first, and which switch helps', async () => {
  const reasons = unsupportedReasons(await report(['deflate-never'], ['deflate/good', 'limits/over', 'handshake/origin/refused']))
  const [first] = reasons
  assert.match(first?.reason ?? '', /^the server declined an offer$/)
  assert.ok(reasons.every(({ count }) => count <= (first?.count ?? 0)))
  const over = unsupportedReasons(await report([], ['http2/limits/over', 'http2/open']))
  assert.deepEqual(
    over.map(({ reason }) => reason),
    ['needs h2'],
  )
  const byReason = new Map(reasons.map(({ reason, help }) => [reason, help]))
  assert.match(byReason.get('needs max-message') ?? '', /^--max-message BYTES/)
  assert.match(byReason.get('needs origin-refused') ?? '', /^--origin-refused ORIGIN/)
})

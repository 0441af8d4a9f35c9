import assert from 'node:assert/strict'
import { test } from 'node:test'
import { htmlReport } from '../../src/index.ts'
import type { CaseResult, SuiteReport } from '../../src/index.ts'
import { SeededRandom } from '../../src/bytes.ts'
import { report } from '../doubles/report.ts'
import { dataOf } from './packed.ts'

/** A report of many cases, each with an exchange that does not compress. */
async function large(cases: number): Promise<SuiteReport> {
  const small = await report(['version-lenient-number'], ['handshake/version/version-0xD', 'framing/length/text-1'])
  const random = new SeededRandom(1, 'large')
  const results = Array.from({ length: cases }, (_, index): CaseResult => {
    const result = small.results[index % small.results.length]!
    const entry = { atMs: 1, from: 'peer', kind: 'bytes', bytes: random.bytes(1024).toString('base64'), byteLength: 5000 } as const
    return { ...result, id: `${result.id}-${index}`, exchange: Array.from({ length: 60 }, () => entry) }
  })
  return { ...small, results }
}

test('a page stays below 1 MB, and what failed keeps its exchange longest', async () => {
  const whole = htmlReport([await large(10)])
  assert.ok(whole.length < 1_000_000)
  assert.ok(dataOf(whole).reports[0]?.results.every(({ exchange }) => exchange?.length === 60))
  const cut = htmlReport([await large(2000)])
  assert.ok(cut.length < 1_000_000, String(cut.length))
  const results = dataOf(cut).reports[0]?.results ?? []
  assert.equal(results.length, 2000)
  const kept = (wanted: string): number[] => results.filter(({ verdict }) => verdict === wanted).map(({ exchange }) => exchange?.length ?? 0)
  assert.ok(Math.max(...kept('pass')) <= Math.min(...kept('fail')))
  const [last] = results.flatMap(({ exchange }) => exchange?.at(-1) ?? [])
  if (last !== undefined) assert.match(last.text ?? '', /^\d+ more entries are in the file that --json writes$/)
})

test('what is the same for several endpoints is in the page once', async () => {
  const one = await report([], ['handshake/version'])
  const data = dataOf(htmlReport([one, { ...one, subject: 'another' }]))
  assert.deepEqual(
    data.reports.map(({ subject, results }) => [subject, results.length]),
    [
      [one.subject, one.results.length],
      ['another', one.results.length],
    ],
  )
  assert.equal(Object.keys(data.cases).length, one.results.length)
  assert.match(data.cases['handshake/version/version-0xD']?.link ?? '', /^https:\/\/www\.rfc-editor\.org\/rfc\/rfc6455\.html#section-4\.2\.2$/)
})

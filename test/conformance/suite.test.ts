import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparePins, htmlReport, junitReport, readPins, runClientSuite, runServerSuite, selectCases, serveClientSuite, serverCases, writePins } from '../../src/conformance/index.ts'
import type { SuiteReport } from '../../src/conformance/index.ts'
import { runDoubleClient } from './doubles/client.ts'
import { DoubleServer } from './doubles/server.ts'

async function report(mutants: readonly string[], only: readonly string[], seed = 1): Promise<SuiteReport> {
  const server = new DoubleServer({ mutants })
  try {
    return await runServerSuite(await server.listen(), { only, seed, timeouts: false, bounds: { answerMs: 600, silenceMs: 40 } })
  } finally {
    await server.close()
  }
}

test('one case runs alone by its id, an area by its name, and a pattern by its star', () => {
  assert.deepEqual(selectCases(serverCases, ['handshake/version/version-0xD']).map(({ id }) => id), ['handshake/version/version-0xD'])
  assert.ok(selectCases(serverCases, ['utf8/bad']).every(({ area }) => area === 'utf8/bad'))
  assert.ok(selectCases(serverCases, ['*/reason-*']).length > 3)
  assert.deepEqual(selectCases(serverCases, ['handshake/version/version-0x']), [])
})

test('the same seed sends the same bytes', async () => {
  const sent = async (seed: number): Promise<string[]> => {
    const { results } = await report([], ['masking/keys/size-7'], seed)
    // The port is another each time; what follows the request is not.
    return results[0]!.exchange.filter(({ from, kind }) => from === 'suite' && kind === 'bytes').slice(1).map(({ bytes }) => bytes!)
  }
  assert.deepEqual(await sent(5), await sent(5))
  assert.notDeepEqual(await sent(5), await sent(6))
})

test('a verdict comes with the bytes of both directions, decoded, and with the rule', async () => {
  const { results } = await report(['utf8-unchecked'], ['utf8/bad/bad-byte-ff'])
  const [result] = results
  assert.equal(result?.verdict, 'fail')
  assert.equal(result?.outcome, 'a text message instead of failing the connection')
  assert.equal(result?.section, 'RFC 6455 section 8.1')
  for (const from of ['suite', 'peer'] as const) {
    assert.ok(result?.exchange.some((entry) => entry.from === from && entry.kind === 'bytes'))
    assert.ok(result?.exchange.some((entry) => entry.from === from && entry.kind === 'decoded'))
  }
})

test('what the endpoint does not have is unsupported, and never passed', async () => {
  const { counts, results } = await report(['deflate-never'], ['deflate/good', 'limits/over', 'handshake/origin/refused'])
  assert.equal(counts.unsupported, results.length)
})

test('a server that is not there fails every case and ends in time', async () => {
  const { counts, results } = await runServerSuite('ws://127.0.0.1:1/', { only: ['framing/length/text-1', 'control/ping-pong/ping-empty'], bounds: { answerMs: 300 } })
  assert.equal(counts.fail, 2)
  assert.match(results[0]!.outcome, /^no connection to 127\.0\.0\.1:1: /)
})

test('an expectations file pins known failures and tells a change for better or worse', async () => {
  const only = ['handshake/version']
  const right = await report([], only)
  const wrong = await report(['version-lenient-number'], only)
  const pins = readPins(JSON.parse(JSON.stringify(writePins(wrong))))
  assert.deepEqual(comparePins(wrong, pins), [])
  const better = comparePins(right, pins)
  assert.ok(better.length > 3 && better.every(({ seen }) => seen === 'pass: as expected'))
  const worse = comparePins(wrong, writePins(right))
  assert.deepEqual(worse.map(({ id }) => id), better.map(({ id }) => id))
  assert.throws(() => readPins({ results: {} }), TypeError)
  assert.throws(() => readPins({ format: pins.format, results: { a: { verdict: 'good' } } }), TypeError)
})

test('the JUnit report counts as the suite does, and holds no character that XML cannot', async () => {
  const wrong = await report(['field-value-unchecked', 'version-lenient-number'], ['handshake/fields', 'handshake/version'])
  const xml = junitReport(wrong)
  assert.equal(xml.match(/<testcase /g)?.length, wrong.results.length)
  assert.equal(xml.match(/<failure /g)?.length, wrong.counts.fail)
  assert.equal(xml.match(/<skipped /g)?.length ?? 0, wrong.counts.unsupported)
  assert.doesNotMatch(xml, /[\0-\x08\x0b\x0c\x0e-\x1f]/)
})

test('the page holds the report as data that nothing in it can break out of', async () => {
  const wrong = await report(['version-lenient-number'], ['handshake/version/version-0xD'])
  const hostile = { ...wrong, subject: '</script><script>alert(1)</script>' }
  const html = htmlReport(hostile)
  assert.equal(html.match(/<\/script>/g)?.length, 2)
  const data = /<script id="report" type="application\/json">(.*?)<\/script>/s.exec(html)![1]!
  assert.deepEqual(JSON.parse(data), JSON.parse(JSON.stringify(hostile)))
  assert.doesNotMatch(html, /(?:src|href)=/)
})

test('an existing harness runs the cases over /getCaseCount, /runCase and /updateReports', async () => {
  let reported: SuiteReport | undefined
  const server = await serveClientSuite({
    only: ['framing/length/text-1', 'utf8/bad/bad-byte-ff', 'url/path'],
    bounds: { answerMs: 600 },
    updateReports(report) {
      reported = report
    },
  })
  try {
    const base = `ws://127.0.0.1:${server.port}`
    assert.equal(server.caseCount, 2)
    assert.equal(await firstMessage(`${base}/getCaseCount`), '2')
    assert.equal(JSON.parse(await firstMessage(`${base}/getCaseInfo?case=1`)).id, 'framing/length/text-1')
    for (const number of [1, 2]) await runDoubleClient(`${base}/runCase?case=${number}&agent=double`)
    assert.equal(JSON.parse(await firstMessage(`${base}/getCaseStatus?case=2&agent=double`)).behavior, 'OK')
    await runDoubleClient(`${base}/updateReports?agent=double`)
    assert.deepEqual(reported?.counts, { pass: 2, fail: 0, warn: 0, info: 0, unsupported: 1 })
    assert.equal(reported?.subject, 'double')
    const page = await fetch(`http://127.0.0.1:${server.port}/`)
    assert.match(await page.text(), /runCase/)
  } finally {
    await server.close()
  }
})

test('C1.11 a client that never connects passes the cases that want no connection', async () => {
  const { results } = await runClientSuite((url, signal) => runDoubleClient(url, {}, signal), { only: ['url/fragment', 'url/fragment-empty', 'url/path'] })
  assert.deepEqual(results.map(({ verdict }) => verdict), ['pass', 'pass', 'pass'])
})

async function firstMessage(url: string): Promise<string> {
  const { WebSocket } = await import('ws')
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.on('message', (data) => resolve(String(data)))
    socket.on('error', reject)
  })
}

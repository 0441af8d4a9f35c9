import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { serveClientSuite } from '../src/index.ts'
import type { SuiteReport } from '../src/index.ts'
import { runDoubleClient } from './doubles/client.ts'

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
    assert.deepEqual(reported?.counts, { pass: 2, fail: 0, warn: 0, info: 0, unsupported: 1, 'not-run': 0 })
    assert.equal(reported?.subject, 'double')
    const page = await fetch(`http://127.0.0.1:${server.port}/`)
    assert.match(await page.text(), /runCase/)
  } finally {
    await server.close()
  }
})

test('/updateReports waits for the cases in flight, and answers its opening handshake at once', async () => {
  const reports: SuiteReport[] = []
  const server = await serveClientSuite({ only: ['framing/length/text-1'], updateReports: (report) => void reports.push(report) })
  const base = `ws://127.0.0.1:${server.port}`
  try {
    const { WebSocket } = await import('ws')
    const slow = new WebSocket(`${base}/runCase?case=1&agent=slow`)
    const [message] = (await once(slow, 'message')) as [Buffer]
    const asking = new WebSocket(`${base}/updateReports?agent=slow`)
    const answered = once(asking, 'close')
    await once(asking, 'open')
    await firstMessage(`${base}/getCaseCount`)
    assert.equal(reports.length, 0)
    assert.equal(server.isReportDue('slow'), true)
    slow.send(message.toString())
    await answered
    assert.deepEqual([reports[0]?.counts.pass, reports[0]?.counts['not-run']], [1, 0])
    assert.equal(server.isReportDue('slow'), false)
  } finally {
    await server.close()
  }
})

test('/updateReports without the name of a client that ran cases reports every client that is due', async () => {
  const reports: SuiteReport[] = []
  const server = await serveClientSuite({ only: ['framing/length/text-1'], updateReports: (report) => void reports.push(report) })
  const base = `ws://127.0.0.1:${server.port}`
  try {
    for (const agent of ['one', 'two']) await runDoubleClient(`${base}/runCase?case=1&agent=${agent}`)
    await runDoubleClient(`${base}/updateReports`)
    assert.deepEqual(
      reports.map(({ subject, counts }) => [subject, counts.pass]),
      [
        ['one', 1],
        ['two', 1],
      ],
    )
    await runDoubleClient(`${base}/updateReports?agent=three`)
    assert.equal(reports[2]?.counts['not-run'], 1)
  } finally {
    await server.close()
  }
})

test('a hundred clients have a report, and one more is refused', async () => {
  const server = await serveClientSuite({ only: ['framing/length/text-1'] })
  const base = `http://127.0.0.1:${server.port}`
  try {
    for (let agent = 0; agent < 100; agent++) await runDoubleClient(`${base}/updateReports?agent=${agent}`)
    assert.equal(server.agents().length, 100)
    assert.equal((await fetch(`${base}/?agent=one-more`)).status, 503)
    assert.equal((await fetch(`${base}/?agent=7`)).status, 200)
  } finally {
    await server.close()
  }
})

async function firstMessage(url: string): Promise<string> {
  const { WebSocket } = await import('ws')
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.on('message', (data) => resolve(String(data)))
    socket.on('error', reject)
  })
}

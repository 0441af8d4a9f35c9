import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serveClientSuite } from '../../src/conformance/index.ts'
import type { SuiteReport } from '../../src/conformance/index.ts'
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
    assert.deepEqual(reported?.counts, { pass: 2, fail: 0, warn: 0, info: 0, unsupported: 1 })
    assert.equal(reported?.subject, 'double')
    const page = await fetch(`http://127.0.0.1:${server.port}/`)
    assert.match(await page.text(), /runCase/)
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

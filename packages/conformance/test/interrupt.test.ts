import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClientSuite, runServerSuite } from '../src/index.ts'
import { DoubleServer } from './doubles/server.ts'

test('a signal ends the cases in progress and begins no other; what had no verdict is not run', async () => {
  const server = new DoubleServer({ mutants: ['ping-ignored'] })
  const abort = new AbortController()
  try {
    const start = performance.now()
    const report = await runServerSuite(await server.listen(), {
      only: ['framing/length/text-1', 'control/ping-pong/ping-text', 'control/ping-pong/ping-124'],
      jobs: 2,
      bounds: { answerMs: 60_000 },
      signal: abort.signal,
      progress: () => abort.abort(),
    })
    assert.deepEqual([report.counts.pass, report.counts['not-run'], report.interrupted], [1, 2, true])
    assert.deepEqual(
      report.results.flatMap(({ verdict, outcome }) => (verdict === 'not-run' ? [outcome] : [])),
      ['the run was interrupted', 'the run was interrupted'],
    )
    assert.ok(performance.now() - start < 30_000)
  } finally {
    await server.close()
  }
})

test('a signal that is aborted already starts no client', async () => {
  let started = 0
  const start = async (): Promise<void> => void started++
  const report = await runClientSuite(start, { only: ['framing/length/text-1'], signal: AbortSignal.abort() })
  assert.deepEqual([started, report.counts['not-run'], report.interrupted], [0, 1, true])
})

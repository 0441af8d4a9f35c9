import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runServerSuite, serverCases } from '../src/index.ts'
import { ScriptedServer } from './doubles/scripted.ts'
import { DoubleServer } from './doubles/server.ts'

const area = ['framing/length', 'utf8/good', 'control/ping-pong']

test('a server that dies midway ends the run: nothing after it is judged, and the cases in progress are named', async () => {
  const server = new DoubleServer({ mutants: [] })
  const url = await server.listen()
  let closed: Promise<void> | undefined
  const report = await runServerSuite(url, {
    only: area,
    jobs: 2,
    bounds: { answerMs: 500 },
    progress({ done }) {
      if (done === 20) closed = server.close()
    },
  })
  await closed
  assert.ok(report.diedDuring !== undefined && report.diedDuring.length <= 4, String(report.diedDuring))
  assert.equal(report.counts.fail, 0)
  assert.ok(report.counts.pass >= 20 && report.counts['not-run'] > 40, JSON.stringify(report.counts))
  const died = report.results.filter(({ id }) => report.diedDuring?.includes(id))
  assert.ok(died.every(({ verdict, outcome }) => verdict === 'not-run' && outcome.startsWith('the server died meanwhile: ')))
})

test('a server that dies after the verdict of the last case is dead, and the verdicts stay', async () => {
  const server = new DoubleServer({ mutants: [] })
  const url = await server.listen()
  let closed: Promise<void> | undefined
  const report = await runServerSuite(url, {
    only: ['utf8/good'],
    bounds: { answerMs: 500 },
    progress({ done, total }) {
      if (done === total) closed = server.close()
    },
  })
  await closed
  assert.deepEqual(report.diedDuring, [])
  assert.equal(report.counts.pass, report.results.length)
})

test('a server that opens no connection, or is there at the end, has not died', async () => {
  await using refusing = await ScriptedServer.answering('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  const refused = await runServerSuite(refusing.url, { only: ['handshake/version'], bounds: { answerMs: 500 } })
  assert.ok(refused.counts.pass > 0)
  assert.equal(refused.diedDuring, undefined)
  const server = new DoubleServer({ mutants: [] })
  try {
    assert.equal((await runServerSuite(await server.listen(), { only: ['utf8/good'] })).diedDuring, undefined)
  } finally {
    await server.close()
  }
})

test('a server that was never reached is no dead one', async () => {
  const report = await runServerSuite('ws://127.0.0.1:1/', { only: ['framing/length/text-1'], bounds: { answerMs: 300 } })
  assert.deepEqual([report.diedDuring, report.counts.fail], [undefined, 1])
})

test('a server that is wrong in many cases in a row is judged in all of them', async () => {
  const server = new DoubleServer({ mutants: ['utf8-unchecked'] })
  try {
    const report = await runServerSuite(await server.listen(), { only: ['utf8'], bounds: { answerMs: 500, silenceMs: 40 } })
    assert.equal(report.diedDuring, undefined)
    assert.equal(report.counts['not-run'], 0)
    assert.ok(report.counts.fail > 40 && report.results.length >= serverCases.filter(({ area: name }) => name === 'utf8/bad').length)
  } finally {
    await server.close()
  }
})

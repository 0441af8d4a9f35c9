import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runServerSuite } from '../src/index.ts'
import { report } from './doubles/report.ts'

test('the same seed sends the same bytes', async () => {
  const sent = async (seed: number): Promise<string[]> => {
    const { results } = await report([], ['masking/keys/size-7'], seed)
    // The port is another each time; what follows the request is not.
    return results[0]!.exchange
      .filter(({ from, kind }) => from === 'suite' && kind === 'bytes')
      .slice(1)
      .map(({ bytes }) => bytes!)
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
  const { counts, results } = await runServerSuite('ws://127.0.0.1:1/', {
    only: ['framing/length/text-1', 'control/ping-pong/ping-empty'],
    bounds: { answerMs: 300 },
  })
  assert.equal(counts.fail, 2)
  assert.match(results[0]!.outcome, /^no connection to 127\.0\.0\.1:1: /)
})

test('a connection that the server resets is not closed cleanly', async () => {
  const closing = async (mutants: readonly string[]): Promise<unknown> => (await report(mutants, ['closing/order/after-echo'])).results[0]!.closing
  assert.deepEqual(await closing([]), { verdict: 'clean', code: 1000 })
  assert.deepEqual(await closing(['reset-at-the-end']), { verdict: 'reset', code: 1000 })
})

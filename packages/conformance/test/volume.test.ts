import assert from 'node:assert/strict'
import { test } from 'node:test'
import { casesOfTier, runClientSuite, runServerSuite } from '../src/index.ts'
import type { SuiteReport } from '../src/index.ts'
import { runDoubleClient } from './doubles/client.ts'
import { DoubleServer } from './doubles/server.ts'

const maxMessage = 1 << 25

async function ofServer(only: readonly string[], mutants: readonly string[] = [], bounds = {}): Promise<SuiteReport> {
  const server = new DoubleServer({ mutants, maxMessage })
  try {
    return await runServerSuite(await server.listen(), { tier: 'volume', only, bounds })
  } finally {
    await server.close()
  }
}

const small = ['volume/messages/5000-of-16', 'volume/control/pings-1000', 'volume/fragments/65536-of-1']

test('a volume case has figures, and the same messages in every run', async () => {
  const { results, counts, tiers } = await ofServer(small)
  assert.deepEqual([counts.pass, tiers.volume?.pass], [3, 3])
  const figures = Object.fromEntries(results.map((result) => [result.id, result.figures]))
  assert.deepEqual([figures[small[0]!]?.messages, figures[small[0]!]?.bytes], [5000, 80_000])
  assert.equal(figures[small[1]!]?.messages, 1000)
  assert.equal(figures[small[2]!]?.bytes, 65_536)
  assert.ok(results.every((result) => result.figures!.ms >= 0))
  const again = await ofServer(small.slice(0, 1))
  const sent = ({ results: [first] }: SuiteReport): unknown[] =>
    first!.exchange
      .filter(({ from, kind }) => from === 'suite' && kind === 'decoded')
      .slice(1, 20)
      .map(({ text }) => text)
  assert.deepEqual(sent(await ofServer(small.slice(0, 1))), sent(again))
})

test('a client has the same volume cases', async () => {
  const only = ['volume/messages/1000-of-32768', 'volume/deflate/context-over-200-messages']
  const { results } = await runClientSuite((url, signal) => runDoubleClient(url, { maxMessage }, signal), { tier: 'volume', only })
  assert.deepEqual(
    results.map(({ verdict, figures }) => [verdict, figures?.messages]),
    [
      ['pass', 1000],
      ['pass', 1000],
    ],
  )
})

test('volume cases run only when their tier is asked for', async () => {
  const ids = (tier: 'standard' | 'volume' | 'all'): string[] => casesOfTier('server', tier).map(({ id }) => id)
  assert.ok(ids('standard').every((id) => !id.startsWith('volume/')))
  assert.ok(ids('volume').length > 25 && ids('volume').every((id) => id.startsWith('volume/')))
  assert.equal(ids('all').length, ids('standard').length + ids('volume').length)
})

for (const [mutant, id, outcome] of [
  ['echo-cut-above-4-MiB', 'volume/size/binary-4194305', 'the echo of message 1 of 1 differs: 4194304 bytes of 4194305'],
  ['stalls-after-400-messages', 'volume/messages/5000-of-16', 'nothing instead of the echo of message 401 of 5000'],
  ['pings-limited-to-500', 'volume/control/pings-1000', 'nothing instead of Pong 501 of 1000'],
] as const) {
  test(`${id} fails for ${mutant}`, async () => {
    const { results } = await ofServer([id], [mutant], { answerMs: 200 })
    assert.deepEqual([results[0]?.verdict, results[0]?.outcome], ['fail', outcome])
  })
}

test('a context that is lost after a hundred messages is noticed', async () => {
  const { results } = await ofServer(['volume/deflate/context-over-200-messages'], ['context-lost-after-100-messages'])
  assert.equal(results[0]?.verdict, 'fail')
})

test('an endpoint that is only slow is not failed: the time for one case is bounded [RFC 6455 section 10.4]', async () => {
  const { results } = await ofServer(['volume/messages/1000-of-131072'], [], { volumeMs: 1 })
  assert.equal(results[0]?.verdict, 'info')
  assert.match(results[0]?.outcome ?? '', /^\d+ of 1000 messages were echoed in 1 ms$/)
})

test('a message above the limit of the endpoint is unsupported, in whatever way it is refused', async () => {
  const server = new DoubleServer({ maxMessage: 1 << 20 })
  try {
    const url = await server.listen()
    for (const options of [{}, { maxMessage: 1 << 20 }]) {
      const { results } = await runServerSuite(url, { tier: 'volume', only: ['volume/size/text-2097152'], ...options })
      assert.equal(results[0]?.verdict, 'unsupported')
    }
  } finally {
    await server.close()
  }
})

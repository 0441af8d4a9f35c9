import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClientSuite, runServerSuite } from '../src/index.ts'
import type { CaseResult } from '../src/index.ts'
import { runDoubleClient } from './doubles/client.ts'
import { DoubleServer } from './doubles/server.ts'

const bounds = { answerMs: 3000, silenceMs: 40 }
const ids = [
  'control/ping-pong/ping-text',
  'framing/length/text-65536',
  'fragmentation/good/text-2',
  'closing/codes/code-1000',
  'utf8/good/good-U+0080',
]

async function ofServer(mutants: readonly string[], only: readonly string[] = ids): Promise<readonly CaseResult[]> {
  const server = new DoubleServer({ mutants })
  try {
    return (await runServerSuite(await server.listen(), { only, bounds })).results
  } finally {
    await server.close()
  }
}

async function ofClient(mutants: readonly string[], only: readonly string[] = ids): Promise<readonly CaseResult[]> {
  return (await runClientSuite((url, signal) => runDoubleClient(url, { mutants }, signal), { only, bounds })).results
}

const always = (results: readonly CaseResult[]): string[] =>
  results.filter(({ area, verdict }) => area === 'always' && verdict === 'fail').map(({ id }) => id.slice('always/'.length))

for (const [mutants, rule] of [
  [['masks-wrongly'], 'frame-masked'],
  [['mask-missing-sometimes', 'legal-fragments-of-1'], 'frame-masked'],
  [['sends-reserved-bits'], 'frame-reserved-bits'],
  [['rsv2-on-long-frames'], 'frame-reserved-bits'],
  [['rsv1-on-continuations', 'legal-fragments-of-1'], 'frame-rsv1'],
  [['length-never-shortest'], 'frame-length'],
  [['close-length-long'], 'frame-length'],
  [['pong-not-final'], 'control-final'],
  [['close-not-final'], 'control-final'],
  [['close-reason-not-utf8'], 'close-reason'],
] as const) {
  test(`reports ${mutants.join(' and ')} as one broken rule, ${rule}, in whatever case it shows`, async () => {
    assert.deepEqual([always(await ofServer(mutants)), always(await ofClient(mutants))], [[rule], [rule]])
  })
}

for (const [mutants, only, rule] of [
  [['101-in-http-1.0'], ids, 'head-start-line'],
  [['101-accept-twice'], ids, 'head-once'],
] as const) {
  test(`reports the response of ${mutants.join()} as ${rule}`, async () => {
    assert.deepEqual(always(await ofServer(mutants, only)), [rule])
  })
}

test('reports the request of a client with a broken field line as head-fields', async () => {
  assert.deepEqual(always(await ofClient(['request-field-broken'])), ['head-fields'])
})

test('gives evidence, and the case in which the rule was broken first', async () => {
  const result = (await ofServer(['pong-not-final'])).find(({ id }) => id === 'always/control-final')
  assert.match(result?.outcome ?? '', /^the peer sent Pong, not final, .* in control\/ping-pong\/ping-text$/)
  assert.equal(result?.section, 'RFC 6455 section 5.5')
  assert.ok(result !== undefined && result.exchange.length > 0)
})

test('adds nothing for a correct endpoint, unless every case runs', async () => {
  assert.deepEqual([(await ofServer([])).length, (await ofClient([])).length], [ids.length, ids.length])
})

test('passes no rule for a server that nobody reaches', async () => {
  const { results } = await runServerSuite('ws://127.0.0.1:1/', { timeouts: false, bounds: { answerMs: 300 } })
  const rules = results.filter(({ area }) => area === 'always')
  assert.ok(rules.length > 10 && rules.every(({ verdict }) => verdict === 'unsupported'))
})

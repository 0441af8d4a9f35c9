import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClientSuite, runServerSuite } from '../src/index.ts'
import type { Defect, SuiteReport } from '../src/index.ts'
import { runDoubleClient } from './doubles/client.ts'
import { DoubleServer } from './doubles/server.ts'

const bounds = { answerMs: 600, silenceMs: 40 }
const wide = [
  'framing',
  'control',
  'fragmentation',
  'utf8',
  'closing',
  'masking',
  'deflate/wrong',
  'deflate/negotiation',
  'handshake/key',
  'handshake/version',
  'handshake/response',
]

async function ofServer(mutants: readonly string[], only: readonly string[] = wide): Promise<SuiteReport> {
  const server = new DoubleServer({ mutants })
  try {
    return await runServerSuite(await server.listen(), { only, timeouts: false, bounds })
  } finally {
    await server.close()
  }
}

const ids = (defects: readonly Defect[]): string[] => defects.map(({ id }) => id)

for (const [mutant, id, least] of [
  ['utf8-unchecked', 'utf8/text/not-refused', 90],
  ['key-any-base64', 'handshake/key/not-refused', 5],
  ['version-lenient-number', 'handshake/version/not-refused', 8],
  ['accept-wrong', 'always/head-accept', 5],
  ['failure-by-drop', 'closing/dropped', 100],
  ['masks-wrongly', 'always/frame-masked', 5],
  ['deflate-answers-unknown-parameter', 'always/head-deflate-parameters', 2],
  ['close-answered-with-1005', 'always/close-code', 2],
  ['101-accept-twice', 'always/head-once', 2],
  ['subprotocol-unasked', 'always/head-offered', 2],
  ['opcode-control-ignored', 'framing/reserved-opcode/not-refused', 20],
] as const) {
  test(`counts ${mutant} as one defect, in ${least} cases or more`, async () => {
    const { defects, counts } = await ofServer([mutant])
    assert.ok(ids(defects).includes(id), ids(defects).join())
    assert.equal(defects[0]!.cases.length, counts.fail + counts.warn - defects.slice(1).flatMap(({ cases }) => cases).length)
    assert.ok(defects[0]!.cases.length >= least)
    assert.deepEqual(ids(defects), [id])
  })
}

test('gives a refused offer of a window of 8 bits another cause than a wrong answer to it, which is one defect', async () => {
  const only = ['deflate/negotiation/window-8-answered', 'deflate/parameters/server-window-8-*']
  const refused = await ofServer(['deflate-window-8-declined', 'deflate-bad-offer-is-500'], only)
  assert.deepEqual(ids(refused.defects), ['deflate/offers'])
  assert.deepEqual(ids((await ofServer(['deflate-answers-9-for-8'], only)).defects), ['always/head-offered'])
})

test('accuses a server that takes a request without Host by the rule that it breaks alone', async () => {
  const { results, defects } = await ofServer(
    ['host-missing-accepted'],
    ['handshake/host/host-missing', 'handshake/refusal/then-usable-or-closed-host'],
  )
  assert.deepEqual(ids(defects), ['handshake/host/not-refused'])
  assert.equal(defects[0]!.section, 'RFC 9112 section 3.2')
  assert.equal(results.find(({ id }) => id === 'handshake/refusal/then-usable-or-closed-host')?.verdict, 'unsupported')
})

test('counts an echo that is always wrong as one defect', async () => {
  const { defects, counts } = await ofServer(['echo-text-as-binary'])
  assert.ok(counts.fail > 100)
  assert.deepEqual(ids(defects), ['framing/length'])
  assert.match(defects[0]!.summary, /: the echo is binary$/)
})

test('keeps two defects apart, the worse and the wider first', async () => {
  const { defects } = await ofServer(['pong-not-final', 'utf8-surrogates-accepted', 'failure-code-1000'])
  assert.deepEqual(
    defects.map(({ id, verdict }) => `${verdict} ${id}`),
    ['fail utf8/text/not-refused', 'fail always/control-final', 'warn closing/failure-code'],
  )
  assert.ok(defects.every(({ section, summary, cases }) => /^RFC \d+/.test(section) && summary.includes(': ') && cases.length > 0))
})

test('finds no defect in a correct endpoint, and names what cannot be reached once', async () => {
  assert.deepEqual((await ofServer([])).defects, [])
  const unreachable = await runServerSuite('ws://127.0.0.1:1/', { only: ['framing'], bounds })
  assert.deepEqual(ids(unreachable.defects), ['unreachable'])
  assert.ok(unreachable.results.every(({ section }) => section === 'RFC 6455 section 4'))
})

test('groups the findings about a client as well', async () => {
  const { defects } = await runClientSuite((url, signal) => runDoubleClient(url, { mutants: ['accept-case-insensitive', 'accept-prefix'] }, signal), {
    only: ['response/fields'],
    jobs: 16,
    bounds,
  })
  assert.deepEqual(ids(defects), ['response/accept/not-refused'])
  assert.ok(defects[0]!.cases.length > 2)
})

test('counts what a case and a rule that is always checked both see as one defect', async () => {
  for (const [mutant, id] of [
    ['request-field-broken', 'always/head-fields'],
    ['request-http-1.0', 'always/head-start-line'],
  ] as const) {
    const { defects } = await runClientSuite((url, signal) => runDoubleClient(url, { mutants: [mutant] }, signal), {
      only: ['request'],
      jobs: 16,
      bounds,
    })
    assert.deepEqual(ids(defects), [id])
  }
})

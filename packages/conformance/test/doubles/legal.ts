import { runClientSuite } from '../../src/client-suite.ts'
import type { End } from '../../src/case.ts'
import type { CaseResult } from '../../src/result.ts'
import { selectCases } from '../../src/select.ts'
import { runServerSuite } from '../../src/server-suite.ts'
import { casesOf } from './bench.ts'
import { runDoubleClient } from './client.ts'
import { legalDelayMs } from './endpoint.ts'
import { seededOrder } from './order.ts'
import { runDoubleH2Client } from './h2-client.ts'
import { DoubleH2Server } from './h2-server.ts'
import { DoubleServer } from './server.ts'

/** An unusual peer that breaks no rule: no case may fail or warn for it. */
export interface LegalPeer {
  readonly name: string
  readonly ends: readonly End[]
  /** Switches of the doubles. */
  readonly switches: readonly string[]
  /** Areas and ids where it shows; of all others a sample is run. */
  readonly scope: readonly string[]
  readonly maxMessage?: number
  readonly deflate?: false
  /** Over HTTP/2: the cases of that tier, and no other. */
  readonly http2?: true
}

const both = ['server', 'client'] as const
const echoes = ['fragmentation/good', 'control', 'framing/length/text-*', 'deflate/good', 'utf8/good/*20']
const opening = ['handshake/response', 'handshake/version', 'handshake/subprotocol', 'handshake/extensions', 'deflate/parameters/default-*']
const request = ['request', 'url', 'response/fields', 'response/segments']
const closing = ['closing', 'framing/reserved-bits', 'control/interleaved', 'utf8/elsewhere']

const peer = (name: string, ends: readonly End[], scope: readonly string[], more: Partial<LegalPeer> = {}): LegalPeer => ({
  name,
  ends,
  scope,
  switches: [`legal-${name}`],
  ...more,
})

export const legalPeers: readonly LegalPeer[] = [
  peer('ping-at-once', both, [...echoes, ...closing, 'masking']),
  peer('ping-before-echo', both, [...echoes, 'masking']),
  peer('pong-before-echo', both, [...echoes, 'masking']),
  peer('bad-extensions-dropped', ['server'], opening),
  peer('fragments-of-1', both, [...echoes, 'deflate/parameters/default-*']),
  peer('fragments-empty', both, [...echoes, 'deflate/parameters/default-*']),
  peer('fragments-with-pings', both, echoes),
  peer('written-bytewise', both, [...echoes, ...closing, ...request]),
  peer('uncompressed', both, ['deflate']),
  peer('stored', both, ['deflate']),
  peer('close-empty', both, closing),
  peer('close-1000', both, closing),
  peer('close-reason', both, closing),
  peer('close-1001', both, closing),
  peer('close-codes-unchecked', both, closing, { switches: ['close-codes-unchecked', 'legal-close-1000'] }),
  peer('pong-late', both, [...echoes, ...closing]),
  peer('pong-before-pong', both, [...echoes, ...closing]),
  peer('limit-32-KiB', both, ['limits', 'framing/length', 'deflate', 'fragmentation'], { switches: [], maxMessage: 32 * 1024 }),
  peer('limit-64-KiB', both, ['limits', 'framing/length', 'deflate'], { switches: [], maxMessage: 64 * 1024 }),
  peer('no-deflate', ['server'], ['deflate', 'handshake/extensions'], { switches: [], deflate: false }),
  peer('declines-every-offer', ['server'], ['deflate', 'handshake/extensions'], { switches: ['deflate-never'] }),
  peer('no-takeover', ['server'], ['deflate']),
  peer('window-9', ['server'], ['deflate']),
  peer('quoted', ['server'], ['deflate/parameters', 'deflate/negotiation']),
  peer('spaced', ['server'], ['deflate/parameters', 'deflate/negotiation']),
  peer('ignores-upgrade-lists', ['server'], ['handshake/upgrade', 'handshake/fields'], { switches: ['upgrade-as-one-value'] }),
  peer('early-hints', ['server'], opening),
  peer('reason-empty', ['server'], opening),
  peer('reason-other', ['server'], opening),
  peer('refusal-closes', ['server'], ['handshake']),
  peer('refusal-1.0', ['server'], ['handshake'], { switches: ['legal-refusal-1.0', 'legal-refusal-closes'] }),
  peer('refuses-bad-offers', ['server'], ['deflate/negotiation', 'handshake/extensions'], { switches: ['deflate-bad-offer-is-400'] }),
  peer('bad-offer-is-500', ['server'], ['deflate/negotiation'], { switches: ['deflate-bad-offer-is-500'] }),
  peer('blanks-around-equals', ['server'], ['deflate/parameters', 'deflate/negotiation']),
  peer('refusal-until-end', ['server'], ['handshake', 'robustness']),
  peer('refusal-418', ['server'], ['handshake']),
  peer('version-lines', ['server'], ['handshake/version', 'handshake/refusal'], { switches: ['legal-version-lines'] }),
  peer('values-repaired', ['server'], ['handshake/fields']),
  peer('half-open-kept', ['server'], ['robustness'], { switches: ['half-close-ignored'] }),
  peer('fields-more', both, [...opening, ...request]),
  peer('names-upper', both, [...opening, ...request]),
  peer('names-lower', both, [...opening, ...request]),
  peer('connection-list', both, [...opening, ...request]),
  peer('end-late', ['client'], ['closing/codes/code-1000', 'framing/reserved-bits/RSV1-text', 'control/limits/ping-too-long-126']),
  peer('offers-many', ['client'], [...request, 'deflate/parameters/default-*', 'response/extensions']),
  peer('offers-nothing', ['client'], [...request, 'deflate'], { switches: ['deflate-not-offered'] }),
  ...['ping-at-once', 'ping-before-echo', 'pong-before-echo', 'pong-late', 'fragments-of-1', 'fragments-empty', 'close-1000', 'close-empty'].map(
    (name) => peer(`http2-${name}`, both, ['http2/*'], { switches: [`legal-${name}`], http2: true }),
  ),
  peer('key-padding-bits', ['client'], ['request', 'response/fields']),
  peer('padding-bits-refused', ['server'], ['handshake/key', 'handshake/response'], { switches: ['key-canonical-only'] }),
  peer('upgrade-twice', ['client'], ['request'], { switches: ['request-upgrade-twice'] }),
  peer('window-8-refused', ['client'], ['deflate/parameters']),
  peer('refuses-by-reset', ['client'], ['response']),
]

/** These wait for megabytes, time limits or settings of their own. */
const leftOut =
  /^(?:http2\/|volume\/|timeouts\/|limits\/over|robustness\/(?:silence|close-then|slow-reader|endless))|^response\/subprotocol|^request\/subprotocols/

/** @param sample how many of the cases outside the scope are run; all when absent */
export function idsFor(end: End, legal: LegalPeer, sample?: number): string[] {
  const isTried = (id: string): boolean => (legal.http2 === true ? /^http2\/(?!limits\/|large$)/.test(id) : !leftOut.test(id))
  const all = casesOf(end).filter(({ id, level }) => isTried(id) && level !== 'info')
  const scope = selectCases(all, legal.scope).map(({ id }) => id)
  const others = seededOrder(
    all.map(({ id }) => id).filter((id) => !scope.includes(id)),
    legal.name,
  )
  return sample === undefined ? [...scope, ...others] : [...seededOrder(scope, legal.name).slice(0, sample * 4), ...others.slice(0, sample)]
}

export async function runLegal(end: End, legal: LegalPeer, only: readonly string[]): Promise<readonly CaseResult[]> {
  const bounds = { answerMs: legalDelayMs - 500, silenceMs: 40, handshakeMs: 5000, closeMs: 10_000 }
  const settings = {
    mutants: legal.switches,
    ...(legal.maxMessage === undefined ? {} : { maxMessage: legal.maxMessage }),
    deflate: legal.deflate ?? true,
  }
  const options = { only, jobs: 16, timeouts: false, bounds, http2: legal.http2 === true }
  if (end === 'client') {
    const run = legal.http2 === true ? runDoubleH2Client : runDoubleClient
    const report = await runClientSuite((url, signal) => run(url, settings, signal), options)
    return report.results
  }
  const setup = { ...settings, subprotocols: ['chat', 'soap'] }
  const server = legal.http2 === true ? new DoubleH2Server(setup) : new DoubleServer(setup)
  try {
    return (await runServerSuite(await server.listen(), { ...options, subprotocols: ['chat', 'soap'] })).results
  } finally {
    await server.close()
  }
}

/** What a run wrongly holds against the peer; what fails is run once more by itself, because a loaded machine is slower than the bounds. */
export async function accusations(end: End, legal: LegalPeer, ids: readonly string[]): Promise<string[]> {
  const accused = (results: readonly CaseResult[]): CaseResult[] => results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
  const line = ({ id, verdict, outcome }: CaseResult): string => `${legal.name}: ${verdict} ${id}: ${outcome}`
  const first = accused(await runLegal(end, legal, ids))
  const always = first.filter(({ area }) => area === 'always').map(line)
  const again = first.filter(({ area }) => area !== 'always').map(({ id }) => id)
  if (again.length === 0) return always
  return [...always, ...accused(await runLegal(end, legal, again)).map(line)]
}

import { casesOfTier } from '../../src/cases/tiers.ts'
import { runClientSuite } from '../../src/client-suite.ts'
import { asExpected } from '../../src/result.ts'
import type { CaseResult } from '../../src/result.ts'
import { selectCases } from '../../src/select.ts'
import { runServerSuite } from '../../src/server-suite.ts'
import type { ConformanceCase, End } from '../../src/case.ts'
import { runDoubleClient } from './client.ts'
import { clientMutants } from './client-mutants.ts'
import { endpointMutants } from './endpoint-mutants.ts'
import { h2ClientMutants, h2Mutants } from './h2-mutants.ts'
import type { Mutant } from './mutant.ts'
import { serverMutants } from './server-mutants.ts'
import { runDoubleH2Client } from './h2-client.ts'
import { DoubleH2Server } from './h2-server.ts'
import { DoubleServer } from './server.ts'

export const maxMessage: number = 1 << 20

export function casesOf(end: End): readonly ConformanceCase[] {
  return casesOfTier(end, 'all')
}

export function mutantsOf(end: End): readonly Mutant[] {
  const all = [...endpointMutants, ...(end === 'server' ? [...serverMutants, ...h2Mutants] : [...clientMutants, ...h2ClientMutants])]
  return all.filter((mutant) => inScope(end, mutant).length > 0)
}

/** Some cases need a double set up in another way. */
function needsOwnSetting(id: string): 'timeouts' | 'no-deflate' | 'subprotocols' | 'h2' | 'volume' | undefined {
  if (id.startsWith('volume/')) return 'volume'
  if (id.startsWith('http2/')) return 'h2'
  if (id.startsWith('timeouts/') || id === 'robustness/silence' || id === 'robustness/close-then-server-lingers') return 'timeouts'
  if (id === 'deflate/negotiation/refused-when-off') return 'no-deflate'
  if (/^response\/subprotocol\/(?:offered|upper-case|prefix|list|twice|twice-last-offered|none)$/.test(id) || id === 'request/subprotocols')
    return 'subprotocols'
  return undefined
}

/** Megabytes, which a loaded machine does not move in the time that a Pong takes. */
const takesLong = /(?:^|\/)limits\/|http2\/large$|\/large-then-close/

/** How a mutant is known in the table: two doubles may have switches of the same name. */
export function keyOf(mutant: Mutant): string {
  return mutant.double === undefined ? mutant.name : `${mutant.double}: ${mutant.name}`
}

/** Runs the cases with these ids against a double with these switches. */
export async function runDouble(end: End, mutants: readonly string[], ids: readonly string[], isolated = false): Promise<Map<string, CaseResult>> {
  const results = new Map<string, CaseResult>()
  const groups = new Map<string, { setting: string; only: string[] }>()
  for (const id of ids) {
    const setting = needsOwnSetting(id) ?? 'usual'
    const key = `${setting} ${isolated ? id : takesLong.test(id) ? 'long' : ''}`
    groups.set(key, { setting, only: [...(groups.get(key)?.only ?? []), id] })
  }
  for (const { setting, only } of groups.values()) {
    const short = setting === 'timeouts'
    const bounds = { answerMs: takesLong.test(only[0]!) || setting === 'volume' ? 3000 : 1000, silenceMs: 40, handshakeMs: 1500, closeMs: 1500 }
    if (end === 'server') {
      const settings = {
        mutants,
        subprotocols: ['chat', 'soap'],
        refusedOrigin: 'http://evil.example',
        unknownPath: '/unknown',
        maxMessage: setting === 'volume' ? 1 << 25 : maxMessage,
        deflate: setting !== 'no-deflate',
        ...(short ? { handshakeMs: 300 } : {}),
      }
      const server = setting === 'h2' ? new DoubleH2Server(settings) : new DoubleServer(settings)
      const options = {
        subprotocols: ['chat', 'soap'],
        originRefused: 'http://evil.example',
        pathUnknown: '/unknown',
        ...(setting === 'volume' ? { tier: 'volume' as const } : { maxMessage }),
        deflate: setting !== 'no-deflate',
      }
      try {
        const report = await runServerSuite(await server.listen(), { ...options, only, jobs: 16, timeouts: short, http2: setting === 'h2', bounds })
        for (const result of report.results) results.set(result.id, result)
      } finally {
        await server.close()
      }
    } else {
      const client = {
        mutants,
        maxMessage: setting === 'volume' ? 1 << 25 : maxMessage,
        subprotocols: setting === 'subprotocols' ? ['chat', 'soap'] : [],
        ...(short ? { handshakeMs: 300 } : {}),
      }
      const report = await runClientSuite((url, signal) => (setting === 'h2' ? runDoubleH2Client : runDoubleClient)(url, client, signal), {
        only,
        jobs: 16,
        ...(setting === 'volume' ? { tier: 'volume' as const } : { maxMessage }),
        timeouts: short,
        http2: setting === 'h2',
        bounds,
      })
      for (const result of report.results) results.set(result.id, result)
    }
  }
  return results
}

/** What deviates is run once more by itself: a loaded machine is slower than the bounds of the doubles. */
export async function runCorrect(end: End, ids: readonly string[]): Promise<Map<string, CaseResult>> {
  const results = await runDouble(end, [], ids)
  const deviating = [...results.values()].filter(({ outcome }) => outcome !== asExpected).map(({ id }) => id)
  if (deviating.length > 0) for (const [id, result] of await runDouble(end, [], deviating)) results.set(id, result)
  return results
}

/** The ids of the cases that see a difference between the correct double and one with the switch. */
export async function caughtBy(end: End, mutant: Mutant, ids: readonly string[], correct: ReadonlyMap<string, CaseResult>): Promise<string[]> {
  const results = await runDouble(end, [mutant.name], ids, mutant.isolated)
  return ids.filter((id) => {
    const right = correct.get(id)
    const seen = results.get(id)
    return right !== undefined && seen !== undefined && (right.verdict !== seen.verdict || right.outcome !== seen.outcome)
  })
}

/** The switches of an endpoint show on streams of HTTP/2 as they do over HTTP/1.1. */
export function inScope(end: End, mutant: Mutant): string[] {
  if (mutant.double === 'h2') return casesOf(end).flatMap(({ id }) => (/^http2\/[^/]+$/.test(id) ? [id] : []))
  return selectCases(
    casesOf(end),
    mutant.scope.flatMap((pattern) => [pattern, `http2/${pattern}`]),
  ).map(({ id }) => id)
}

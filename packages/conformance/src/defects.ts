import type { CaseResult, Defect } from './result.ts'

/** Cases so plain that one which fails them fails others for the same reason. */
const plainest = ['framing/length/text-2', 'framing/length/binary-2', 'control/ping-pong/ping-text', 'closing/codes/code-1000']

/** Groups what failed or warned by its root cause: one defect counts once, in however many cases it shows. The worst come first. */
export function defectsOf(results: readonly CaseResult[]): Defect[] {
  const plain = new Map<string, CaseResult>()
  for (const result of results) {
    if (plainest.some((id) => result.id.endsWith(id)) && result.rootCause !== undefined) plain.set(kindOf(result), result)
  }
  const groups = new Map<string, CaseResult[]>()
  for (const result of results) {
    if (result.rootCause === undefined) continue
    const id = (plain.get(kindOf(result)) ?? result).rootCause!.id
    groups.set(id, [...(groups.get(id) ?? []), result])
  }
  const defects = [...groups].map(([id, cases]) => defectOf(id, cases))
  return defects.sort((a, b) => Number(a.verdict === 'warn') - Number(b.verdict === 'warn') || b.cases.length - a.cases.length)
}

/** The outcome without what differs from case to case. */
function kindOf({ outcome }: CaseResult): string {
  return outcome.replace(/"[^"]*"|\d+/g, '#')
}

function defectOf(id: string, cases: readonly CaseResult[]): Defect {
  const worst = cases.filter(({ verdict }) => verdict === 'fail')
  const shown = worst.length > 0 ? worst : cases
  const outcomes = new Map<string, number>()
  for (const { outcome } of shown) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  const [outcome = ''] = [...outcomes].sort((a, b) => b[1] - a[1])[0] ?? []
  const first = shown.find((result) => result.outcome === outcome) ?? shown[0]!
  const own = cases.find(({ rootCause }) => rootCause?.id === id) ?? first
  return {
    id,
    verdict: worst.length > 0 ? 'fail' : 'warn',
    summary: `${own.rootCause!.what}: ${outcome}`,
    section: first.section,
    cases: cases.map((result) => result.id),
  }
}

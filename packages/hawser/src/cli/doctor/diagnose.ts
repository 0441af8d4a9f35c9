/** All rules, and how they exclude each other. */
import type { Finding, FindingRule, Severity } from './finding.ts'
import type { Observations } from './observation.ts'
import { connectionRules } from './rules/connection.ts'
import { http2Rules } from './rules/http2.ts'
import { idleRules } from './rules/idle.ts'
import { messageRules } from './rules/messages.ts'
import { proxyRules } from './rules/proxy.ts'
import { certificateRules, reachRules } from './rules/reach.ts'
import { refusalRules } from './rules/refusal.ts'
import { switchingRules } from './rules/switching.ts'
import { browserRules, variantRules } from './rules/variants.ts'

/** They recognize refusals by more than their status code. */
const first: readonly FindingRule[] = [...http2Rules, ...switchingRules].filter(({ id }) => id === 'http2-only' || id === 'plain-to-tls')

/** Of each list, only the first rule that applies makes a finding: the others would name symptoms of the same cause. */
const exclusive: readonly (readonly FindingRule[])[] = [
  [...proxyRules, ...reachRules],
  certificateRules,
  [...first, ...refusalRules, ...switchingRules.filter((rule) => !first.includes(rule))],
  browserRules,
  messageRules,
]
const independent: readonly FindingRule[] = [...variantRules, ...http2Rules.filter(({ id }) => id !== 'http2-only'), ...connectionRules, ...idleRules]

export const allRules: readonly FindingRule[] = [...exclusive.flat(), ...independent]

const ranks: readonly Severity[] = ['problem', 'warning', 'note']

/** The findings, the gravest first. Pure. */
export function diagnose(seen: Observations): readonly Finding[] {
  const findings: Finding[] = []
  for (const list of exclusive) {
    for (const rule of list) {
      const found = apply(rule, seen)
      if (found === undefined) continue
      findings.push(found)
      break
    }
  }
  findings.push(...independent.flatMap((rule) => apply(rule, seen) ?? []))
  return findings.toSorted((one, other) => ranks.indexOf(one.severity) - ranks.indexOf(other.severity))
}

function apply({ id, severity, exit, diagnose }: FindingRule, seen: Observations): Finding | undefined {
  const diagnosis = diagnose(seen)
  return diagnosis === undefined ? undefined : { id, severity, exit, ...diagnosis }
}

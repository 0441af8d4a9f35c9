import type { ConformanceCase, End } from './case.ts'
import type { ClientExit } from './client-exit.ts'
import type { Exchange } from './exchange.ts'
import { brokenByFrame } from './frame-rules.ts'
import type { FrameContext } from './frame-rules.ts'
import type { Head } from './head.ts'
import { brokenByHead } from './head-rules.ts'
import { asExpected, resultOf } from './result.ts'
import type { CaseResult, ExchangeEntry } from './result.ts'
import { causeOfRule, expectsRefusal } from './root-causes.ts'
import { rules } from './rules.ts'
import type { Rule } from './rules.ts'
import { describeFrame } from './wire.ts'
import type { WireFrame } from './wire.ts'

/** What a process that went wrong is ended by. */
const faults = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS'])

/** Checks every frame and every head that a peer sends in any case of a run. One violated rule is one result, however often it is broken. */
export class Validator {
  readonly #end: End
  #frames = 0
  #heads = 0
  #exits = 0
  readonly #violations = new Map<Rule, { readonly outcome: string; readonly exchange: readonly ExchangeEntry[] }>()

  constructor(end: End) {
    this.#end = end
  }

  frame(frame: WireFrame, context: FrameContext, caseId: string, exchange: Exchange): void {
    this.#frames++
    for (const rule of brokenByFrame(frame, context)) this.#add(rule, describeFrame(frame), caseId, exchange)
  }

  /** @param request the suite's own, where the head is the answer to one */
  head(head: Head, caseId: string, exchange: Exchange, request?: Head): void {
    this.#heads++
    for (const [rule, text] of brokenByHead(head, this.#end, request)) this.#add(rule, JSON.stringify(text.slice(0, 120)), caseId, exchange)
  }

  /** How the process of a client ended after a case. @returns the result with that as evidence */
  exit({ code, signal, stderr }: ClientExit, row: ConformanceCase, result: CaseResult): CaseResult {
    this.#exits++
    const how = signal === undefined ? (code === undefined ? 'was ended by the suite' : `ended with exit code ${code}`) : `was ended by ${signal}`
    const text = `the client ${how}${stderr === '' ? '' : `, and said: ${stderr.trimEnd().slice(-1000)}`}`
    const exchange = [...result.exchange, { atMs: result.durationMs, from: 'peer', kind: 'note', text } as const]
    const isWell = result.closing?.verdict === 'clean' && result.closing.code === 1000 && !expectsRefusal(row.steps)
    if ((signal !== undefined && faults.has(signal)) || (isWell && code !== undefined && code !== 0))
      if (!this.#violations.has(rules.process)) this.#violations.set(rules.process, { outcome: `${text.split('\n')[0]} in ${row.id}`, exchange })
    return { ...result, exchange }
  }

  /** A failed result for each rule that was broken, and with `all` one for every other rule: unsupported where the peer sent nothing to check. */
  results(all: boolean): CaseResult[] {
    return Object.values(rules).flatMap((rule) => {
      if (rule === rules.process && this.#exits === 0) return []
      const violation = this.#violations.get(rule)
      if (violation !== undefined)
        return [resultOf(rowOf(rule, this.#end), 'fail', violation.outcome, 0, violation.exchange, { rootCause: causeOfRule(rule) })]
      if (!all) return []
      const isUnseen = (rule.id.startsWith('head-') ? this.#heads : this.#frames) === 0
      return [resultOf(rowOf(rule, this.#end), isUnseen ? 'unsupported' : 'pass', isUnseen ? 'the peer sent nothing to check' : asExpected, 0, [])]
    })
  }

  #add(rule: Rule, what: string, caseId: string, exchange: Exchange): void {
    if (!this.#violations.has(rule)) this.#violations.set(rule, { outcome: `the peer sent ${what} in ${caseId}`, exchange: [...exchange.entries] })
  }
}

function rowOf({ id, section, why }: Rule, end: End): ConformanceCase {
  return { id: `always/${id}`, end, area: 'always', level: 'must', section, requirements: [], why, requires: [], steps: [] }
}

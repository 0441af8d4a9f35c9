import { setTimeout as delay } from 'node:timers/promises'
import type { ConformanceCase } from './case.ts'
import { resultOf } from './result.ts'
import type { CaseResult } from './result.ts'

/** Failed results in a row after which the suite asks whether the server is still there. */
const suspiciousFails = 20
/** How often it asks before it gives up: a supervisor may start the server again meanwhile. */
const attempts = 4
const pauseMs = 250

interface Played {
  readonly row: ConformanceCase
  readonly result: CaseResult
  readonly startedAt: number
}

/** Notices that a server which worked takes no connection any more, and ends the run with that instead of one failed result for each case. */
export class Lifeline {
  /** The cases that were in progress when the server went away; undefined while it is there. */
  diedDuring: readonly string[] | undefined
  readonly #works: () => Promise<boolean>
  readonly #played: Played[] = []
  #lastSeen: number | undefined
  #fails = 0
  #hasOpened = false
  #asking: Promise<boolean> | undefined

  /** @param works tries an opening handshake, and resolves with whether it succeeded */
  constructor(works: () => Promise<boolean>) {
    this.#works = works
  }

  /** Plays one case, or reports it as not run once the server is gone. */
  async run(row: ConformanceCase, play: () => Promise<CaseResult>): Promise<CaseResult> {
    if (this.diedDuring !== undefined) return notRun(row, 'the server had died before')
    const startedAt = performance.now()
    const result = await play()
    this.#played.push({ row, result, startedAt })
    if (result.verdict === 'pass') {
      this.#lastSeen = performance.now()
      this.#fails = 0
      // What is asked is an opening handshake over HTTP/1.1: a server that refuses every one, or speaks only HTTP/2, cannot lose it.
      this.#hasOpened ||= row.over !== 'http2' && row.steps.some((step) => 'do' in step && step.do === 'open')
    } else if (result.verdict === 'fail') {
      this.#fails++
      if (this.#lastSeen !== undefined && (isUnreachable(result) || this.#fails >= suspiciousFails)) await this.#ask()
    }
    return result
  }

  /** Asks once more after the last case, which may have ended the server after its verdict. */
  async finish(): Promise<void> {
    if (this.#hasOpened && this.diedDuring === undefined) await this.#ask()
  }

  /** The results with the cases that the end of the server decided as not run: one of them is at fault, the others are not. */
  judged(results: readonly CaseResult[]): CaseResult[] {
    const during = new Set(this.diedDuring)
    const rows = new Map(this.#played.map(({ row }) => [row.id, row]))
    return results.map((result) => {
      const row = rows.get(result.id)
      if (this.diedDuring === undefined || row === undefined || result.verdict !== 'fail') return result
      if (during.has(row.id)) return resultOf(row, 'not-run', `the server died meanwhile: ${result.outcome}`, result.durationMs, result.exchange)
      return isUnreachable(result) ? notRun(row, 'the server had died before') : result
    })
  }

  async #ask(): Promise<void> {
    this.#asking ??= this.#isGone()
    const isGone = await this.#asking
    this.#asking = undefined
    this.#fails = 0
    if (!isGone || this.diedDuring !== undefined) return
    const since = this.#lastSeen ?? 0
    this.diedDuring = this.#played
      .filter(({ result, startedAt }) => result.verdict === 'fail' && !isUnreachable(result) && startedAt + result.durationMs >= since)
      .map(({ row }) => row.id)
  }

  async #isGone(): Promise<boolean> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (await this.#works()) return false
      await delay(pauseMs)
    }
    return true
  }
}

function isUnreachable(result: CaseResult): boolean {
  return result.outcome.startsWith('no connection')
}

function notRun(row: ConformanceCase, outcome: string): CaseResult {
  return resultOf(row, 'not-run', outcome, 0, [])
}

import { readFileSync, writeFileSync } from 'node:fs'
import type { PinChange } from '../conformance/pins.ts'
import { comparePins, readPins, writePins } from '../conformance/pins.ts'
import { htmlReport } from '../conformance/report/html.ts'
import { junitReport } from '../conformance/report/junit.ts'
import type { CaseResult, SuiteReport, Verdict } from '../conformance/result.ts'
import type { SuiteProgress } from '../conformance/run-suite.ts'
import { UsageError } from './command.ts'
import type { ConformanceSettings } from './conformance-options.ts'
import { exitCodes } from './exit-codes.ts'
import type { CliIo } from './io.ts'
import { printable } from './terminal.ts'

const order: readonly Verdict[] = ['pass', 'fail', 'warn', 'info', 'unsupported']

/** A moving line on a terminal; in CI a line for what failed, and the sum. */
export class ConformanceOutput {
  readonly #io: CliIo
  readonly #settings: ConformanceSettings
  readonly #moving: boolean
  #failed = 0

  constructor(io: CliIo, settings: ConformanceSettings) {
    this.#io = io
    this.#settings = settings
    this.#moving = io.stderr.isTTY === true && !settings.quiet && !settings.verbose
  }

  readonly progress = ({ done, total, result }: SuiteProgress): void => {
    if (result.verdict === 'fail') this.#failed++
    if (this.#settings.verbose) this.#line(resultLine(result))
    if (!this.#moving) return
    const width = Math.max(20, (this.#io.stderr.columns ?? 80) - 1)
    const text = `${done}/${total}  ${this.#failed} failed  ${result.id}`
    this.#io.stderr.write(`\r\u001b[K${printable(text).slice(0, width)}`)
    if (done === total) this.#io.stderr.write('\r\u001b[K')
  }

  /** Writes the files and the sum. @returns the exit code */
  finish(report: SuiteReport): number {
    const { json, junit, html, expect, writeExpect, verbose, quiet } = this.#settings
    if (json !== undefined) this.#file('json', json, `${JSON.stringify(report)}\n`)
    if (junit !== undefined) this.#file('junit', junit, junitReport(report))
    if (html !== undefined) this.#file('html', html, htmlReport(report))
    if (writeExpect !== undefined) this.#file('write-expect', writeExpect, `${JSON.stringify(writePins(report), null, 2)}\n`)
    const changes = expect === undefined ? undefined : this.#compare(report, expect)
    if (!quiet && !verbose && changes === undefined) {
      for (const result of report.results) if (result.verdict === 'fail' || result.verdict === 'warn') this.#line(resultLine(result))
    }
    if (!quiet) for (const change of changes ?? []) this.#line(`changed  ${change.id}: expected ${change.expected}, seen ${change.seen}`)
    const sum = order
      .filter((verdict) => report.counts[verdict] > 0)
      .map((verdict) => `${report.counts[verdict]} ${verdict}`)
      .join(', ')
    const against = changes === undefined ? '' : changes.length === 0 ? '; as expected' : `; ${changes.length} changed`
    this.#line(`${report.subject}: ${report.results.length} cases in ${(report.durationMs / 1000).toFixed(1)} s: ${sum}${against}`)
    const nothing =
      report.results.length > 0 && report.results.every(({ verdict, outcome }) => verdict === 'unsupported' || outcome.startsWith('no connection'))
    if (nothing) return exitCodes.network
    if (changes !== undefined) return changes.length === 0 ? exitCodes.clean : exitCodes.abnormal
    return report.counts.fail === 0 ? exitCodes.clean : exitCodes.abnormal
  }

  #line(text: string): void {
    const out = this.#settings.json === '-' || this.#settings.junit === '-' ? this.#io.stderr : this.#io.stdout
    out.write(`${printable(text)}\n`)
  }

  #file(option: string, file: string, content: string): void {
    if (file === '-') {
      this.#io.stdout.write(content)
      return
    }
    try {
      writeFileSync(file, content)
    } catch (error) {
      throw new UsageError(`option --${option}: cannot write ${file}: ${(error as Error).message}`)
    }
  }

  #compare(report: SuiteReport, file: string): PinChange[] {
    try {
      return comparePins(report, readPins(JSON.parse(readFileSync(file, 'utf8'))))
    } catch (error) {
      throw new UsageError(`option --expect: ${file}: ${(error as Error).message}`)
    }
  }
}

function resultLine(result: CaseResult): string {
  const rule = `${result.section}${result.requirements.length === 0 ? '' : `, ${result.requirements.join(', ')}`}`
  return result.verdict === 'pass' ? `pass  ${result.id}` : `${result.verdict.padEnd(4)}  ${result.id}: ${result.outcome} (${rule})`
}

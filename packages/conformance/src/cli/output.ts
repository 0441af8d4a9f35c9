import { comparePins, writePins } from '../pins.ts'
import type { PinChange } from '../pin-change.ts'
import { htmlReport } from '../report/html.ts'
import { githubAnnotations, githubError } from '../report/github.ts'
import { jsonReport } from '../report/json.ts'
import { junitReport } from '../report/junit.ts'
import { markdownReport } from '../report/markdown.ts'
import { tiers, verdicts } from '../result.ts'
import type { CaseResult, Defect, Figures, SuiteReport, Tier } from '../result.ts'
import type { SuiteProgress } from '../run-suite.ts'
import { unsupportedReasons } from '../report/unsupported.ts'
import { writeFile } from './write-file.ts'
import { exitCodes } from './exit-codes.ts'
import type { CliIo, CliOutput } from './io.ts'
import type { OutputSettings } from './settings.ts'
import { escapeUnsafe } from '../unsafe-text.ts'
import { suiteVersion } from '../version.ts'

/** What a run prints and writes: on a terminal a progress line; elsewhere a line for each deviation, then the totals. */
export class Output {
  readonly #io: CliIo
  readonly #settings: OutputSettings
  readonly #animated: boolean
  #failed = 0

  constructor(io: CliIo, settings: OutputSettings) {
    this.#io = io
    this.#settings = settings
    this.#animated = io.stderr.isTTY === true && !settings.quiet && !settings.verbose
  }

  readonly progress = ({ done, total, result }: SuiteProgress): void => {
    if (result.verdict === 'fail') this.#failed++
    if (this.#settings.verbose) this.say(resultLine(result))
    if (!this.#animated) return
    const width = Math.max(20, (this.#io.stderr.columns ?? 80) - 1)
    const text = `${done}/${total}  ${this.#failed} failed  ${result.id}`
    this.#io.stderr.write(`\r\u001b[K${escapeUnsafe(text).slice(0, width)}`)
    if (done === total) this.#io.stderr.write('\r\u001b[K')
  }

  /** Prints the deviations and the totals of one endpoint. @returns the exit code */
  show(report: SuiteReport): number {
    const { expected, verbose, quiet } = this.#settings
    const changes = expected === undefined ? undefined : comparePins(report, expected)
    if (!quiet && !verbose && changes === undefined) {
      for (const result of report.results) if (isShown(result, report)) this.say(resultLine(result))
      for (const defect of report.defects) if (defect.cases.length > 1) this.say(defectLine(defect))
    }
    if (!quiet) {
      for (const { count, reason, help } of unsupportedReasons(report))
        this.say(`unsupported  ${count} ${count === 1 ? 'case' : 'cases'}: ${reason}${help === undefined ? '' : ` (${help})`}`)
    }
    if (!quiet) for (const result of report.results) if (result.figures !== undefined) this.say(figuresLine(result, result.figures))
    if (report.diedDuring !== undefined) this.say(deathLine(report.diedDuring))
    if (report.interrupted === true) this.say(interruptionLine(report.counts['not-run']))
    if (expected !== undefined && expected.suite !== suiteVersion && !quiet)
      this.say(`the expectations were written by version ${expected.suite} of the suite; this is ${suiteVersion}`)
    if (!quiet) for (const change of changes ?? []) if (isToldApart(change, report)) this.say(changeLine(change))
    const against = changes === undefined ? '' : changes.length === 0 ? '; as expected' : `; ${changes.length} changed`
    this.say(`${report.subject}: ${tierTotals(report)}${defectTotals(report)}${against}`)
    if (this.#settings.github) for (const annotation of githubAnnotations(report, expected)) this.#out.write(`${annotation}\n`)
    if (reachedNothing(report)) return exitCodes.network
    const judged = report.results.length - report.counts['not-run'] - report.counts.unsupported
    if (judged === 0 || report.counts['not-run'] > 0 || report.diedDuring !== undefined) return exitCodes.failed
    const failed = changes === undefined ? report.counts.fail > 0 : changes.length > 0
    return failed ? exitCodes.failed : exitCodes.clean
  }

  /** Says why nothing was tested. */
  stop(message: string): void {
    this.#io.stderr.write(`${escapeUnsafe(`preflight: ${message}`)}\nnothing was tested; --no-preflight runs the cases anyway\n`)
    if (this.#settings.github) this.#out.write(`${githubError('Conformance', message)}\n`)
  }

  /**
   * Writes every file that was asked for, with all reports in it. A run that was cut short pins nothing.
   * @throws UsageError for a file that cannot be written, after the others
   */
  writeFiles(reports: readonly SuiteReport[]): void {
    const { json, junit, html, markdown, expected, writeExpect } = this.#settings
    const pins = reports.some(isCutShort) ? undefined : writeExpect
    if (pins !== writeExpect) this.say(`--write-expect: ${writeExpect} is not written, because cases were not run`)
    const files: readonly (readonly [option: string, file: string | undefined, content: () => string])[] = [
      ['json', json, () => jsonReport(reports)],
      ['junit', junit, () => junitReport(reports, expected)],
      ['html', html, () => htmlReport(reports)],
      ['markdown', markdown, () => markdownReport(reports, expected)],
      ['write-expect', pins, () => `${JSON.stringify(writePins(reports), null, 2)}\n`],
    ]
    let failure: unknown
    for (const [option, file, content] of files) {
      try {
        if (file !== undefined) writeFile(this.#io, option, file, content())
      } catch (error) {
        failure ??= error
      }
    }
    if (failure !== undefined) throw failure
  }

  /** One line for a person; on standard error where standard output is a report. A peer's text is no workflow command of GitHub Actions. */
  say(text: string): void {
    this.#out.write(`${escapeUnsafe(text).replace(/^(?=\s*(?:::|##\[))/, '> ')}\n`)
  }

  get #out(): CliOutput {
    const { json, junit, markdown } = this.#settings
    return [json, junit, markdown].includes('-') ? this.#io.stderr : this.#io.stdout
  }
}

/** What a volume case measured, in one direction. */
function figuresLine({ id }: CaseResult, { messages, bytes, ms }: Figures): string {
  const perSecond = (count: number): number => (count * 1000) / Math.max(1, ms)
  return `figures  ${id}: ${messages} in ${ms} ms, ${Math.round(perSecond(messages))} a second, ${(perSecond(bytes) / 1e6).toFixed(1)} MB/s each way`
}

/** Once the server is dead, or the run is interrupted, one line says what was not run. */
function isCutShort({ diedDuring, interrupted }: SuiteReport): boolean {
  return diedDuring !== undefined || interrupted === true
}

function isShown({ verdict }: CaseResult, report: SuiteReport): boolean {
  return verdict === 'fail' || verdict === 'warn' || (verdict === 'not-run' && !isCutShort(report))
}

function isToldApart({ seen }: PinChange, report: SuiteReport): boolean {
  return !(isCutShort(report) && seen.startsWith('not-run'))
}

function changeLine({ id, expected, seen }: PinChange): string {
  return `changed  ${id}: expected ${expected}, seen ${seen}`
}

function interruptionLine(count: number): string {
  return `interrupted  ${count} ${count === 1 ? 'case was' : 'cases were'} not run`
}

function deathLine(during: readonly string[]): string {
  const cases = during.length === 0 ? 'no case was in progress' : `in progress ${during.length === 1 ? 'was' : 'were'} ${during.join(', ')}`
  return `died  the server takes no connection any more; ${cases}${during.length > 1 ? ' (--jobs 1 finds the one)' : ''}`
}

function reachedNothing({ results }: SuiteReport): boolean {
  const tried = results.filter(({ verdict }) => verdict !== 'unsupported')
  return tried.length > 0 && tried.every(({ outcome }) => outcome.startsWith('no connection'))
}

function resultLine(result: CaseResult): string {
  const rule = [result.section, ...result.requirements].join(', ')
  return result.verdict === 'pass' ? `pass  ${result.id}` : `${result.verdict.padEnd(4)}  ${result.id}: ${result.outcome} (${rule})`
}

/** HTTP/1.1 is what an ordinary endpoint is tried on: the other tiers are counted apart. */
function tierTotals({ tiers: counted, durationMs }: SuiteReport): string {
  const [first, ...others] = tiers.flatMap((tier) => (counted[tier] === undefined ? [] : [{ name: tierNames[tier], counts: counted[tier] }]))
  if (first === undefined) return 'no cases'
  const seconds = (durationMs / 1000).toFixed(1)
  const more = others.map(({ name, counts }) => (counts.unsupported === totalOf(counts) ? `${name} not tried` : `${name}: ${totalsOf(counts)}`))
  return [`${totalOf(first.counts)} cases in ${seconds} s: ${totalsOf(first.counts)}`, ...more].join('; ')
}

const tierNames: Readonly<Record<Tier, string>> = { http1: 'HTTP/1.1', http2: 'HTTP/2', volume: 'volume' }

type Counts = SuiteReport['counts']

function totalOf(counts: Counts): number {
  return verdicts.reduce((sum, verdict) => sum + counts[verdict], 0)
}

function totalsOf(counts: Counts): string {
  const shown = verdicts.filter((verdict) => counts[verdict] > 0)
  return shown.map((verdict) => `${counts[verdict]} ${verdict}`).join(', ')
}

function defectTotals({ defects }: SuiteReport): string {
  if (defects.length === 0) return ''
  const cases = defects.reduce((sum, defect) => sum + defect.cases.length, 0)
  return `; ${defects.length} ${defects.length === 1 ? 'defect' : 'defects'} in ${cases} ${cases === 1 ? 'case' : 'cases'}`
}

function defectLine({ verdict, cases, summary, section }: Defect): string {
  return `${verdict}  ${cases.length} cases have one cause: ${summary} (${section})`
}

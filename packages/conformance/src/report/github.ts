import { comparePins } from '../pins.ts'
import type { Pins } from '../pins.ts'
import type { SuiteReport } from '../result.ts'
import { escapeUnsafe } from '../unsafe-text.ts'

/** GitHub shows this many annotations of each kind for a step, and drops the rest. */
const most = 10

interface Annotation {
  readonly kind: 'error' | 'warning'
  readonly title: string
  readonly message: string
}

/**
 * Workflow commands of GitHub Actions, one a line: an error for each defect that breaks a MUST, a warning for the others.
 * @param expected with it an error for each result that is not as expected, instead
 */
export function githubAnnotations(report: SuiteReport, expected?: Pins): string[] {
  const all = [...ofTheRun(report), ...(expected === undefined ? ofDefects(report) : ofChanges(report, expected))]
  return (['error', 'warning'] as const).flatMap((kind) => {
    const annotations = all.filter((annotation) => annotation.kind === kind)
    const left = annotations.length - most
    const shown: Annotation[] = annotations.slice(0, left > 0 ? most - 1 : most)
    if (left > 0) shown.push({ kind, title: `Conformance of ${report.subject}`, message: `${left + 1} more; the log and the reports have all` })
    return shown.map(commandOf)
  })
}

function ofTheRun({ subject, diedDuring, interrupted, counts }: SuiteReport): Annotation[] {
  const title = `Conformance of ${subject}`
  if (diedDuring !== undefined) return [{ kind: 'error', title, message: `the server died; in progress: ${diedDuring.join(', ') || 'no case'}` }]
  const why = interrupted === true ? ': the run was interrupted' : ''
  return counts['not-run'] > 0 ? [{ kind: 'error', title, message: `${counts['not-run']} cases were not run${why}` }] : []
}

function ofDefects({ subject, defects }: SuiteReport): Annotation[] {
  return defects.map(({ id, verdict, summary, section, cases }) => ({
    kind: verdict === 'fail' ? 'error' : 'warning',
    title: `${subject}: ${id}`,
    message: `${summary} (${section}; ${cases.length === 1 ? cases[0] : `${cases.length} cases, the first is ${cases[0]}`})`,
  }))
}

function ofChanges(report: SuiteReport, expected: Pins): Annotation[] {
  return comparePins(report, expected)
    .filter(({ seen }) => !seen.startsWith('not-run'))
    .map(({ id, expected: verdict, seen }) => ({ kind: 'error', title: `${report.subject}: ${id}`, message: `expected ${verdict}, seen ${seen}` }))
}

/** The workflow command for one error of the whole run. */
export function githubError(title: string, message: string): string {
  return commandOf({ kind: 'error', title, message })
}

function commandOf({ kind, title, message }: Annotation): string {
  return `::${kind} title=${escapeProperty(title)}::${escapeData(message)}`
}

/** Line ends would end the command, and `%` begins an escape. */
function escapeData(text: string): string {
  return escapeUnsafe(text).replaceAll('%', '%25')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

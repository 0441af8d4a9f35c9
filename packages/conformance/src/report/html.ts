import { inlinePage } from '../page-files.ts'
import type { SuiteReport } from '../result.ts'
import { packPageData } from './page-data.ts'

/** How large a page may become, in characters. */
const mostCharacters = 1_000_000

/**
 * One file without external assets, below 1 MB: filter, search, every exchange as a sequence, several endpoints as a matrix, and a second run
 * to compare with. Where the exchanges do not fit, those of passed cases are shortened first; the JSON report has all of them.
 */
export function htmlReport(reports: readonly SuiteReport[]): string {
  const title = `Conformance of ${reports.map(({ subject }) => subject).join(', ')}`
  const page = inlinePage('report').replace('<title>Conformance</title>', () => `<title>${escapeText(title)}</title>`)
  const data = packPageData(reports, mostCharacters - page.length)
  return page.replace('<script id="reports" type="text/plain"></script>', () => `<script id="reports" type="text/plain">${data}</script>`)
}

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!)
}

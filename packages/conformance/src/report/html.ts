import { inlinePage } from '../page-files.ts'
import type { SuiteReport } from '../result.ts'

/** One file without external assets: filter, search, every exchange as a sequence, several endpoints and a second run side by side. */
export function htmlReport(reports: readonly SuiteReport[]): string {
  // A report may hold whatever a peer sent: `<` is escaped, so that nothing in it ends the script element.
  const data = JSON.stringify(reports)
    .replace(/</g, '\\u003c')
    .replace(/\u2028|\u2029/g, '')
  const title = `Conformance of ${reports.map(({ subject }) => subject).join(', ')}`
  return inlinePage('report')
    .replace('<title>Conformance</title>', () => `<title>${escapeText(title)}</title>`)
    .replace('<script id="reports" type="application/json"></script>', () => `<script id="reports" type="application/json">${data}</script>`)
}

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!)
}

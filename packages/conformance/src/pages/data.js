/** The reports that the page holds: Base64 of raw DEFLATE over JSON, with what is the same for every endpoint once. */
import { byId } from './dom.js'

/** @import { CaseResult, SuiteReport } from '../result.ts' */
/** @import { PageData } from '../report/page-types.ts' */

/** @typedef {Omit<CaseResult, 'exchange'> & { exchange?: CaseResult['exchange'], link?: string }} Result */
/** @typedef {Omit<SuiteReport, 'results'> & { results: readonly Result[] }} Report */

/** @returns {Promise<Report[]>} */
export async function readReports() {
  const packed = byId('reports', HTMLScriptElement).textContent ?? ''
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0))
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  /** @type {PageData} */
  const { cases, reports } = JSON.parse(await new Response(inflated).text())
  return reports.map((report) => ({
    ...report,
    results: report.results.flatMap((result) => {
      const shared = cases[result.id]
      return shared === undefined ? [] : [{ ...shared, end: report.end, ...result }]
    }),
  }))
}

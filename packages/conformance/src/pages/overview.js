/** What a reader sees first: the defects, and with several endpoints a matrix of them. */
import { dot, element } from './dom.js'

/** @import { Verdict } from '../result.ts' */
/** @import { Report } from './data.js' */

/** @typedef {(id: string, report: Report) => void} Show */

/**
 * @param {readonly Report[]} reports
 * @param {Report} report
 * @param {Show} show
 * @returns {HTMLElement[]}
 */
export function overview(reports, report, show) {
  const cut = (/** @type {string} */ text) => element('p', { className: 'died', textContent: text })
  const died = report.diedDuring === undefined ? [] : [cut(`The server died. In progress: ${report.diedDuring.join(', ') || 'no case'}.`)]
  const interrupted = report.interrupted === true ? [cut(`The run was interrupted: ${report.counts['not-run']} cases were not run.`)] : []
  return [
    element('h2', { textContent: 'Overview' }),
    ...died,
    ...interrupted,
    ...(reports.length > 1 ? [matrix(reports, show)] : []),
    ...defectList(report, show),
  ]
}

/**
 * @param {Report} report
 * @param {Show} show
 */
function defectList(report, show) {
  const title = element('h3', { textContent: `Defects of ${report.subject}` })
  if (report.defects.length === 0) return [title, element('p', { className: 'why', textContent: 'No case failed or warned.' })]
  const items = report.defects.map((defect) => {
    const button = element('button', { type: 'button' }, dot(defect.verdict), element('span', { textContent: defect.summary }))
    button.onclick = () => show(defect.cases[0] ?? '', report)
    const cases = defect.cases.length === 1 ? '1 case' : `${defect.cases.length} cases`
    return element('li', {}, button, element('small', { textContent: `${cases} · ${defect.section}` }))
  })
  return [title, element('ul', { className: 'defects' }, ...items)]
}

/**
 * One row for each area, one column for each endpoint; below, the cases in which they differ.
 * @param {readonly Report[]} reports
 * @param {Show} show
 */
function matrix(reports, show) {
  const areas = [...new Set(reports.flatMap(({ results }) => results.map(({ area }) => area)))]
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col', textContent: 'Area' }),
    ...reports.map(({ subject }) => element('th', { scope: 'col', textContent: subject })),
  )
  const rows = areas.map((area) => {
    const cells = reports.map((report) =>
      cell(
        report,
        report.results.filter((result) => result.area === area),
        show,
      ),
    )
    return element('tr', {}, element('th', { scope: 'row', textContent: area }), ...cells)
  })
  const table = element('table', { className: 'matrix' }, element('thead', {}, head), element('tbody', {}, ...rows))
  return element('div', { className: 'scroll' }, table)
}

/** @type {readonly Verdict[]} */
const worstFirst = ['fail', 'not-run', 'warn', 'pass', 'info', 'unsupported']

/**
 * The worst verdict of an area and how many cases have it; a click shows the first of them.
 * @param {Report} report
 * @param {Report['results']} results
 * @param {Show} show
 */
function cell(report, results, show) {
  const worst = worstFirst.find((verdict) => results.some((result) => result.verdict === verdict))
  const first = results.find(({ verdict }) => verdict === worst)
  if (worst === undefined || first === undefined) return element('td', {}, '–')
  const count = results.filter(({ verdict }) => verdict === worst).length
  const text = worst === 'pass' ? String(count) : `${count} ${worst}`
  const title = worstFirst
    .map((verdict) => [verdict, results.filter((result) => result.verdict === verdict).length])
    .flatMap(([verdict, number]) => (number === 0 ? [] : [`${number} ${verdict}`]))
    .join(', ')
  const button = element('button', { type: 'button', title }, dot(worst), text)
  button.onclick = () => show(first.id, report)
  return element('td', {}, button)
}

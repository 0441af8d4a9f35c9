/** One connection as a file, and back. */
import { visible } from './bytes.js'
import { element, problem } from './dom.js'
import { fromHar, toHar } from './har.js'
import { isReport } from './report-check.js'

/** @import { ConnectionReport } from '../report.ts' */

const format = 'hawser-connection'
/** Larger files would stop the page. */
const maxFileBytes = 64 * 1024 * 1024
/** Connections of one file, and frames of each of them: the last. The page makes elements of all. */
const maxConnections = 100
const maxFrames = 2000

/** @param {ConnectionReport} report */
export function toJson(report) {
  return { format, version: 1, connection: report }
}

/**
 * @param {string} text of a file
 * @returns {ConnectionReport[]}
 */
export function readArchive(text) {
  /** @type {any} */
  const parsed = JSON.parse(text)
  const reports = parsed?.format === format ? [parsed.connection] : fromHar(parsed)
  for (const report of reports) check(report)
  return reports.map(shortened)
}

/** @param {any} report */
function check(report) {
  if (!isReport(report)) throw new Error('it was not exported by this page')
}

/** @param {ConnectionReport} report @returns {ConnectionReport} */
function shortened(report) {
  if (report.frames.length <= maxFrames) return report
  const frames = report.frames.slice(-maxFrames)
  return { ...report, frames, firstFrame: frames[0]?.number ?? 0 }
}

/**
 * @param {() => ConnectionReport | undefined} selected
 * @param {(report: ConnectionReport) => void} loaded
 */
export function connectArchive(selected, loaded) {
  element('export-json').addEventListener('click', () => {
    const report = selected()
    if (report !== undefined) save(toJson(report), `hawser-connection-${Math.abs(report.id)}.json`)
  })
  element('export-har').addEventListener('click', () => {
    const report = selected()
    if (report !== undefined) save(toHar(report, location.protocol === 'https:'), `hawser-connection-${Math.abs(report.id)}.har`)
  })
  const input = /** @type {HTMLInputElement} */ (element('load'))
  input.addEventListener('change', () => void load(input, loaded))
}

/** @param {HTMLInputElement} input @param {(report: ConnectionReport) => void} loaded */
async function load(input, loaded) {
  const [file] = input.files ?? []
  if (file === undefined) return
  try {
    if (file.size > maxFileBytes) throw new Error('it has more than 64 MiB')
    const reports = readArchive(await file.text())
    for (const report of reports.slice(0, maxConnections)) loaded(report)
    problem()
    if (reports.length > maxConnections)
      problem('load-problem', `${visible(file.name)} has ${reports.length} connections; the first ${maxConnections} are loaded.`)
  } catch (error) {
    problem('load-problem', `${visible(file.name)} cannot be loaded: ${visible(/** @type {Error} */ (error).message)}.`)
  }
  input.value = ''
}

/** @param {object} content @param {string} name */
function save(content, name) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
  problem()
}

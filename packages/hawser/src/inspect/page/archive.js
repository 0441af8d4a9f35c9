/** One connection as a file, and back. */
import { element, problem } from './dom.js'
import { fromHar, toHar } from './har.js'

/** @import { ConnectionReport } from '../report.ts' */

const format = 'hawser-connection'
/** Larger files would stop the page. */
const maxFileBytes = 64 * 1024 * 1024

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
  return reports
}

/** @param {any} report */
function check(report) {
  const isReport =
    typeof report?.target === 'string' &&
    Array.isArray(report.frames) &&
    Array.isArray(report.handshake?.request?.lines) &&
    Array.isArray(report.handshake?.response?.lines) &&
    Array.isArray(report.handshake?.choices) &&
    typeof report.handshake?.verdict?.text === 'string' &&
    Array.isArray(report.traffic?.seconds) &&
    Array.isArray(report.traffic?.roundTrips) &&
    typeof report.sent?.messages === 'number' &&
    typeof report.received?.messages === 'number'
  if (!isReport) throw new Error('it was not exported by this page')
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
    for (const report of readArchive(await file.text())) loaded(report)
    problem()
  } catch (error) {
    problem('load-problem', `${file.name} cannot be loaded: ${/** @type {Error} */ (error).message}.`)
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

/** The report in a browser. */
import { readReports } from './data.js'
import { byId, dot, element } from './dom.js'
import { sequence } from './exchange.js'
import { overview } from './overview.js'

/** @import { Verdict } from '../result.ts' */
/** @import { Report, Result } from './data.js' */

/** @type {readonly Verdict[]} */
const kinds = ['pass', 'fail', 'warn', 'info', 'unsupported', 'not-run']

const search = byId('search', HTMLInputElement)
const areaChoice = byId('area', HTMLSelectElement)
const agentChoice = byId('agent', HTMLSelectElement)
const otherFile = byId('other', HTMLInputElement)
const list = byId('list', HTMLElement)
const detail = byId('detail', HTMLElement)
const comparison = byId('comparison', HTMLElement)

const reports = await readReports()
let report = firstReport()
const resultsOfAll = new Map(report.results.map(({ id }) => [id, /** @type {(Result | undefined)[]} */ ([])]))
for (const [index, { results }] of reports.entries()) for (const result of results) (resultsOfAll.get(result.id) ?? [])[index] = result
/** @type {Set<Verdict>} */
const shown = new Set(kinds)
if (report.counts.fail + report.counts.warn > 0) for (const kind of /** @type {const} */ (['pass', 'unsupported'])) shown.delete(kind)
/** @type {Map<string, Result> | undefined} */
let other
/** @type {string | undefined} */
let current
let onlyChanges = false

function firstReport() {
  const [first] = reports
  if (first === undefined) throw new Error('the page holds no report')
  return first
}

/** @param {string} startedAt */
const minutes = (startedAt) => startedAt.slice(0, 16).replace('T', ' ')

/**
 * How a result differs from the compared run's.
 * @param {Result} result
 */
function changeOf(result) {
  if (other === undefined) return undefined
  const before = other.get(result.id)
  if (before === undefined) return 'new'
  if (before.verdict !== result.verdict) return `${before.verdict} → ${result.verdict}`
  return before.outcome === result.outcome ? undefined : 'other outcome'
}

function drawHead() {
  const ordinary = report.tiers.http1 ?? report.counts
  const count = Object.values(ordinary).reduce((sum, number) => sum + number, 0)
  const parts = [
    `${report.end} ${report.subject}`,
    `${count} cases${report.tiers.http1 === undefined ? '' : ' over HTTP/1.1'}`,
    `${(report.durationMs / 1000).toFixed(1)} s`,
    `suite ${report.suite}, seed ${report.seed}`,
    minutes(report.startedAt),
  ]
  byId('subject', HTMLElement).textContent = parts.join(' · ')
  const buttons = kinds
    .filter((kind) => report.counts[kind] > 0)
    .map((kind) => {
      const button = element('button', { type: 'button' }, dot(kind), `${kind} ${report.counts[kind]}`)
      button.setAttribute('aria-pressed', String(shown.has(kind)))
      button.onclick = () => {
        if (!shown.delete(kind)) shown.add(kind)
        drawHead()
        drawList()
      }
      return button
    })
  byId('counts', HTMLElement).replaceChildren(...buttons)
}

function visible() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
  return report.results.filter((result) => {
    if (other !== undefined && onlyChanges ? changeOf(result) === undefined : !shown.has(result.verdict)) return false
    if (areaChoice.value !== '' && result.area !== areaChoice.value) return false
    const parts = [result.id, result.section, result.requirements.join(' '), result.outcome, result.why, result.level]
    const text = parts.join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** @param {Result} result */
function dotsOf(result) {
  if (reports.length === 1) return [dot(result.verdict)]
  const all = resultsOfAll.get(result.id) ?? []
  return reports.map((each, index) => {
    const verdict = all[index]?.verdict ?? 'none'
    return dot(verdict, `${each.subject}: ${verdict}`)
  })
}

function drawList() {
  const home = element('button', { type: 'button', className: 'home', textContent: 'Overview' })
  home.setAttribute('aria-current', String(current === undefined))
  home.dataset['id'] = ''
  home.onclick = showOverview
  const parts = [home]
  let area = ''
  for (const result of visible()) {
    if (result.area !== area) {
      area = result.area
      parts.push(element('h2', { textContent: area }))
    }
    const change = changeOf(result)
    const button = element(
      'button',
      { type: 'button', title: result.outcome },
      ...dotsOf(result),
      element('span', { className: 'name', textContent: result.id.slice(area.length + 1) }),
      change === undefined ? undefined : element('span', { className: 'change', textContent: change }),
    )
    button.setAttribute('aria-current', String(result.id === current))
    button.onclick = () => show(result)
    button.dataset['id'] = result.id
    parts.push(button)
  }
  if (parts.length === 1)
    parts.push(element('p', { className: 'none', textContent: 'No case matches. Select more verdicts above, or search for fewer words.' }))
  list.replaceChildren(...parts)
}

/**
 * @param {string} name
 * @param {Node | string} value
 */
const fact = (name, value) => [element('dt', { textContent: name }), element('dd', {}, value)]

/**
 * The section, as a link to its text where that is on the web.
 * @param {Result} result
 */
function ruleOf(result) {
  const requirements = result.requirements.length === 0 ? '' : ` (${result.requirements.join(', ')})`
  if (result.link === undefined) return result.section + requirements
  const link = element('a', { href: result.link, target: '_blank', rel: 'noopener noreferrer', textContent: result.section })
  return element('span', {}, link, requirements)
}

function showOverview() {
  current = undefined
  history.replaceState(null, '', ' ')
  for (const button of list.querySelectorAll('button')) button.setAttribute('aria-current', String(button.dataset['id'] === ''))
  detail.replaceChildren(...overview(reports, report, showIn))
  detail.scrollTop = 0
}

/**
 * Shows a case of one endpoint.
 * @param {string} id
 * @param {Report} of
 */
function showIn(id, of) {
  if (of !== report) {
    agentChoice.value = String(reports.indexOf(of))
    report = of
    drawHead()
    drawList()
  }
  const result = report.results.find((candidate) => candidate.id === id)
  if (result !== undefined) show(result)
}

/** @param {Result} result */
function show(result) {
  current = result.id
  history.replaceState(null, '', `#${encodeURIComponent(result.id)}`)
  for (const button of list.querySelectorAll('button')) button.setAttribute('aria-current', String(button.dataset['id'] === result.id))
  const before = other?.get(result.id)
  const facts = [
    fact('Verdict', element('span', { className: 'verdict' }, dot(result.verdict), result.verdict)),
    fact('Outcome', result.outcome),
    fact('Rule', ruleOf(result)),
    fact('Level', result.level),
    fact('Time', `${result.durationMs} ms`),
    before === undefined ? [] : fact('Other run', `${before.verdict}: ${before.outcome}`),
  ]
  detail.replaceChildren(
    element('h2', { textContent: result.id }),
    element('p', { className: 'why', textContent: result.why }),
    element('dl', { className: 'facts' }, ...facts.flat()),
    sequence(result.exchange, report.end === 'server' ? 'Server under test' : 'Client under test'),
  )
  detail.scrollTop = 0
}

function showCurrent() {
  const result = report.results.find(({ id }) => id === current)
  if (result === undefined) showOverview()
  else show(result)
}

/**
 * The reports in a file that --json wrote, or undefined.
 * @param {any} value
 * @returns {Report[] | undefined}
 */
function reportsOf(value) {
  const found = value?.format === 'hawser-conformance-reports-1' ? value.reports : [value]
  return Array.isArray(found) && found.length > 0 && found.every((one) => one?.format === report.format) ? found : undefined
}

async function compare() {
  const file = otherFile.files?.[0]
  if (file === undefined) return
  comparison.hidden = false
  try {
    const candidates = reportsOf(JSON.parse(await file.text()))
    const second = candidates?.find(({ subject }) => subject === report.subject) ?? candidates?.[0]
    if (second === undefined) throw new Error('not a report of this suite')
    other = new Map(second.results.map((result) => [result.id, result]))
    const changes = report.results.filter((result) => changeOf(result) !== undefined)
    const run = `${second.subject} of ${minutes(second.startedAt)}`
    onlyChanges = changes.length > 0
    comparison.textContent = onlyChanges
      ? `${changes.length} cases differ from ${run} (earlier → this run); only these are listed.`
      : `No case differs from ${run}.`
    byId('clear', HTMLElement).hidden = false
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'not JSON' : error instanceof Error ? error.message : String(error)
    comparison.textContent = `${file.name} is ${reason}. Choose a file that --json wrote.`
  }
  drawList()
  showCurrent()
}

function endComparison() {
  other = undefined
  onlyChanges = false
  otherFile.value = ''
  byId('clear', HTMLElement).hidden = true
  comparison.hidden = true
  drawList()
  showCurrent()
}

/** @param {KeyboardEvent} event */
function move(event) {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  event.preventDefault()
  const results = visible()
  const at = results.findIndex(({ id }) => id === current)
  const next = results[Math.min(results.length - 1, Math.max(0, at + step))]
  if (next === undefined) return
  show(next)
  list.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' })
}

agentChoice.hidden = reports.length === 1
agentChoice.append(...reports.map(({ subject }, index) => element('option', { value: String(index), textContent: subject })))
const areas = [...new Set(report.results.map(({ area }) => area))]
areaChoice.append(
  element('option', { value: '', textContent: 'All areas' }),
  ...areas.map((area) => element('option', { value: area, textContent: area })),
)
search.oninput = drawList
areaChoice.onchange = drawList
agentChoice.onchange = () => {
  report = reports[Number(agentChoice.value)] ?? firstReport()
  drawHead()
  drawList()
  showCurrent()
}
list.onkeydown = move
otherFile.onchange = compare
byId('clear', HTMLElement).onclick = endComparison

drawHead()
drawList()
current = decodeURIComponent(location.hash.slice(1)).trim()
showCurrent()

/** The report in a browser. What a peer sent is never markup: text reaches the page through textContent alone. */

/** @import { CaseResult, ExchangeEntry, SuiteReport, Verdict } from '../result.ts' */

/** @type {readonly Verdict[]} */
const kinds = ['pass', 'fail', 'warn', 'info', 'unsupported', 'not-run']

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function byId(id, type) {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`the page has no ${id}`)
}

const search = byId('search', HTMLInputElement)
const areaChoice = byId('area', HTMLSelectElement)
const agentChoice = byId('agent', HTMLSelectElement)
const otherFile = byId('other', HTMLInputElement)
const list = byId('list', HTMLElement)
const detail = byId('detail', HTMLElement)
const comparison = byId('comparison', HTMLElement)

/** @type {SuiteReport[]} */
const reports = JSON.parse(byId('reports', HTMLScriptElement).textContent ?? '[]')
let report = firstReport()
/** @type {ReadonlyMap<string, readonly (CaseResult | undefined)[]>} */
const resultsOfAll = new Map(report.results.map(({ id }) => [id, reports.map(({ results }) => results.find((result) => result.id === id))]))
/** @type {Set<Verdict>} */
const shown = new Set(kinds)
if (report.counts.fail + report.counts.warn > 0) shown.delete('pass')
/** @type {Map<string, CaseResult> | undefined} */
let other
/** @type {string | undefined} */
let current
let onlyChanges = false

function firstReport() {
  const [first] = reports
  if (first === undefined) throw new Error('the page holds no report')
  return first
}

/**
 * @param {string} tag
 * @param {Record<string, unknown>} properties
 * @param {(Node | string | undefined)[]} children
 * @returns {HTMLElement}
 */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** @param {Verdict | 'none'} kind */
const dot = (kind, title = /** @type {string} */ (kind)) => element('span', { className: `dot ${kind}`, title })

/** @param {string} startedAt */
const minutes = (startedAt) => startedAt.slice(0, 16).replace('T', ' ')

/**
 * How a result differs from the compared run's.
 * @param {CaseResult} result
 */
function changeOf(result) {
  if (other === undefined) return undefined
  const before = other.get(result.id)
  if (before === undefined) return 'new'
  if (before.verdict !== result.verdict) return `${before.verdict} → ${result.verdict}`
  return before.outcome === result.outcome ? undefined : 'other outcome'
}

function drawHead() {
  const seconds = (report.durationMs / 1000).toFixed(1)
  byId('subject', HTMLElement).textContent =
    `${report.end} ${report.subject} · ${report.results.length} cases in ${seconds} s · seed ${report.seed} · ${minutes(report.startedAt)}`
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

/** @param {CaseResult} result */
function dotsOf(result) {
  if (reports.length === 1) return [dot(result.verdict)]
  const all = resultsOfAll.get(result.id) ?? []
  return reports.map((each, index) => {
    const verdict = all[index]?.verdict ?? 'none'
    return dot(verdict, `${each.subject}: ${verdict}`)
  })
}

function drawList() {
  /** @type {HTMLElement[]} */
  const parts = []
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
  if (parts.length === 0)
    parts.push(element('p', { className: 'none', textContent: 'No case matches. Select more verdicts above, or search for fewer words.' }))
  list.replaceChildren(...parts)
}

/** @param {Uint8Array} bytes */
function hexdump(bytes) {
  const lines = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.slice(at, at + 16)]
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join('')
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(48)}  ${text}`)
  }
  return lines.join('\n')
}

const words = new Map([
  ['connected', 'connected'],
  ['ended', 'ended its half of the connection'],
  ['reset', 'reset the connection'],
])

/** @param {ExchangeEntry} entry */
function bubble(entry) {
  if (entry.kind !== 'bytes') {
    const className = entry.kind === 'decoded' ? 'bubble' : 'bubble quiet'
    return element('div', { className, textContent: [words.get(entry.kind), entry.text].filter(Boolean).join(' ') })
  }
  const bytes = Uint8Array.from(atob(entry.bytes ?? ''), (character) => character.charCodeAt(0))
  const isHead = /^[A-Z]+ |^HTTP\//.test(String.fromCharCode(...bytes.slice(0, 12)))
  const text = isHead ? new TextDecoder('latin1').decode(bytes).trimEnd() : hexdump(bytes)
  const length = entry.byteLength ?? bytes.length
  const more = length > bytes.length ? `\n… ${length - bytes.length} bytes more` : ''
  return element(
    'details',
    { className: 'bubble', open: bytes.length <= (isHead ? 700 : 96) },
    element('summary', { textContent: `${length} bytes` }),
    element('pre', { textContent: text + more }),
  )
}

/** @param {CaseResult} result */
function sequence(result) {
  const peer = report.end === 'server' ? 'Server under test' : 'Client under test'
  const lanes = element(
    'div',
    { className: 'lanes' },
    element('div', {}),
    element('div', { className: 'lane', textContent: 'Suite →' }),
    element('div', { className: 'lane', textContent: `← ${peer}` }),
  )
  for (const entry of result.exchange) {
    const time = element('div', { className: 'at', textContent: `${entry.atMs.toFixed(1)} ms` })
    lanes.append(time, element('div', { className: `event ${entry.from}` }, bubble(entry)))
  }
  return lanes
}

/**
 * @param {string} name
 * @param {Node | string} value
 */
const fact = (name, value) => [element('dt', { textContent: name }), element('dd', {}, value)]

/** @param {CaseResult} result */
function show(result) {
  current = result.id
  history.replaceState(null, '', `#${encodeURIComponent(result.id)}`)
  for (const button of list.querySelectorAll('button')) button.setAttribute('aria-current', String(button.dataset['id'] === result.id))
  const requirements = result.requirements.length === 0 ? '' : ` (${result.requirements.join(', ')})`
  const before = other?.get(result.id)
  const facts = [
    fact('Verdict', element('span', { className: 'verdict' }, dot(result.verdict), result.verdict)),
    fact('Outcome', result.outcome),
    fact('Rule', result.section + requirements),
    fact('Level', result.level),
    fact('Time', `${result.durationMs} ms`),
    before === undefined ? [] : fact('Other run', `${before.verdict}: ${before.outcome}`),
  ]
  detail.replaceChildren(
    element('h2', { textContent: result.id }),
    element('p', { className: 'why', textContent: result.why }),
    element('dl', { className: 'facts' }, ...facts.flat()),
    result.exchange.length > 0 ? sequence(result) : element('p', { className: 'why', textContent: 'Nothing was sent.' }),
  )
  detail.scrollTop = 0
}

function showCurrent() {
  const result = report.results.find(({ id }) => id === current)
  if (result !== undefined) show(result)
}

/**
 * The reports in a file that --json wrote, or undefined.
 * @param {any} value
 * @returns {SuiteReport[] | undefined}
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
const wanted = decodeURIComponent(location.hash.slice(1))
const first = report.results.find(({ id }) => id === wanted) ?? visible()[0]
if (first !== undefined) show(first)

/** Plain text goes in through textContent alone: what a peer sent is never markup. */
export const pageScript: string = String.raw`
'use strict'
const report = JSON.parse(document.getElementById('report').textContent)
const kinds = ['pass', 'fail', 'warn', 'info', 'unsupported']
const shown = new Set(kinds.filter((kind) => report.counts[kind] > 0))
if (report.counts.fail + report.counts.warn > 0) shown.delete('pass')
let other, current, onlyChanges = false
const byId = (id) => document.getElementById(id)
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children.filter((child) => child !== undefined))
  return made
}
const dot = (kind) => element('span', { className: 'dot ' + kind, title: kind })
byId('subject').textContent = report.end + ' ' + report.subject + ' · ' + report.results.length + ' cases in ' + (report.durationMs / 1000).toFixed(1) + ' s · seed ' + report.seed + ' · ' + report.startedAt.slice(0, 16).replace('T', ' ')
byId('area').append(element('option', { value: '', textContent: 'All areas' }), ...[...new Set(report.results.map((r) => r.area))].map((area) => element('option', { value: area, textContent: area })))
function changeOf(result) {
  if (!other) return undefined
  const before = other.get(result.id)
  if (!before) return 'new'
  if (before.verdict !== result.verdict) return before.verdict + ' → ' + result.verdict
  return before.outcome !== result.outcome ? 'other outcome' : undefined
}
function counts() {
  byId('counts').replaceChildren(...kinds.map((kind) => {
    const button = element('button', { type: 'button' }, dot(kind), kind + ' ' + report.counts[kind])
    button.setAttribute('aria-pressed', shown.has(kind))
    button.onclick = () => { shown.has(kind) ? shown.delete(kind) : shown.add(kind); counts(); list() }
    return button
  }))
}
function visible() {
  const words = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean)
  const area = byId('area').value
  return report.results.filter((result) => {
    if (other && onlyChanges ? !changeOf(result) : !shown.has(result.verdict)) return false
    if (area && result.area !== area) return false
    const text = [result.id, result.section, result.requirements.join(' '), result.outcome, result.why, result.level].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
function list() {
  const results = visible()
  const parts = []
  let area
  for (const result of results) {
    if (result.area !== area) parts.push(element('h2', { textContent: area = result.area }))
    const change = changeOf(result)
    const button = element('button', { type: 'button', title: result.outcome }, dot(result.verdict), element('span', { textContent: result.id.slice(result.area.length + 1) }), change && element('span', { className: 'change', textContent: change }))
    button.setAttribute('aria-current', result === current)
    button.onclick = () => show(result)
    button.dataset.id = result.id
    parts.push(button)
  }
  if (parts.length === 0) parts.push(element('p', { className: 'none', textContent: 'No case matches. Turn on more verdicts above, or search for less.' }))
  byId('list').replaceChildren(...parts)
}
function hexdump(bytes) {
  const lines = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.slice(at, at + 16)
    lines.push(at.toString(16).padStart(4, '0') + '  ' + [...row].map((b) => b.toString(16).padStart(2, '0')).join(' ').padEnd(48) + '  ' + [...row].map((b) => b > 31 && b < 127 ? String.fromCharCode(b) : '·').join(''))
  }
  return lines.join('\n')
}
function bubble(entry) {
  if (entry.kind !== 'bytes') {
    const words = { connected: 'connected', ended: 'ended its half', reset: 'reset the connection' }
    return element('div', { className: 'bubble' + (entry.kind === 'decoded' ? '' : ' quiet'), textContent: [words[entry.kind], entry.text].filter(Boolean).join(' ') })
  }
  const bytes = Uint8Array.from(atob(entry.bytes), (character) => character.charCodeAt(0))
  const head = /^[A-Z]+ |^HTTP\//.test(String.fromCharCode(...bytes.slice(0, 12)))
  const text = head ? new TextDecoder('latin1').decode(bytes).trimEnd() : hexdump(bytes)
  const more = entry.byteLength > bytes.length ? '\n… ' + (entry.byteLength - bytes.length) + ' bytes more' : ''
  return element('details', { className: 'bubble', open: bytes.length <= (head ? 700 : 96) }, element('summary', { textContent: entry.byteLength + ' bytes' }), element('pre', { textContent: text + more }))
}
function sequence(result) {
  const peer = report.end === 'server' ? 'Server under test' : 'Client under test'
  const lanes = element('div', { className: 'lanes' }, element('div'), element('div', { className: 'lane', textContent: 'Suite →' }), element('div', { className: 'lane', textContent: '← ' + peer }))
  for (const entry of result.exchange) lanes.append(element('div', { className: 'at', textContent: entry.atMs.toFixed(1) + ' ms' }), element('div', { className: 'event ' + entry.from }, bubble(entry)))
  return lanes
}
function show(result) {
  current = result
  history.replaceState(null, '', '#' + encodeURIComponent(result.id))
  for (const button of byId('list').querySelectorAll('button')) button.setAttribute('aria-current', button.dataset.id === result.id)
  const facts = [['Verdict', element('span', { className: 'verdict' }, dot(result.verdict), result.verdict)], ['Outcome', result.outcome], ['Rule', result.section + (result.requirements.length ? ' (' + result.requirements.join(', ') + ')' : '')], ['Level', result.level], ['Time', result.durationMs + ' ms']]
  const before = other && other.get(result.id)
  if (before) facts.push(['Other run', before.verdict + ': ' + before.outcome])
  byId('detail').replaceChildren(
    element('h2', { textContent: result.id }),
    element('p', { className: 'why', textContent: result.why }),
    element('dl', { className: 'facts' }, ...facts.flatMap(([name, value]) => [element('dt', { textContent: name }), element('dd', {}, value)])),
    result.exchange.length ? sequence(result) : element('p', { className: 'why', textContent: 'Nothing was sent.' }),
  )
  byId('detail').scrollTop = 0
}
byId('search').oninput = list
byId('area').onchange = list
byId('list').onkeydown = (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step) return
  event.preventDefault()
  const results = visible()
  const next = results[Math.min(results.length - 1, Math.max(0, results.indexOf(current) + step))]
  if (next) { show(next); byId('list').querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' }) }
}
byId('other').onchange = async () => {
  const [file] = byId('other').files
  if (!file) return
  const state = byId('comparison')
  state.hidden = false
  try {
    const second = JSON.parse(await file.text())
    if (second.format !== report.format) throw new Error('not a report of this suite')
    other = new Map(second.results.map((result) => [result.id, result]))
    const changes = report.results.filter(changeOf)
    onlyChanges = changes.length > 0
    state.textContent = changes.length === 0 ? 'No case differs from ' + second.subject + ' of ' + second.startedAt.slice(0, 16) : changes.length + ' cases differ from ' + second.subject + ' of ' + second.startedAt.slice(0, 16).replace('T', ' ') + ' (earlier → this run); only they are listed.'
    byId('clear').hidden = false
  } catch (error) {
    state.textContent = file.name + ' is ' + (error instanceof SyntaxError ? 'not JSON' : error.message) + '. Choose a file that --json wrote.'
  }
  list()
  if (current) show(current)
}
byId('clear').onclick = () => { other = undefined; onlyChanges = false; byId('other').value = ''; byId('clear').hidden = true; byId('comparison').hidden = true; list(); if (current) show(current) }
counts()
list()
const wanted = decodeURIComponent(location.hash.slice(1))
const first = report.results.find((result) => result.id === wanted) || visible()[0]
if (first) show(first)
`

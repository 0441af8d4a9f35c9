import { element, make } from './dom.js'
import { note } from './timeline.js'

/** @import { HandshakeReport, LineReport } from '../handshake-report.ts' */
/** @import { Citation } from '../citation.ts' */

export function clearWire() {
  element('wire').hidden = true
  element('wire-empty').hidden = false
}

/**
 * Shows the handshake as the server saw it. The server explains; this page judges nothing.
 * @param {string} id
 */
export async function showHandshake(id) {
  const report = await fetchReport(id)
  if (report === undefined) return
  const verdict = element('verdict')
  verdict.textContent = `${report.verdict.text} The handshake went over HTTP/${report.httpVersion}.`
  note('carried by', `HTTP/${report.httpVersion}`)
  verdict.className = `verdict ${report.verdict.outcome === 'opened' ? 'good' : 'bad'}`
  appendCitation(verdict, report.verdict.citation)
  fillLines(element('request'), report.request.lines)
  fillLines(element('response'), report.response.lines)
  fillRaw(element('request-raw'), report.request.raw)
  fillRaw(element('response-raw'), report.response.raw)
  element('content').hidden = report.response.content === ''
  element('content-text').textContent = report.response.content
  fillAccept(report.accept)
  element('wire-empty').hidden = true
  element('wire').hidden = false
}

/**
 * @param {string} id
 * @returns {Promise<HandshakeReport | undefined>}
 */
async function fetchReport(id) {
  try {
    const response = await fetch(`/inspect/handshakes/${id}`, { cache: 'no-store' })
    if (response.ok) return await response.json()
    element('wire-empty').textContent = 'This handshake did not reach the server.'
  } catch {
    element('wire-empty').textContent = 'The server can no longer be reached.'
  }
  return undefined
}

/**
 * @param {HTMLElement} node
 * @param {Citation | undefined} citation
 */
function appendCitation(node, citation) {
  if (citation === undefined) return
  const link = make('a', citation.text, 'cite')
  if (citation.href !== '') {
    link.href = citation.href
    link.rel = 'noreferrer'
    link.target = '_blank'
  }
  node.append(' (', link, ')')
}

/**
 * @param {HTMLElement} list
 * @param {readonly LineReport[]} lines
 */
function fillLines(list, lines) {
  list.replaceChildren(
    ...lines.map((line) => {
      const item = make('li', undefined, line.part === 'handshake' ? '' : 'other')
      const code = make('code')
      if (line.name === undefined) code.append(make('span', line.raw, 'name'))
      else code.append(make('span', line.name, 'name'), line.raw.slice(line.name.length))
      const meaning = make('p', line.meaning, 'note')
      appendCitation(meaning, line.citation)
      item.append(code, meaning)
      return item
    }),
  )
}

/**
 * The bytes with their line ends made visible.
 * @param {HTMLElement} pre
 * @param {string} raw
 */
function fillRaw(pre, raw) {
  pre.replaceChildren(
    ...raw.split(/(\r?\n)/).map((piece) => {
      if (piece === '\r\n') return make('i', '\\r\\n\n')
      return piece === '\n' ? make('i', '\\n\n') : document.createTextNode(piece)
    }),
  )
}

/** @param {HandshakeReport['accept']} accept */
function fillAccept(accept) {
  element('accept').hidden = accept === undefined
  if (accept === undefined) return
  const [text, className] = acceptCheck(accept)
  const check = make('li')
  check.append(make('span', text, `check ${className}`))
  element('accept-steps').replaceChildren(
    step('The key as it was sent, not decoded:', accept.key),
    step('followed by the GUID of RFC 6455 section 1.3:', accept.joined),
    step('SHA-1 of these characters, in hexadecimal:', accept.sha1),
    step('the same twenty bytes in base64:', accept.accept),
    check,
  )
}

/**
 * @param {NonNullable<HandshakeReport['accept']>} accept
 * @returns {[text: string, className: string]}
 */
function acceptCheck(accept) {
  if (accept.sent === undefined) return ['The server refused, so its response carries no Sec-WebSocket-Accept.', '']
  if (accept.matches) return ['✓ The response carries exactly this value.', 'good-text']
  return [`✗ The response carries ${accept.sent} instead.`, 'bad-text']
}

/**
 * @param {string} text
 * @param {string} value
 */
function step(text, value) {
  const item = make('li')
  item.append(`${text} `, make('code', value))
  return item
}

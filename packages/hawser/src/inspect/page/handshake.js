/** The opening handshake of the selected connection. The server explains; this page judges nothing. */
import { visible } from './bytes.js'
import { element, make } from './dom.js'

/** @import { HandshakeReport, LineReport } from '../handshake-report.ts' */
/** @import { Citation } from '../citation.ts' */
/** @import { Choice } from '../choices.ts' */

/** @param {HandshakeReport} report */
export function showHandshake(report) {
  const verdict = element('verdict')
  verdict.textContent = `${report.verdict.text}${report.httpVersion === '' ? '' : ` The handshake went over HTTP/${report.httpVersion}.`}`
  verdict.className = `verdict ${report.verdict.outcome === 'opened' ? 'good' : 'bad'}`
  appendCitation(verdict, report.verdict.citation)
  fillChoices(report.choices)
  fillLines(element('request'), report.request.lines)
  fillLines(element('response'), report.response.lines)
  element('no-response').hidden = report.response.lines.length > 0
  fillRaw(element('request-raw'), report.request.raw)
  fillRaw(element('response-raw'), report.response.raw)
  element('content').hidden = report.response.content === ''
  element('content-text').textContent = visible(report.response.content, true)
  fillAccept(report.accept)
}

/** @param {readonly Choice[]} choices */
function fillChoices(choices) {
  element('choices').hidden = choices.length === 0
  element('choices-list').replaceChildren(
    ...choices.map(({ kind, offered, isChosen, why }) => {
      const item = make('li', undefined, isChosen ? 'chosen' : '')
      item.append(make('span', isChosen ? '✓ ' : '✗ ', isChosen ? 'good-text' : 'soft'), `${kind} `, make('code', offered), make('p', why, 'note'))
      return item
    }),
  )
}

/**
 * @param {HTMLElement} node
 * @param {Citation | undefined} citation
 */
function appendCitation(node, citation) {
  if (citation === undefined) return
  const link = make('a', citation.text, 'cite')
  // A file that was loaded may have any address here.
  if (citation.href.startsWith('https://')) {
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
  if (accept.sent === undefined) return ['There is no response that carries it: Sec-WebSocket-Accept is sent only where the server accepts.', '']
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

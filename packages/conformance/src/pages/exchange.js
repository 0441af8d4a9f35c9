/** One exchange as a sequence: the suite on the left, the endpoint under test on the right. */
import { element } from './dom.js'

/** @import { ExchangeEntry } from '../result.ts' */

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

const eventWords = new Map([
  ['connected', 'connected'],
  ['ended', 'ended its half of the connection'],
  ['reset', 'reset the connection'],
])

/** @param {ExchangeEntry} entry */
function bubble(entry) {
  if (entry.kind !== 'bytes') {
    const className = entry.kind === 'decoded' ? 'bubble' : 'bubble quiet'
    return element('div', { className, textContent: [eventWords.get(entry.kind), entry.text].filter(Boolean).join(' ') })
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

/**
 * @param {readonly ExchangeEntry[] | undefined} exchange
 * @param {string} peer
 */
export function sequence(exchange, peer) {
  const nothing = exchange === undefined ? 'This page has no room for the exchange; the file that --json writes has it.' : 'Nothing was sent.'
  if (exchange === undefined || exchange.length === 0) return element('p', { className: 'why', textContent: nothing })
  const lanes = element(
    'div',
    { className: 'lanes' },
    element('div', {}),
    element('div', { className: 'lane', textContent: 'Suite →' }),
    element('div', { className: 'lane', textContent: `← ${peer}` }),
  )
  for (const entry of exchange) {
    const time = element('div', { className: 'at', textContent: `${entry.atMs.toFixed(1)} ms` })
    lanes.append(time, element('div', { className: `event ${entry.from}` }, bubble(entry)))
  }
  return lanes
}

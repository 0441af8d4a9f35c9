import { hex } from './bytes.js'
import { element, make } from './dom.js'

/** Entries kept on the page; the oldest goes first. */
const maxEntries = 500
/** Characters of a text, and four times the bytes of a binary message, that an entry shows. */
const maxShown = 4096

/**
 * Adds an entry to what the script sees.
 * @param {string} what
 * @param {string} [text]
 * @param {'good' | 'bad'} [kind]
 */
export function note(what, text, kind) {
  const item = make('li', undefined, kind)
  const now = new Date()
  const time = make('time', `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, '0')}`)
  const body = make('div')
  body.append(make('span', what, 'what'))
  if (text !== undefined && text !== '') body.append(' ', make('code', text))
  item.append(time, body)
  const log = element('timeline-log')
  const list = element('timeline')
  const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4
  list.append(item)
  while (list.children.length > maxEntries) list.firstElementChild?.remove()
  log.hidden = false
  element('timeline-empty').hidden = true
  if (isAtEnd) log.scrollTop = log.scrollHeight
}

/**
 * The beginning of a message, and its length where that is not all.
 * @param {string | ArrayBuffer | Uint8Array} data
 */
export function describe(data) {
  if (typeof data === 'string') return data.length > maxShown ? `${data.slice(0, maxShown)}… (${data.length} characters)` : data
  const bytes = new Uint8Array(data)
  const more = bytes.length > maxShown / 4 ? ' …' : ''
  return `${hex(bytes.subarray(0, maxShown / 4))}${more} (${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'})`
}

/** The list of connections, with its filter and its search. */
import { counted, size, visible } from './bytes.js'
import { element, field, make, say } from './dom.js'

/** @import { ConnectionSummary } from '../report.ts' */

const stateNames = { OPEN: 'open', CLOSED: 'closed', FAILED: 'failed' }

export class Connections {
  /** @type {(id: number) => void} */
  #select
  /** @type {Map<number, { item: HTMLLIElement, button: HTMLButtonElement, shown: string, search: string, summary: ConnectionSummary }>} */
  #entries = new Map()
  /** Those of the server, newest first, and before them those that were loaded. @type {readonly ConnectionSummary[]} */
  #live = []
  /** @type {ConnectionSummary[]} */
  #loaded = []
  /** @type {number | undefined} */
  #selected

  /** @param {(id: number) => void} select */
  constructor(select) {
    this.#select = select
    field('search').addEventListener('input', () => this.#filter())
    field('filter').addEventListener('change', () => this.#filter())
    element('connections').addEventListener('keydown', (event) => this.#key(event))
  }

  /** @param {readonly ConnectionSummary[]} connections @param {number} dropped */
  update(connections, dropped) {
    this.#live = connections
    this.#render()
    element('dropped').hidden = dropped === 0
    say(element('dropped'), `${counted(dropped, 'earlier connection is', 'earlier connections are')} no longer kept.`)
  }

  /** @param {ConnectionSummary} summary */
  addLoaded(summary) {
    this.#loaded.unshift(summary)
    this.#render()
  }

  /** @param {number | undefined} id */
  mark(id) {
    this.#selected = id
    for (const [own, { button }] of this.#entries) button.setAttribute('aria-current', String(own === id))
  }

  /** @param {string} text @returns {number | undefined} the newest whose target has this text */
  find(text) {
    return this.#live.find(({ target }) => target.includes(text))?.id
  }

  #render() {
    const all = [...this.#loaded, ...this.#live]
    const ids = new Set(all.map(({ id }) => id))
    for (const [id, { item }] of this.#entries) {
      if (ids.has(id)) continue
      item.remove()
      this.#entries.delete(id)
    }
    const list = element('connections')
    let position = 0
    for (const summary of all) {
      const { item } = this.#entry(summary)
      // Moving an element loses its focus, so only a new one is inserted.
      if (list.children[position] !== item) list.insertBefore(item, list.children[position] ?? null)
      position++
    }
    this.#filter()
  }

  /** @param {ConnectionSummary} summary */
  #entry(summary) {
    let entry = this.#entries.get(summary.id)
    if (entry === undefined) {
      const item = make('li')
      const button = make('button')
      button.type = 'button'
      button.setAttribute('aria-current', String(summary.id === this.#selected))
      button.addEventListener('click', () => this.#select(summary.id))
      item.append(button)
      entry = { item, button, shown: '', search: '', summary }
      this.#entries.set(summary.id, entry)
    }
    entry.summary = summary
    const lines = describe(summary)
    const shown = lines.join('\n')
    if (shown === entry.shown) return entry
    entry.shown = shown
    entry.search = `${shown} ${summary.subprotocol} ${summary.extensions} ${summary.status ?? ''} ${summary.code ?? ''}`.toLowerCase()
    const [state = '', target = '', ...facts] = lines
    const head = make('span', undefined, 'head')
    head.append(make('span', state, `badge ${summary.state}`), make('bdi', target, 'target'))
    entry.button.replaceChildren(head, ...facts.map((fact) => make('span', fact, fact === visible(summary.problem) ? 'fact bad-text' : 'fact')))
    return entry
  }

  #filter() {
    const words = field('search').value.toLowerCase().split(/\s+/)
    const filter = field('filter').value
    let visibleCount = 0
    for (const { item, search, summary } of this.#entries.values()) {
      const matches = filter === 'all' || (filter === 'problem' ? summary.problem !== '' : summary.state === filter)
      item.hidden = !matches || !words.every((word) => search.includes(word))
      if (!item.hidden) visibleCount++
    }
    const total = this.#entries.size
    say(element('found'), visibleCount === total ? counted(total, 'connection') : `${visibleCount} of ${counted(total, 'connection')}`)
    element('connections-empty').hidden = total > 0
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    const buttons = /** @type {HTMLButtonElement[]} */ ([...element('connections').querySelectorAll('li:not([hidden]) button')])
    const next = buttons[buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement)) + step]
    if (next === undefined) return
    event.preventDefault()
    next.focus()
  }
}

/** @param {ConnectionSummary} summary @returns {string[]} the state, the target, and further lines */
function describe(summary) {
  const { state, target, remote, role, startedAt, subprotocol, code, status, sent, received, problem } = summary
  const time = new Date(startedAt).toTimeString().slice(0, 8)
  const end = state === 'CLOSED' ? ` ${code ?? ''}` : state === 'FAILED' && status !== null ? ` ${status}` : ''
  const loaded = summary.id < 0 ? 'loaded, ' : ''
  return [
    `${stateNames[state]}${end}`,
    visible(target),
    visible(`${loaded}${role === 'client' ? 'to' : 'from'} ${remote || '?'} at ${time}${subprotocol === '' ? '' : `, ${subprotocol}`}`),
    ...(state === 'FAILED'
      ? []
      : [`↑ ${counted(sent.messages, 'message')}, ${size(sent.bytes)}  ↓ ${counted(received.messages, 'message')}, ${size(received.bytes)}`]),
    ...(problem === '' ? [] : [visible(problem)]),
  ]
}

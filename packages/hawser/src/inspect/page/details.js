/** The selected connection: its summary and its tabs. */
import { counted, size, visible } from './bytes.js'
import { showCharts } from './charts.js'
import { showClosing } from './closing.js'
import { showCode } from './code.js'
import { element, fillFacts, make, say } from './dom.js'
import { Frames } from './frames.js'
import { showHandshake } from './handshake.js'
import { programsFor } from './programs.js'

/** @import { ConnectionReport, Counters, FrameReport } from '../report.ts' */
/** @import { PageFacts } from '../server-facts.ts' */

const tabs = ['handshake', 'frames', 'closing', 'charts', 'code']
/** Frames kept for an export. */
const maxFrames = 2000

export class Details {
  #frames = new Frames()
  /** @type {PageFacts} */
  #facts
  /** @type {ConnectionReport | undefined} */
  #report
  /** All frames that came, for an export. @type {FrameReport[]} */
  #all = []
  #handshakeText = ''

  /** @param {PageFacts} facts */
  constructor(facts) {
    this.#facts = facts
    this.#frames.framesPerSecond = facts.framesPerSecond
    for (const name of tabs) element(`tab-${name}`).addEventListener('click', () => selectTab(name))
    element('tab-handshake').parentElement?.addEventListener('keydown', tabKey)
  }

  /** The report with all frames that came. */
  get report() {
    return this.#report && { ...this.#report, frames: this.#all }
  }

  get nextFrame() {
    return this.#frames.next
  }

  /** Another connection is selected, perhaps of a server that counts from 1 again. */
  select() {
    this.#report = undefined
    this.#all = []
    this.#handshakeText = ''
    this.#frames.clear()
    element('charts').replaceChildren()
    element('compression').replaceChildren()
    element('details').hidden = true
    element('details-empty').hidden = true
    element('gone').hidden = true
  }

  /** @param {ConnectionReport} report @param {number} now */
  show(report, now) {
    this.#report = report
    const next = this.#all.at(-1)?.number ?? -1
    this.#all = [...this.#all, ...report.frames.filter(({ number }) => number > next)].slice(-maxFrames)
    const { target, handshake } = report
    const title = element('details-title')
    if (title.textContent !== visible(target)) title.replaceChildren(make('bdi', visible(target)))
    fillFacts(element('summary'), summary(report))
    const handshakeText = JSON.stringify(handshake)
    if (handshakeText !== this.#handshakeText) showHandshake(handshake)
    this.#handshakeText = handshakeText
    this.#frames.add(report)
    const frames = report.sent.frames + report.received.frames
    say(element('frame-count'), frames === 0 ? '' : `(${frames.toLocaleString('en')})`)
    showClosing(report)
    if (!element('panel-charts').hidden || element('charts').childElementCount === 0) showCharts(report, now)
    showCode(programsFor(report, this.#facts, location.protocol === 'https:'))
    element('details').hidden = false
    element('details-empty').hidden = true
  }

  /** The selected connection is no longer kept by the server. What is here stays. */
  gone() {
    element('gone').hidden = false
  }
}

/** @param {ConnectionReport} report @returns {[string, string][]} */
function summary({ state, role, remote, startedAt, endedAt, subprotocol, extensions, sent, received, code, problem }) {
  return [
    ['State', { OPEN: 'open', CLOSED: 'closed', FAILED: 'handshake failed' }[state]],
    [role === 'client' ? 'Server' : 'Client', remote || '?'],
    ['Began', new Date(startedAt).toLocaleString()],
    ...(endedAt === null ? [] : [/** @type {[string, string]} */ (['Lasted', `${((endedAt - startedAt) / 1000).toFixed(3)} s`])]),
    ['Subprotocol', subprotocol || 'none'],
    ['Extensions', extensions || 'none'],
    ...(state === 'FAILED'
      ? []
      : [/** @type {[string, string]} */ (['Sent', passed(sent)]), /** @type {[string, string]} */ (['Received', passed(received)])]),
    ...(code === null ? [] : [/** @type {[string, string]} */ (['Close code', String(code)])]),
    ...(problem === '' ? [] : [/** @type {[string, string]} */ (['Problem', visible(problem)])]),
  ]
}

/** Control frames have payloads too, and compressed ones are shorter than their messages. @param {Counters} counters */
function passed({ messages, frames, bytes }) {
  return `${counted(messages, 'message')}, ${counted(frames, 'frame')}, ${size(bytes)} of payload on the wire`
}

/** @param {string} name */
function selectTab(name) {
  for (const one of tabs) {
    const isSelected = one === name
    const tab = element(`tab-${one}`)
    tab.setAttribute('aria-selected', String(isSelected))
    tab.tabIndex = isSelected ? 0 : -1
    element(`panel-${one}`).hidden = !isSelected
  }
}

/** @param {KeyboardEvent} event */
function tabKey(event) {
  const current = tabs.findIndex((name) => element(`tab-${name}`).getAttribute('aria-selected') === 'true')
  const target =
    event.key === 'ArrowRight'
      ? current + 1
      : event.key === 'ArrowLeft'
        ? current - 1
        : event.key === 'Home'
          ? 0
          : event.key === 'End'
            ? -1
            : undefined
  if (target === undefined) return
  const name = tabs.at(target % tabs.length) ?? 'handshake'
  event.preventDefault()
  selectTab(name)
  element(`tab-${name}`).focus()
}

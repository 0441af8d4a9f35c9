/** The frames of the selected connection: fragments grouped into messages, control frames between them. */
import { concatenated, counted, decodeText, fromBase64, hexDump, size, visible } from './bytes.js'
import { element, field, make, say } from './dom.js'

/** @import { ConnectionReport, FrameReport } from '../report.ts' */

/** Entries on the page; the oldest goes first. */
const maxEntries = 500
/** Characters of a message in its line. */
const previewLength = 120

/** @type {Readonly<Record<number, string>>} */
const opcodeNames = { 0: 'continuation', 1: 'text', 2: 'binary', 8: 'Close', 9: 'Ping', 10: 'Pong' }

/** @param {number} opcode */
export function opcodeName(opcode) {
  return opcodeNames[opcode] ?? `reserved opcode ${opcode}`
}

/**
 * One line: a message with its fragments, or a control frame.
 * @typedef {{ frames: FrameReport[], item: HTMLLIElement, button: HTMLButtonElement, detail: HTMLDivElement, search: string, isDetailed: boolean }} Entry
 */

export class Frames {
  /** @type {Entry[]} */
  #entries = []
  /** Messages that have not ended, by their direction. @type {Map<string, Entry>} */
  #open = new Map()
  #startedAt = 0
  /** Entries that are no longer on the page. */
  #dropped = 0
  #next = 0
  #framesPerSecond = 0

  constructor() {
    field('frame-search').addEventListener('input', () => this.#filterAll())
    field('frame-filter').addEventListener('change', () => this.#filterAll())
    element('frames').addEventListener('keydown', (event) => this.#key(event))
  }

  /** The number of the first frame that is not here. */
  get next() {
    return this.#next
  }

  /** @param {number} framesPerSecond */
  set framesPerSecond(framesPerSecond) {
    this.#framesPerSecond = framesPerSecond
  }

  clear() {
    this.#entries = []
    this.#open.clear()
    this.#next = 0
    this.#dropped = 0
    element('frames').replaceChildren()
  }

  /** @param {ConnectionReport} report */
  add(report) {
    this.#startedAt = report.startedAt
    const list = element('frames')
    const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 4
    for (const frame of report.frames) if (frame.number >= this.#next) this.#addFrame(frame)
    this.#next = Math.max(this.#next, report.nextFrame)
    for (; this.#entries.length > maxEntries; this.#dropped++) this.#entries.shift()?.item.remove()
    this.#showNotice(report)
    element('frames-empty').hidden = this.#entries.length > 0
    if (isAtEnd) list.scrollTop = list.scrollHeight
  }

  /** @param {ConnectionReport} report */
  #showNotice(report) {
    const { skipped, firstFrame } = report
    const sentences = []
    if (skipped > 0) {
      const limit = this.#framesPerSecond > 0 ? ` It keeps ${this.#framesPerSecond} data frames a second.` : ''
      sentences.push(`Sampled: ${counted(skipped, 'frame was', 'frames were')} counted and not kept, because too many came at once.${limit}`)
    }
    if (firstFrame > 0) sentences.push(`The first ${counted(firstFrame, 'kept frame is', 'kept frames are')} gone: only the last are here.`)
    if (this.#dropped > 0) sentences.push(`The list has the last ${maxEntries.toLocaleString('en')} entries; an export has more.`)
    element('sampled').hidden = sentences.length === 0
    say(element('sampled'), sentences.join(' '))
  }

  /** @param {FrameReport} frame */
  #addFrame(frame) {
    if (frame.skipped > 0) {
      // A message of which a frame is missing is not continued.
      this.#open.clear()
      const gap = make('li', `${counted(frame.skipped, 'frame was', 'frames were')} counted and not kept.`, 'gap')
      element('frames').append(gap)
      this.#entries.push({ frames: [], item: gap, button: make('button'), detail: make('div'), search: '', isDetailed: false })
    }
    const isControl = frame.message === null
    const open = isControl ? undefined : this.#open.get(frame.direction)
    if (open !== undefined && frame.opcode === 0 && open.frames[0]?.message === frame.message) {
      open.frames.push(frame)
      this.#describe(open)
      if (frame.fin) this.#open.delete(frame.direction)
      return
    }
    const item = make('li', undefined, frame.direction)
    const button = make('button')
    button.type = 'button'
    button.setAttribute('aria-expanded', 'false')
    const detail = make('div', undefined, 'detail')
    detail.hidden = true
    item.append(button, detail)
    /** @type {Entry} */
    const entry = { frames: [frame], item, button, detail, search: '', isDetailed: false }
    button.addEventListener('click', () => this.#toggle(entry))
    if (!isControl && !frame.fin) this.#open.set(frame.direction, entry)
    this.#entries.push(entry)
    this.#describe(entry)
    element('frames').append(item)
  }

  /** @param {Entry} entry */
  #describe(entry) {
    const { frames, button } = entry
    const [first] = frames
    if (first === undefined) return
    const text = previewOf(frames)
    entry.search = text.toLowerCase()
    const seconds = ((first.time - this.#startedAt) / 1000).toFixed(3)
    const length = frames.reduce((sum, frame) => sum + frame.length, 0)
    const ended = frames.at(-1)?.fin === true || first.message === null
    const compressed = first.rsv.includes(1) ? ', compressed' : ''
    const pieces = frames.length > 1 ? `, ${frames.length} fragments` : ''
    button.replaceChildren(
      make('span', `+${seconds}`, 'time'),
      make('span', first.direction === 'sent' ? '↑ sent' : '↓ received', 'direction'),
      make('span', opcodeName(first.messageOpcode ?? first.opcode), first.message === null ? 'kind control' : 'kind'),
      make('span', `${size(length)}${compressed}${pieces}${ended ? '' : ', not ended'}`, 'size'),
      make('bdi', text.slice(0, previewLength), 'preview'),
    )
    if (entry.isDetailed) this.#fillDetail(entry)
    this.#filter(entry)
  }

  /** @param {Entry} entry */
  #toggle(entry) {
    const isOpen = entry.button.getAttribute('aria-expanded') === 'true'
    entry.button.setAttribute('aria-expanded', String(!isOpen))
    entry.detail.hidden = isOpen
    if (!entry.isDetailed) this.#fillDetail(entry)
    entry.isDetailed = true
  }

  /** @param {Entry} entry */
  #fillDetail({ frames, detail }) {
    detail.replaceChildren(...(frames.length > 1 ? [payloadView(joined(frames), 'The whole message')] : []), ...frames.map(frameView))
  }

  #filterAll() {
    for (const entry of this.#entries) this.#filter(entry)
  }

  /** @param {Entry} entry */
  #filter({ frames, item, search }) {
    const [first] = frames
    const filter = field('frame-filter').value
    const text = field('frame-search').value.toLowerCase()
    if (first === undefined) item.hidden = filter !== 'all' || text !== ''
    else {
      const kind = first.message === null ? 'control' : 'data'
      item.hidden = (filter !== 'all' && filter !== kind && filter !== first.direction) || !search.includes(text)
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    const buttons = /** @type {HTMLButtonElement[]} */ ([...element('frames').querySelectorAll('li:not([hidden]) > button')])
    const next = buttons[buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement)) + step]
    if (next === undefined) return
    event.preventDefault()
    next.focus()
  }
}

/**
 * The payload of a message as far as it was kept, and its whole length. Decompressed where it was compressed.
 * @param {readonly FrameReport[]} frames
 * @returns {{ bytes: Uint8Array, length: number, isText: boolean, problem: string }}
 */
export function joined(frames) {
  const first = frames[0]
  const isText = first?.messageOpcode === 1
  const inflated = frames.at(-1)?.inflated
  if (inflated) {
    if (inflated.length !== null) return { bytes: fromBase64(inflated.data), length: inflated.length, isText, problem: '' }
    return { bytes: new Uint8Array(), length: 0, isText, problem: inflated.problem }
  }
  if (first?.rsv.includes(1)) return { bytes: new Uint8Array(), length: 0, isText, problem: 'it has not ended' }
  /** @type {Uint8Array[]} */
  const pieces = []
  for (const frame of frames) {
    const payload = fromBase64(frame.payload)
    pieces.push(payload)
    // What follows a piece that was cut off would look as if it followed it.
    if (payload.length < frame.length) break
  }
  return { bytes: concatenated(pieces), length: frames.reduce((sum, frame) => sum + frame.length, 0), isText, problem: '' }
}

/** @param {readonly FrameReport[]} frames */
function previewOf(frames) {
  const first = frames[0]
  if (first === undefined) return ''
  if (first.opcode === 8) return closeText(fromBase64(first.payload))
  const { bytes, isText, length, problem } = joined(frames)
  if (problem !== '') return `not decompressed: ${problem}`
  if (!isText && first.message !== null) return hexDump(bytes.subarray(0, 16)).slice(8, 55).trim()
  const { text, isValid } = decodeText(bytes, bytes.length === length)
  // A Ping often has random bytes.
  return !isValid && first.message === null ? hexDump(bytes.subarray(0, 16)).slice(8, 55).trim() : visible(text)
}

/** @param {Uint8Array} payload */
export function closeText(payload) {
  if (payload.length < 2) return payload.length === 0 ? 'without a code' : 'one byte, which is no code (RFC 6455 section 5.5.1)'
  const { text } = decodeText(payload.subarray(2))
  return `${(payload[0] ?? 0) * 256 + (payload[1] ?? 0)}${text === '' ? '' : ` ${visible(text)}`}`
}

/** @param {FrameReport} frame */
function frameView(frame) {
  const view = make('div', undefined, 'frame')
  const bits = [`FIN ${frame.fin ? 1 : 0}`, ...[1, 2, 3].map((bit) => `RSV${bit} ${frame.rsv.includes(bit) ? 1 : 0}`)]
  const list = make('dl', undefined, 'facts')
  /** @type {[string, string][]} */
  const facts = [
    ['bits', bits.join('  ')],
    ['opcode', `0x${frame.opcode.toString(16)} ${opcodeName(frame.opcode)}`],
    ['MASK', frame.maskingKey === null ? '0' : `1, key ${frame.maskingKey.replaceAll(/(..)(?!$)/g, '$1 ')}`],
    ['payload length', size(frame.length)],
  ]
  for (const [name, value] of facts) {
    const pair = make('div')
    pair.append(make('dt', name), make('dd', value))
    list.append(pair)
  }
  view.append(list)
  const payload = fromBase64(frame.payload)
  const isPlain = !(frame.rsv.includes(1) || frame.inflated)
  if (frame.length > 0) {
    const isText = frame.opcode !== 8 && (frame.messageOpcode === 1 || frame.message === null)
    view.append(
      payloadView({ bytes: payload, length: frame.length, isText: isText && isPlain, problem: '' }, isPlain ? 'Payload' : 'Payload, compressed'),
    )
  }
  if (frame.opcode === 8 && payload.length > 0) view.append(make('p', `Close code and reason: ${closeText(payload)}`))
  if (frame.inflated) {
    const { data, length, problem } = frame.inflated
    const isText = frame.messageOpcode === 1
    if (length === null) view.append(make('p', `The message is not decompressed: ${problem}.`, 'soft'))
    else view.append(payloadView({ bytes: fromBase64(data), length, isText, problem: '' }, 'The message, decompressed'))
  }
  return view
}

/**
 * @param {ReturnType<typeof joined>} payload
 * @param {string} title
 */
function payloadView({ bytes, length, isText, problem }, title) {
  const view = make('div', undefined, 'payload')
  const cut = bytes.length < length ? `, the first ${size(bytes.length)} of them` : ''
  view.append(make('h3', `${title}: ${problem === '' ? `${size(length)}${cut}` : problem}`))
  if (bytes.length === 0) return view
  if (isText) {
    const { text, isValid } = decodeText(bytes, bytes.length === length)
    if (!isValid) view.append(make('p', 'This is not valid UTF-8 (RFC 6455 section 8.1): wrong bytes are shown as U+FFFD.', 'bad-text'))
    const pre = make('pre', visible(text, true), 'text')
    pre.tabIndex = 0
    view.append(pre)
  }
  const dump = make('details')
  dump.open = !isText
  const pre = make('pre', hexDump(bytes.subarray(0, 4096)), 'hex')
  pre.tabIndex = 0
  dump.append(make('summary', 'Hexadecimal'), pre)
  view.append(dump)
  return view
}

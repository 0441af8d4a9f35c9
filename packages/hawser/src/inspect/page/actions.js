/** The forms that open, use and close one WebSocket of the page at a time. */
import { hex } from './bytes.js'
import { button, element, field, make, problem } from './dom.js'
import { describe, note } from './notes.js'

/** @import { PageFacts } from '../server-facts.ts' */

const base = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}`
/** @type {WebSocket | undefined} */
let socket
/** @type {Set<string>} */
const edited = new Set()

/**
 * @param {PageFacts} facts
 * @param {(mark: string) => void} attempted a handshake with this text in its target has begun, or has changed its state
 */
export function connectActions(facts, attempted) {
  element('actions').hidden = false
  for (const id of ['path', 'subprotocols']) field(id).addEventListener('input', () => edited.add(id))
  suggest('path', facts.paths[0] ?? '/')
  suggest('subprotocols', (facts.subprotocols ?? []).join(', '))
  for (const offer of facts.offers) {
    const chip = make('button', offer === '' ? '(none)' : offer)
    chip.type = 'button'
    chip.addEventListener('click', () => {
      field('subprotocols').value = offer
      field('subprotocols').focus()
    })
    element('chips').append(chip)
  }
  field('origin').value = location.origin
  element('connect-form').addEventListener('submit', (event) => {
    event.preventDefault()
    if (socket !== undefined && socket.readyState !== WebSocket.CLOSED) return
    const text = field('subprotocols').value
    const offered = text.trim() === '' ? [] : text.split(',').map((name) => name.trim())
    const path = field('path').value.trim()
    open(path.startsWith('/') ? path : `/${path}`, offered, attempted)
    showState()
  })
  element('send-form').addEventListener('submit', (event) => {
    event.preventDefault()
    send()
  })
  element('message').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) /** @type {HTMLFormElement} */ (element('send-form')).requestSubmit()
  })
  element('close-form').addEventListener('submit', (event) => {
    event.preventDefault()
    close()
    showState()
  })
  showState()
}

function showState() {
  const state = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'][socket?.readyState ?? 3] ?? ''
  element('state').textContent = state
  element('state').dataset['state'] = state
  button('connect').disabled = state !== 'CLOSED'
  button('send').disabled = state !== 'OPEN'
  button('close').disabled = state !== 'OPEN' && state !== 'CONNECTING'
}

/**
 * Fills in a field unless it has been edited.
 * @param {string} id
 * @param {string} value
 */
function suggest(id, value) {
  if (!edited.has(id)) field(id).value = value
}

/**
 * @param {string} target
 * @param {string[]} offered
 * @param {(mark: string) => void} attempted
 */
function open(target, offered, attempted) {
  const id = uuid()
  /** @type {WebSocket} */
  let opening
  try {
    opening = new WebSocket(`${base}${target}${target.includes('?') ? '&' : '?'}inspect=${id}`, offered)
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error)
    problem('connect-problem', explainConstructor(message, offered, target))
    note('not sent', `${name}: the browser sent nothing`, 'bad')
    return
  }
  problem()
  socket = opening
  opening.binaryType = 'arraybuffer'
  note('connecting', offered.length > 0 ? `offers ${offered.join(', ')}` : 'offers no subprotocol')
  let isOpened = false
  opening.addEventListener('open', () => {
    isOpened = true
    const extensions = opening.extensions === '' ? '' : `, extensions ${opening.extensions}`
    note('open', `subprotocol ${opening.protocol === '' ? '(none)' : opening.protocol}${extensions}`, 'good')
    showState()
    attempted(id)
  })
  opening.addEventListener('message', ({ data }) => note(typeof data === 'string' ? 'received text' : 'received binary', describe(data)))
  opening.addEventListener('error', () => {
    note('error', isOpened ? 'the connection failed' : 'the opening handshake failed; browsers hide the reason from scripts', 'bad')
  })
  opening.addEventListener('close', ({ code, reason, wasClean }) => {
    note('closed', `${code}${reason === '' ? '' : ` ${JSON.stringify(reason)}`}, ${wasClean ? 'clean' : 'not clean'}`, wasClean ? 'good' : 'bad')
    showState()
    attempted(id)
  })
}

/**
 * Which rule the constructor of WebSocket applied.
 * @param {string} message
 * @param {string[]} offered
 * @param {string} target
 */
function explainConstructor(message, offered, target) {
  const wrong = offered.find((name) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
  const refused = 'The browser refused before it sent anything.'
  if (wrong !== undefined) {
    return `${JSON.stringify(wrong)} is not a token, so it cannot be the name of a subprotocol (RFC 6455 section 4.1). ${refused}`
  }
  if (new Set(offered).size !== offered.length) return `A subprotocol may be offered only once (RFC 6455 section 4.1). ${refused}`
  if (target.includes('#')) return `A WebSocket URL has no fragment (RFC 6455 section 3). ${refused}`
  return message
}

/** `crypto.randomUUID` exists only in secure contexts. */
function uuid() {
  if (isSecureContext) return crypto.randomUUID()
  const text = hex(crypto.getRandomValues(new Uint8Array(16))).replaceAll(' ', '')
  return [text.slice(0, 8), text.slice(8, 12), `4${text.slice(13, 16)}`, `8${text.slice(17, 20)}`, text.slice(20)].join('-')
}

function send() {
  if (socket?.readyState !== WebSocket.OPEN) return
  const text = field('message').value
  if (document.querySelector('[name=type][value=text]:checked') !== null) {
    socket.send(text)
    note('sent text', describe(text))
    problem()
    return
  }
  const digits = text.replaceAll(/\s+/g, '')
  if (!/^(?:[\da-f]{2})*$/i.test(digits)) {
    problem('send-problem', 'Write the bytes as pairs of hexadecimal digits, for example 48 65 6c 6c 6f.')
    field('message').focus()
    return
  }
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  socket.send(bytes)
  note('sent binary', describe(bytes))
  problem()
}

function close() {
  if (socket === undefined) return
  const code = field('code').value.trim()
  const reason = field('reason').value
  if (code !== '' && !/^\d{4}$/.test(code)) {
    problem('close-problem', 'A close code is a number of four digits (RFC 6455 section 7.4).')
    field('code').focus()
    return
  }
  try {
    if (code === '') socket.close()
    else socket.close(Number(code), reason)
  } catch (error) {
    problem(
      'close-problem',
      /** @type {Error} */ (error).name === 'SyntaxError'
        ? 'The close reason is longer than 123 bytes of UTF-8 (RFC 6455 section 5.5).'
        : `A page may not send the close code ${code}: only 1000 and 3000 to 4999 (WHATWG WebSockets).`,
    )
    return
  }
  problem()
  note('closing', code === '' ? 'with an empty Close frame' : `${code}${reason === '' ? '' : ` ${JSON.stringify(reason)}`}`)
}

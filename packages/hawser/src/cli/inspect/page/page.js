/** The page of `hawser serve --inspect`: opens, uses and closes one WebSocket at a time. */
import { button, element, field, make } from './dom.js'
import { describe, hex, note } from './timeline.js'
import { clearWire, showHandshake } from './wire.js'

/** @import { PageFacts } from '../server-facts.ts' */

const base = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}`
/** @type {WebSocket | undefined} */
let socket

function showState() {
  const state = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'][socket?.readyState ?? 3] ?? ''
  element('state').textContent = state
  element('state').dataset['state'] = state
  button('connect').disabled = state !== 'CLOSED'
  button('send').disabled = state !== 'OPEN'
  button('close').disabled = state !== 'OPEN' && state !== 'CONNECTING'
}

async function showFacts() {
  /** @type {PageFacts} */
  const facts = await (await fetch('/inspect/server')).json()
  element('server-mode').textContent = facts.mode
  element('server-subprotocols').textContent = facts.subprotocols.join(', ') || 'none'
  element('server-origins').textContent = facts.origins
  suggest('path', facts.paths[0] ?? '/')
  suggest('subprotocols', facts.subprotocols.join(', '))
  for (const offer of facts.offers) {
    const chip = make('button', offer === '' ? '(none)' : offer)
    chip.type = 'button'
    chip.addEventListener('click', () => {
      field('subprotocols').value = offer
      field('subprotocols').focus()
    })
    element('chips').append(chip)
  }
}

/** @type {Set<string>} */
const edited = new Set()
for (const id of ['path', 'subprotocols']) field(id).addEventListener('input', () => edited.add(id))

/**
 * Fills in a field unless it has been edited.
 * @param {string} id
 * @param {string} value
 */
function suggest(id, value) {
  if (!edited.has(id)) field(id).value = value
}

element('connect-form').addEventListener('submit', (event) => {
  event.preventDefault()
  if (socket !== undefined && socket.readyState !== WebSocket.CLOSED) return
  element('connect-problem').textContent = ''
  const text = field('subprotocols').value
  const offered = text.trim() === '' ? [] : text.split(',').map((name) => name.trim())
  const path = field('path').value.trim()
  const target = path.startsWith('/') ? path : `/${path}`
  clearWire()
  open(target, offered)
  showState()
})

/**
 * @param {string} target
 * @param {string[]} offered
 */
function open(target, offered) {
  const id = uuid()
  /** @type {WebSocket} */
  let opening
  try {
    opening = new WebSocket(`${base}${target}${target.includes('?') ? '&' : '?'}inspect=${id}`, offered)
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error)
    element('connect-problem').textContent = explainConstructor(message, offered, target)
    note('not sent', `${name}: the browser sent nothing`, 'bad')
    return
  }
  socket = opening
  opening.binaryType = 'arraybuffer'
  note('connecting', offered.length > 0 ? `offers ${offered.join(', ')}` : 'offers no subprotocol')
  let isOpened = false
  opening.addEventListener('open', () => {
    isOpened = true
    const extensions = opening.extensions === '' ? '' : `, extensions ${opening.extensions}`
    note('open', `subprotocol ${opening.protocol === '' ? '(none)' : opening.protocol}${extensions}`, 'good')
    showState()
    void showHandshake(id)
  })
  opening.addEventListener('message', ({ data }) => note(typeof data === 'string' ? 'received text' : 'received binary', describe(data)))
  opening.addEventListener('error', () => {
    note('error', isOpened ? 'the connection failed' : 'the opening handshake failed; browsers hide the reason from scripts', 'bad')
  })
  opening.addEventListener('close', ({ code, reason, wasClean }) => {
    note('closed', `${code}${reason === '' ? '' : ` ${JSON.stringify(reason)}`}, ${wasClean ? 'clean' : 'not clean'}`, wasClean ? 'good' : 'bad')
    showState()
    if (!isOpened) void showHandshake(id)
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

element('send-form').addEventListener('submit', (event) => {
  event.preventDefault()
  element('send-problem').textContent = ''
  if (socket?.readyState !== WebSocket.OPEN) return
  const text = field('message').value
  if (document.querySelector('[name=type][value=text]:checked') !== null) {
    socket.send(text)
    note('sent text', describe(text))
    return
  }
  const digits = text.replaceAll(/\s+/g, '')
  if (!/^(?:[\da-f]{2})*$/i.test(digits)) {
    element('send-problem').textContent = 'Write the bytes as pairs of hexadecimal digits, for example 48 65 6c 6c 6f.'
    field('message').focus()
    return
  }
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  socket.send(bytes)
  note('sent binary', describe(bytes))
})

element('message').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) /** @type {HTMLFormElement} */ (element('send-form')).requestSubmit()
})

element('close-form').addEventListener('submit', (event) => {
  event.preventDefault()
  element('close-problem').textContent = ''
  if (socket === undefined) return
  const code = field('code').value.trim()
  const reason = field('reason').value
  if (code !== '' && !/^\d{4}$/.test(code)) {
    element('close-problem').textContent = 'A close code is a number of four digits (RFC 6455 section 7.4).'
    field('code').focus()
    return
  }
  try {
    if (code === '') socket.close()
    else socket.close(Number(code), reason)
  } catch (error) {
    element('close-problem').textContent =
      /** @type {Error} */ (error).name === 'SyntaxError'
        ? 'The close reason is longer than 123 bytes of UTF-8 (RFC 6455 section 5.5).'
        : `A page may not send the close code ${code}: only 1000 and 3000 to 4999 (WHATWG WebSockets).`
    return
  }
  note('closing', code === '' ? 'with an empty Close frame' : `${code}${reason === '' ? '' : ` ${JSON.stringify(reason)}`}`)
  showState()
})

element('server-url').textContent = `${base}/`
field('origin').value = location.origin
showState()
void showFacts()

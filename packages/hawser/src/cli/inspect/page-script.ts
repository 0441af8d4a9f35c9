/** The page's script, for browsers: it shows what the server reports and judges nothing about the handshake itself. */
export const pageScript: string = String.raw`
'use strict'
const server = JSON.parse(document.getElementById('server').textContent)
const element = (id) => document.getElementById(id)
let socket = null

function make(tag, text, className) {
  const node = document.createElement(tag)
  if (text !== undefined) node.textContent = text
  if (className) node.className = className
  return node
}

// The server's facts
const base = (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host
element('server-url').textContent = base + '/'
element('server-mode').textContent = server.mode
element('server-subprotocols').textContent = server.subprotocols.join(', ') || 'none'
element('server-origins').textContent = server.origins
element('origin').value = location.origin
element('path').value = server.paths[0] || '/'
for (const offer of server.offers) {
  const chip = make('button', offer || '(none)')
  chip.type = 'button'
  chip.addEventListener('click', () => { element('subprotocols').value = offer; element('subprotocols').focus() })
  element('chips').append(chip)
}
element('subprotocols').value = server.subprotocols.join(', ')

// The timeline
function note(what, text, kind) {
  const item = make('li', undefined, kind)
  const now = new Date()
  const time = make('time', now.toTimeString().slice(0, 8) + '.' + String(now.getMilliseconds()).padStart(3, '0'))
  const body = make('div')
  body.append(make('span', what, 'what'))
  if (text) body.append(' ', make('code', text))
  item.append(time, body)
  const log = element('timeline')
  const follows = log.scrollTop + log.clientHeight >= log.scrollHeight - 4
  log.append(item)
  while (log.children.length > 500) log.firstChild.remove()
  log.hidden = false
  element('timeline-empty').hidden = true
  if (follows) log.scrollTop = log.scrollHeight
}

function showState() {
  const state = socket ? ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'][socket.readyState] : 'CLOSED'
  element('state').textContent = state
  element('state').dataset.state = state
  element('connect').disabled = state !== 'CLOSED'
  element('send').disabled = state !== 'OPEN'
  element('close').disabled = state !== 'OPEN' && state !== 'CONNECTING'
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

const shown = 4096
function describe(data) {
  if (typeof data === 'string') {
    return data.length > shown ? data.slice(0, shown) + '… (' + data.length + ' characters)' : data
  }
  const bytes = new Uint8Array(data)
  return hex(bytes.subarray(0, shown / 4)) + (bytes.length > shown / 4 ? ' …' : '') + ' (' + bytes.length + (bytes.length === 1 ? ' byte)' : ' bytes)')
}

// Connecting
element('connect-form').addEventListener('submit', (event) => {
  event.preventDefault()
  if (socket && socket.readyState !== WebSocket.CLOSED) return
  element('connect-problem').textContent = ''
  const text = element('subprotocols').value
  const offered = text.trim() === '' ? [] : text.split(',').map((name) => name.trim())
  const id = uuid()
  const path = element('path').value.trim()
  const target = (path.startsWith('/') ? path : '/' + path)
  const url = base + target + (target.includes('?') ? '&' : '?') + 'inspect=' + id
  clearWire()
  let opening
  try {
    opening = new WebSocket(url, offered)
  } catch (error) {
    element('connect-problem').textContent = explainConstructor(error, offered, target)
    note('not sent', error.name + ': the browser sent nothing', 'bad')
    showState()
    return
  }
  socket = opening
  socket.binaryType = 'arraybuffer'
  note('connecting', offered.length ? 'offers ' + offered.join(', ') : 'offers no subprotocol')
  let opened = false
  opening.addEventListener('open', () => {
    opened = true
    note('open', 'subprotocol ' + (opening.protocol || '(none)') + (opening.extensions ? ', extensions ' + opening.extensions : ''), 'good')
    showState()
    showHandshake(id)
  })
  opening.addEventListener('message', (message) => {
    note(typeof message.data === 'string' ? 'received text' : 'received binary', describe(message.data))
  })
  opening.addEventListener('error', () => {
    note('error', opened ? 'the connection failed' : 'the opening handshake failed; a script is not told why', 'bad')
  })
  opening.addEventListener('close', (close) => {
    const reason = close.reason ? ' ' + JSON.stringify(close.reason) : ''
    note('closed', close.code + reason + (close.wasClean ? ', clean' : ', not clean'), close.wasClean ? 'good' : 'bad')
    showState()
    if (!opened) showHandshake(id)
  })
  showState()
})

function explainConstructor(error, offered, target) {
  const wrong = offered.find((name) => !/^[!#$%&'*+.^_\x60|~0-9A-Za-z-]+$/.test(name))
  if (wrong !== undefined) {
    return JSON.stringify(wrong) + ' is not a token, so it cannot be the name of a subprotocol (RFC 6455 section 4.1). The browser refused before it sent anything.'
  }
  if (new Set(offered).size !== offered.length) return 'A subprotocol may be offered only once (RFC 6455 section 4.1). The browser refused before it sent anything.'
  if (target.includes('#')) return 'A WebSocket URL has no fragment (RFC 6455 section 3). The browser refused before it sent anything.'
  return error.message
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID()
  // randomUUID is missing where the page is not a secure context
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const text = hex(bytes).replaceAll(' ', '')
  return [text.slice(0, 8), text.slice(8, 12), '4' + text.slice(13, 16), '8' + text.slice(17, 20), text.slice(20)].join('-')
}

// Sending and closing
element('send-form').addEventListener('submit', (event) => {
  event.preventDefault()
  element('send-problem').textContent = ''
  if (!socket || socket.readyState !== WebSocket.OPEN) return
  const text = element('message').value
  if (document.querySelector('[name=type]:checked').value === 'text') {
    socket.send(text)
    note('sent text', describe(text))
    return
  }
  const digits = text.replace(/\s+/g, '')
  if (!/^(?:[\da-f]{2})*$/i.test(digits)) {
    element('send-problem').textContent = 'Write the bytes as pairs of hexadecimal digits, for example 48 65 6c 6c 6f.'
    element('message').focus()
    return
  }
  const bytes = Uint8Array.from(digits.match(/../g) || [], (pair) => parseInt(pair, 16))
  socket.send(bytes)
  note('sent binary', describe(bytes))
})
element('message').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) element('send-form').requestSubmit()
})
element('close-form').addEventListener('submit', (event) => {
  event.preventDefault()
  element('close-problem').textContent = ''
  if (!socket) return
  const code = element('code').value.trim()
  const reason = element('reason').value
  if (code !== '' && !/^\d{4}$/.test(code)) {
    element('close-problem').textContent = 'A close code is a number of four digits (RFC 6455 section 7.4).'
    element('code').focus()
    return
  }
  try {
    if (code === '') socket.close()
    else socket.close(Number(code), reason)
  } catch (error) {
    element('close-problem').textContent = error.name === 'SyntaxError'
      ? 'The close reason is longer than 123 bytes of UTF-8 (RFC 6455 section 5.5).'
      : 'A page may not send the close code ' + code + ': only 1000 and 3000 to 4999 (WHATWG WebSockets).'
    return
  }
  note('closing', code === '' ? 'with an empty Close frame' : code + (reason ? ' ' + JSON.stringify(reason) : ''))
  showState()
})

// The handshake as the server saw it
function clearWire() {
  element('wire').hidden = true
  element('wire-empty').hidden = false
}

async function showHandshake(id) {
  let report = null
  try {
    const response = await fetch('/inspect/handshakes/' + id, { cache: 'no-store' })
    if (response.ok) report = await response.json()
    else element('wire-empty').textContent = 'The server has not seen this handshake: nothing of it arrived there.'
  } catch {
    element('wire-empty').textContent = 'The server cannot be reached any more.'
  }
  if (report === null) return
  const verdict = element('verdict')
  verdict.textContent = report.verdict.text + ' The handshake went over HTTP/' + report.httpVersion + '.'
  note('carried by', 'HTTP/' + report.httpVersion)
  verdict.className = 'verdict ' + (report.verdict.outcome === 'opened' ? 'good' : 'bad')
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

function appendCitation(node, citation) {
  if (!citation) return
  const link = make('a', citation.text, 'cite')
  if (citation.href) {
    link.href = citation.href
    link.rel = 'noreferrer'
    link.target = '_blank'
  }
  node.append(' (', link, ')')
}

function fillLines(list, lines) {
  list.replaceChildren(...lines.map((line) => {
    const item = make('li', undefined, line.part === 'handshake' ? '' : 'other')
    const code = make('code')
    if (line.name === undefined) code.append(make('span', line.raw, 'name'))
    else code.append(make('span', line.name, 'name'), line.raw.slice(line.name.length))
    const meaning = make('p', line.meaning, 'note')
    appendCitation(meaning, line.citation)
    item.append(code, meaning)
    return item
  }))
}

function fillRaw(pre, raw) {
  pre.replaceChildren(...raw.split(/(\r?\n)/).map((piece) => {
    if (piece === '\r\n') return make('i', '\\r\\n\n')
    return piece === '\n' ? make('i', '\\n\n') : document.createTextNode(piece)
  }))
}

function fillAccept(accept) {
  element('accept').hidden = !accept
  if (!accept) return
  const step = (text, value) => {
    const item = make('li')
    item.append(text + ' ', make('code', value))
    return item
  }
  const check = make('li')
  const said = accept.sent === undefined
    ? 'The server refused, so its response carries no Sec-WebSocket-Accept.'
    : accept.matches ? '✓ The response carries exactly this value.' : '✗ The response carries ' + accept.sent + ' instead.'
  check.append(make('span', said, 'check ' + (accept.sent === undefined ? '' : accept.matches ? 'good-text' : 'bad-text')))
  element('accept-steps').replaceChildren(
    step('The key as it was sent, not decoded:', accept.key),
    step('followed by the GUID of RFC 6455 section 1.3:', accept.joined),
    step('SHA-1 of these characters, in hexadecimal:', accept.sha1),
    step('the same twenty bytes in base64:', accept.accept),
    check,
  )
}

showState()
`

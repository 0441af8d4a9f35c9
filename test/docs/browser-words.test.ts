/** The sentences of browsers in docs/errors-*.md, compared with what Debian's Chromium and Firefox write to their consoles. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { after, before, test } from 'node:test'
import { selfsigned } from '../../packages/hawser/test/certificates/index.ts'
import { launchChromium, skipReason } from '../../packages/hawser/test/inspect/chromium.ts'
import { launchFirefox, noFirefox } from '../../packages/hawser/test/interop/firefox.ts'
import { read } from '../../scripts/sources.ts'

/** What a server does with a request for the path of this name; the rest is what comes after a right response. */
const servers: Readonly<Record<string, (socket: Socket, accept: (extra?: string) => string) => void>> = {
  'response-missing': (socket) => socket.end(),
  'response-missing/reset': (socket) => socket.resetAndDestroy(),
  'response-not-http': (socket) => socket.end('SSH-2.0-x\r\n\r\n'),
  'response-upgrade': (socket, accept) => socket.write(accept().replace('Upgrade: websocket\r\n', '')),
  'response-connection': (socket, accept) => socket.write(accept().replace('Connection: Upgrade\r\n', '')),
  'response-connection/other': (socket, accept) => socket.write(accept().replace('Connection: Upgrade', 'Connection: keep-alive')),
  'accept-invalid': (socket, accept) => socket.write(accept().replace(/Accept: ./, 'Accept: !')),
  'accept-invalid/missing': (socket, accept) => socket.write(accept().replace(/Sec-WebSocket-Accept: .*\r\n/, '')),
  'subprotocol-none': (socket, accept) => socket.write(accept()),
  'subprotocol-invalid': (socket, accept) => socket.write(accept('Sec-WebSocket-Protocol: x\r\n')),
  'subprotocol-invalid/unasked': (socket, accept) => socket.write(accept('Sec-WebSocket-Protocol: x\r\n')),
  'extensions-invalid': (socket, accept) => socket.write(accept('Sec-WebSocket-Extensions: x\r\n')),
  'handshake-aborted': () => undefined,
  'connection-lost': (socket, accept) => socket.write(accept()),
  'connection-closed': (socket, accept) => socket.write(accept()),
}

/** The bytes of the server after its response. */
const frames: Readonly<Record<string, readonly number[]>> = {
  'frame-reserved-bits': [0xc1, 0],
  'frame-opcode': [0x83, 0],
  'frame-masking': [0x81, 0x81, 0, 0, 0, 0, 0x41],
  'frame-fragments': [0x80, 0],
  'frame-fragments/unfinished': [0x01, 1, 0x61, 0x81, 1, 0x62],
  'control-frame': [0x09, 0],
  'close-frame': [0x88, 1, 3],
  'close-frame/1005': [0x88, 2, 3, 0xed],
  'close-frame/utf8': [0x88, 4, 3, 0xe8, 0xff, 0xff],
  'text-not-utf8': [0x81, 1, 0xff],
}
const statuses = [
  '2xx/200',
  '3xx/301',
  '400/400',
  '401/401',
  '403/403',
  '404/404',
  '405/405',
  '408/408',
  '421/421',
  '426/426',
  '429/429',
  '431/431',
  '500/500',
  '502/502',
  '503/503',
  '504/504',
  'other/418',
]
/** Of the rest Firefox says the same, or nothing, and lets some of them wait for a long time. */
const inFirefox =
  /^(?:response-(?:not|up|con)|accept|subprotocol-invalid$|extensions|status-(?:2xx|4)|connection-lost|frame-opcode|frame-fragments\/)/

let port: number
let tlsPort: number
let closedPort: number
const plain = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.once('data', (chunk) => answer(socket, String(chunk)))
})
const encrypted = createTlsServer(selfsigned, (socket) => void socket.on('error', () => undefined)).on('tlsClientError', () => undefined)

function answer(socket: Socket, head: string): void {
  const path = /^GET \/(\S*)/.exec(head)?.[1] ?? ''
  const key = /sec-websocket-key: (.*)\r/i.exec(head)?.[1]
  const status = /^status-\w+\/(\d+)$/.exec(path)?.[1]
  if (key === undefined) socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!doctype html><title>words</title>')
  else if (status !== undefined) socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nLocation: /elsewhere\r\n\r\n`)
  else {
    const digest = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    const accept = (extra = ''): string =>
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${digest}\r\n${extra}\r\n`
    const bytes = frames[path]
    if (bytes === undefined) servers[path]?.(socket, accept)
    else {
      socket.write(accept())
      // After the first message of the page, which then knows that it is open.
      socket.once('data', () => socket.write(Uint8Array.from(bytes)))
    }
    if (path === 'connection-lost') socket.once('data', () => socket.resetAndDestroy())
  }
}

before(async () => {
  const unused = createServer().listen(0, '127.0.0.1')
  plain.listen(0, '127.0.0.1')
  encrypted.listen(0, '127.0.0.1')
  await Promise.all([once(unused, 'listening'), once(plain, 'listening'), once(encrypted, 'listening')])
  ;[port, tlsPort, closedPort] = [plain, encrypted, unused].map((server) => (server.address() as AddressInfo).port) as [number, number, number]
  unused.close()
})
after(() => {
  plain.close()
  encrypted.close()
})

/** What is tried: the condition, a variant, and the URL. */
function attempts(): [name: string, url: string][] {
  const paths = [...Object.keys(servers), ...Object.keys(frames), ...statuses.map((status) => `status-${status}`)]
  return [
    ['url-invalid', 'localhost:8080'],
    ['url-port-blocked', 'ws://127.0.0.1:6667/url-port-blocked'],
    ['dns-failed', 'ws://name.invalid/dns-failed'],
    ['tcp-refused', `ws://127.0.0.1:${closedPort}/tcp-refused`],
    ['tls-certificate-untrusted', `wss://127.0.0.1:${tlsPort}/tls-certificate-untrusted`],
    ['tls-not-spoken', `wss://127.0.0.1:${port}/tls-not-spoken`],
    ...paths.map((path): [string, string] => [path, `ws://127.0.0.1:${port}/${path}`]),
  ]
}

/** Runs in the page: tries one URL to its end, and returns what the constructor threw. */
const attempt = async ([name, url]: [string, string]): Promise<string> => {
  const { WebSocket, setTimeout } = globalThis as any
  let socket: any
  try {
    socket = /^subprotocol-(?:none|invalid)$/.test(name) ? new WebSocket(url, 'chat') : new WebSocket(url)
  } catch (error) {
    return String(error)
  }
  await new Promise((resolve) => {
    socket.onclose = resolve
    if (name === 'handshake-aborted') setTimeout(() => socket.close(), 50)
    socket.onopen = () => {
      if (name === 'connection-closed') {
        socket.close()
        socket.send('x')
        resolve(undefined)
      } else socket.send('ready')
    }
  })
  return ''
}

/** The quoted sentences of a browser, by condition. */
function quotes(browser: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const page of ['docs/errors-handshake.md', 'docs/errors-connection.md']) {
    for (const section of read(page).split(/^## /m).slice(1)) {
      const line = new RegExp(`^- ${browser}: (.*)$`, 'm').exec(section)?.[1]
      if (line !== undefined)
        found.set(
          section.slice(0, section.indexOf('\n')),
          [...line.matchAll(/`([^`]*)`/g)].map(([, quote = '']) => quote),
        )
    }
  }
  return found
}

const plainly = (text: string): string => text.replace(/wss?:\/\/[^\s'…]*…?/g, 'ws://…')

/** Each quote is said of one of the variants of its condition, and of each variant one of the quotes. */
function compare(browser: string, said: ReadonlyMap<string, readonly string[]>): void {
  const quoted = quotes(browser)
  const wrong: string[] = []
  const byCondition = new Map<string, string[]>()
  for (const [name, messages] of said) {
    const condition = name.split('/')[0] as string
    byCondition.set(condition, [...(byCondition.get(condition) ?? []), ...messages])
    const known = quoted.get(condition) ?? []
    if (messages.length > 0 && !messages.some((message) => known.some((quote) => plainly(message).includes(plainly(quote)))))
      wrong.push(`${name}: ${browser} says ${messages.map(plainly).join(' | ')}`)
    if (messages.length === 0 && known.some((quote) => !quote.startsWith('close'))) wrong.push(`${name}: ${browser} says nothing`)
  }
  for (const [condition, messages] of byCondition) {
    for (const quote of quoted.get(condition) ?? []) {
      if (messages.length > 0 && !messages.some((message) => plainly(message).includes(plainly(quote))))
        wrong.push(`${condition}: ${browser} does not say ${quote}`)
    }
  }
  assert.deepEqual(wrong, [])
}

const isSilent = (name: string): boolean => name.startsWith('connection-lost')

test('Chromium says what the docs quote, for each failure that can be caused here', { skip: skipReason, timeout: 60_000 }, async (t) => {
  const browser = await launchChromium()
  t.after(() => browser.close())
  const page = await browser.newPage()
  const said = new Map<string, string[]>(attempts().map(([name]) => [name, []]))
  page.on('console', (message) => {
    const text = message.text()
    const url = /'(wss?:[^']*)'/.exec(text)?.[1]
    const name = url === undefined ? 'connection-closed' : decodeURIComponent(new URL(url).pathname.slice(1))
    said.get(name)?.push(text)
  })
  await page.goto(`http://127.0.0.1:${port}/`)
  await page.evaluate('globalThis.__name = (value) => value')
  for (const [name, url] of attempts()) {
    const thrown = await page.evaluate(attempt, [name, url] as [string, string])
    if (thrown !== '') said.get(name)?.push(thrown)
  }
  // What was written before this line has arrived with it.
  await Promise.all([page.waitForEvent('console', { predicate: (message) => message.text() === 'end' }), page.evaluate("console.log('end')")])
  for (const name of said.keys()) assert.equal(said.get(name)?.length === 0, isSilent(name), name)
  compare('Chromium', said)
})

test('Firefox says what the docs quote, for failures of each kind', { skip: noFirefox, timeout: 120_000 }, async (t) => {
  const browser = await launchFirefox()
  t.after(() => browser.close())
  const page = await browser.newPage()
  const chosen = attempts().filter(([name]) => inFirefox.test(name) || ['url-invalid', 'url-port-blocked', 'tcp-refused'].includes(name))
  const said = new Map<string, string[]>(chosen.map(([name]) => [name, []]))
  let changed: (() => void) | undefined
  page.on('pageerror', (error) => {
    const { message } = error as Error
    const url = /(wss?:\/\/\S+?)[.\s]*(?:was|$)/.exec(message)?.[1]
    if (url !== undefined) said.get(decodeURIComponent(new URL(url).pathname.slice(1)))?.push(message)
    changed?.()
  })
  await page.goto(`http://127.0.0.1:${port}/`)
  await page.evaluate('globalThis.__name = (value) => value')
  for (const [name, url] of chosen) {
    const thrown = await page.evaluate(attempt, [name, url] as [string, string])
    if (thrown !== '') said.get(name)?.push(thrown)
  }
  // Its reports come later than the events of the page.
  while ([...said.values()].some((messages) => messages.length === 0)) await new Promise<void>((resolve) => (changed = resolve))
  compare('Firefox', said)
})

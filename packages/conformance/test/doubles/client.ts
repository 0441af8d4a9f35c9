import { createHash, randomBytes } from 'node:crypto'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Endpoint } from './endpoint.ts'
import type { Agreed } from './endpoint.ts'
import { splitList } from './negotiate.ts'

export interface DoubleClientOptions {
  readonly mutants?: Iterable<string>
  /** Default: none. */
  readonly subprotocols?: readonly string[]
  readonly maxMessage?: number
  readonly handshakeMs?: number
  readonly closeMs?: number
}

const tokenText = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const example = 'dGhlIHNhbXBsZSBub25jZQ=='

class Refused extends Error {}

/** Connects, echoes until the connection ends, and resolves then. Correct unless a switch makes it wrong. */
export async function runDoubleClient(address: string, options: DoubleClientOptions = {}, signal?: AbortSignal): Promise<void> {
  const mutants = new Set(options.mutants)
  const has = (name: string): boolean => mutants.has(name)
  let url: URL
  try {
    url = new URL(address)
  } catch {
    if (!has('invalid-port-guessed')) return
    url = new URL(address.replace(/0000\/$/, '/'))
  }
  if (url.protocol === 'http:') url = new URL(address.replace(/^http/, 'ws'))
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:' && !has('scheme-unchecked')) return
  if (url.href.includes('#') && !has('fragment-accepted')) return
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(url.port) || (has('scheme-unchecked') ? 21 : 80)
  const secure = url.protocol === 'wss:'
  const socket: Socket = secure
    ? connectTls({ host, port, rejectUnauthorized: !has('certificate-unchecked'), ...(has('server-name-absent') ? {} : { servername: host }) })
    : connectTcp({ host, port, allowHalfOpen: true, noDelay: true })
  signal?.addEventListener('abort', () => socket.destroy())
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  let buffer: Buffer = Buffer.alloc(0)
  let endpoint: Endpoint | undefined
  let over = false
  const timer = setTimeout(() => socket.destroy(), options.handshakeMs ?? 5000)
  if (has('handshake-timeout-off')) clearTimeout(timer)
  socket.once('close', () => clearTimeout(timer))
  const key = has('key-constant') ? example : has('key-of-15-bytes') ? randomBytes(15).toString('base64') : randomBytes(16).toString('base64')
  const subprotocols = has('subprotocol-offered-twice')
    ? [...(options.subprotocols ?? []), ...(options.subprotocols ?? [])]
    : (options.subprotocols ?? [])
  const offer = has('deflate-not-offered')
    ? undefined
    : has('offer-with-unknown-parameter')
      ? 'permessage-deflate; x_unknown'
      : has('offer-out-of-grammar')
        ? 'permessage-deflate;'
        : has('offer-without-client-window')
          ? 'permessage-deflate'
          : has('legal-offers-many')
            ? 'permessage-deflate; server_max_window_bits = 15; client_max_window_bits=15, permessage-deflate; client_max_window_bits, x-own; a="b"'
            : 'permessage-deflate; client_max_window_bits'
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    let path = url.pathname + (has('query-lost') ? '' : url.search)
    if (has('target-decoded')) path = decodeURIComponent(path)
    if (has('target-raw')) path = address.replace(/^[a-z]+:\/\/[^/?#]*/, '')
    if (has('target-with-userinfo') && url.username !== '') path = `http://${url.username}@${url.host}${path}`
    const name = url.hostname.replace(/^\[|\]$/g, has('host-without-brackets') ? '' : '$&')
    const lines = [
      `${has('method-post') ? 'POST' : 'GET'} ${path} ${has('request-http-1.0') ? 'HTTP/1.0' : 'HTTP/1.1'}`,
      ...(has('host-absent') ? [] : [`Host: ${has('host-without-port') ? name : `${name}:${port}`}`]),
      ...(has('request-upgrade-absent') ? [] : ['Upgrade: websocket']),
      ...(has('request-upgrade-twice') ? ['Upgrade: websocket'] : []),
      ...(has('request-connection-absent') ? ['Connection: keep-alive'] : ['Connection: Upgrade']),
      `Sec-WebSocket-Key: ${key}`,
      `Sec-WebSocket-Version: ${has('version-8') ? '8' : '13'}`,
      ...(has('origin-sent') ? ['Origin: http://example.test'] : []),
      ...(has('content-length-sent') ? ['Content-Length: 0'] : []),
      ...(has('accept-sent') ? ['Sec-WebSocket-Accept: x'] : []),
      ...(has('request-field-broken') ? ['X Field: a'] : []),
      ...(subprotocols.length === 0 ? [] : [`Sec-WebSocket-Protocol: ${subprotocols.join(', ')}`]),
      ...(offer === undefined ? [] : [`Sec-WebSocket-Extensions: ${offer}`]),
      '',
      '',
    ]
    const head = legalRequest(lines, has)
    if (has('legal-written-bytewise')) for (const byte of Buffer.from(head, 'latin1')) socket.write(Buffer.from([byte]))
    else socket.write(head)
    if (has('sends-before-response')) socket.write(Buffer.from([0x89, 0x80, 1, 2, 3, 4]))
  })
  const refuse = (): void => {
    over = true
    if (has('refuses-with-close-frame')) socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xea]))
    if (has('legal-refuses-by-reset')) socket.resetAndDestroy()
    else if (!has('refuses-by-hanging')) socket.end()
  }
  socket.on('data', (chunk: Buffer) => {
    if (endpoint !== undefined) {
      endpoint.receive(chunk)
      return
    }
    if (over) return
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      const bare = has('bare-lf-accepted') && !buffer.includes('\r\n\r\n')
      const end = buffer.indexOf(bare ? '\n\n' : '\r\n\r\n')
      if (end < 0) {
        if (buffer.length > 65536 && !has('head-limit-off')) refuse()
        if (has('head-needs-one-segment')) refuse()
        return
      }
      const text = buffer.toString('latin1', 0, end)
      let agreed: Agreed | undefined | 'interim'
      try {
        agreed = check(text, key, subprotocols, offer, has)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        refuse()
        return
      }
      buffer = buffer.subarray(end + (bare ? 2 : 4))
      if (agreed === 'interim') continue
      clearTimeout(timer)
      endpoint = new Endpoint(socket, { role: 'client', mutants, maxMessage: options.maxMessage ?? 1 << 20, closeMs: options.closeMs ?? 300, agreed })
      if (buffer.length > 0 && !has('early-data-lost')) endpoint.receive(Buffer.from(buffer))
      return
    }
  })
  socket.on('end', () => {
    if (endpoint !== undefined) endpoint.end()
    else if (!has('half-close-ignored')) socket.end()
  })
  await closed
}

/** RFC 6455 section 4.1, what the client must find in the response. */
function check(
  text: string,
  key: string,
  offered: readonly string[],
  offer: string | undefined,
  has: (name: string) => boolean,
): Agreed | undefined | 'interim' {
  const lines = text.split(has('bare-lf-accepted') ? /\r?\n/ : '\r\n')
  const first = lines.shift() ?? ''
  const status = has('status-line-unchecked') ? /(\d+)/.exec(first.replace(/^\S+/, ''))?.[1] : /^HTTP\/1\.1 (\d{3})(?: .*)?$/s.exec(first)?.[1]
  if (status === undefined && !has('status-line-unchecked')) {
    if (!(has('http-version-unchecked') && /^HTTP\/\d\.\d 101/.test(first))) throw new Refused()
  }
  if (has('reason-needed') && !/ \d{3} .+$/.test(first)) throw new Refused()
  if (has('space-after-status-needed') && !/ \d{3} /.test(first)) throw new Refused()
  if (has('reason-fixed') && !first.endsWith('Switching Protocols')) throw new Refused()
  const code = Number(status ?? 101)
  if (code > 101 && code < 200 && !has('interim-refused')) return 'interim'
  if (code === 100 && !has('interim-refused') && !has('interim-100-refused')) return 'interim'
  if (
    code !== 101 &&
    !has('status-unchecked') &&
    !(has('status-2xx-accepted') && code >= 200 && code < 300) &&
    !(has('status-redirect-accepted') && code >= 300 && code < 400)
  )
    throw new Refused()
  const fields = new Map<string, string[]>()
  for (const [index, raw] of lines.entries()) {
    let line = raw
    if (/^[ \t]/.test(line)) {
      if (has('folded-refused') || index === 0) throw new Refused()
      if (!has('folded-line-as-field')) continue
      line = line.trim()
    }
    const colon = line.indexOf(':')
    let name = line.slice(0, Math.max(0, colon))
    if (has('space-before-colon-accepted')) name = name.trim()
    const value = has('value-not-trimmed') ? line.slice(colon + 2) : line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')
    if (!tokenText.test(name) && !has('field-name-unchecked')) throw new Refused()
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(value) && !has('field-value-unchecked')) throw new Refused()
    if (has('field-value-ascii-only') && /[\x80-\xff]/.test(value)) throw new Refused()
    if (has('field-value-needed') && value === '') throw new Refused()
    if (has('object-property-names-refused') && name in {}) throw new Refused()
    const lower = has('field-name-case-sensitive') ? name : name.toLowerCase()
    fields.set(lower, [...(fields.get(lower) ?? []), value])
  }
  const wanted = (name: string): string =>
    has('field-name-case-sensitive')
      ? name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase()).replace('Websocket', 'WebSocket')
      : name
  const all = (name: string): string[] => fields.get(wanted(name)) ?? []
  const list = (name: string): string[] =>
    all(name).flatMap((value) => (has('lists-as-one-value') ? [value] : value.split(',').map((part) => part.trim())))
  if (has('content-fields-refused') && (all('content-length').length > 0 || all('transfer-encoding').length > 0)) throw new Refused()
  if (has('field-order-fixed') && [...fields.keys()][0] !== 'upgrade') throw new Refused()

  const upgrades = has('upgrade-list-accepted') ? list('upgrade') : all('upgrade')
  const isWebsocket = (value: string | undefined): boolean =>
    has('upgrade-substring')
      ? /web.?socket/i.test(value ?? '')
      : has('upgrade-case-sensitive')
        ? value === 'websocket'
        : value?.toLowerCase() === 'websocket'
  if (!has('upgrade-unchecked') && !(has('upgrade-list-accepted') ? upgrades.some(isWebsocket) : upgrades.length === 1 && isWebsocket(upgrades[0])))
    throw new Refused()
  const connection = has('first-line-only') ? list('connection').slice(0, 1) : list('connection')
  if (has('empty-elements-refused') && connection.includes('')) throw new Refused()
  const isUpgrade = (value: string): boolean =>
    has('connection-substring') ? /upgrade/i.test(value) : has('connection-case-sensitive') ? value === 'Upgrade' : value.toLowerCase() === 'upgrade'
  if (!has('connection-unchecked') && !connection.some(isUpgrade)) throw new Refused()

  const accepts = all('sec-websocket-accept')
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const isAccept = (value: string | undefined): boolean =>
    has('accept-unchecked') ||
    value === accept ||
    (has('accept-case-insensitive') && value?.toLowerCase() === accept.toLowerCase()) ||
    (has('accept-prefix') && value !== undefined && value.length > 10 && (accept.startsWith(value) || value.startsWith(accept))) ||
    (has('accept-missing-accepted') && (value === undefined || value === '')) ||
    (has('accept-contained') && value !== undefined && value.includes(accept))
  const good = has('accept-last')
    ? isAccept(accepts.at(-1))
    : has('accept-first')
      ? isAccept(accepts[0])
      : accepts.length === 1 && isAccept(accepts[0])
  if (!good && !has('accept-unchecked') && !(has('accept-missing-accepted') && accepts.length === 0)) throw new Refused()

  const protocols = all('sec-websocket-protocol')
  if (!has('subprotocol-unchecked')) {
    if (protocols.length > 1 && !has('subprotocol-twice-accepted') && !has('subprotocol-last-line')) throw new Refused()
    const protocol = has('subprotocol-last-line') ? protocols.at(-1) : protocols[0]
    if (protocol !== undefined) {
      const known =
        offered.includes(protocol) ||
        (has('subprotocol-case-insensitive') && offered.some((name) => name.toLowerCase() === protocol.toLowerCase())) ||
        (has('subprotocol-prefix') && offered.some((name) => protocol.startsWith(name))) ||
        (has('subprotocol-from-plain-object') && protocol in {}) ||
        (has('subprotocol-unasked-accepted') && offered.length === 0)
      if (!known || has('subprotocol-always-refused')) throw new Refused()
    } else if (offered.length > 0 && !has('subprotocol-none-accepted')) throw new Refused()
  }
  return extensionsOf(all('sec-websocket-extensions'), offer, has)
}

function extensionsOf(lines: readonly string[], offer: string | undefined, has: (name: string) => boolean): Agreed | undefined {
  if (lines.length === 0 || has('extensions-unchecked')) return undefined
  if (lines.length > 1 && !has('extensions-twice-accepted') && !has('extensions-last-line')) throw new Refused()
  const one = has('extensions-last-line') ? lines.at(-1)! : has('extensions-twice-accepted') ? lines[0]! : lines.join(',')
  const elements = splitList(one, has)
  if (elements === undefined) {
    if (has('extensions-grammar-unchecked')) return undefined
    throw new Refused()
  }
  let agreed: Agreed | undefined
  for (const element of elements) {
    const similar = has('extension-name-by-substring') && element.name.startsWith('permessage-deflate')
    if ((element.name !== 'permessage-deflate' && !similar) || offer === undefined) {
      if (has('extension-not-offered-accepted') || (has('extension-from-plain-object') && element.name in {})) continue
      throw new Refused()
    }
    if (agreed !== undefined && !has('extension-twice-accepted')) throw new Refused()
    const bits = (value: string | undefined): number => {
      if (value !== undefined && /^(?:[89]|1[0-5])$/.test(value)) return Number(value)
      if (has('window-bits-unchecked')) return 15
      if (has('window-bits-lenient') && value !== undefined && [8, 9, 10, 11, 12, 13, 14, 15].includes(Math.abs(Number(value))))
        return Math.abs(Number(value))
      throw new Refused()
    }
    const seen = new Map<string, number>()
    for (const [name, value] of element.parameters) {
      if (seen.has(name) && !has('deflate-parameter-twice-accepted')) throw new Refused()
      if (name === 'server_max_window_bits' || name === 'client_max_window_bits') {
        if (value === undefined && has('deflate-window-without-value-accepted')) continue
        if (has('server-window-refused') && name === 'server_max_window_bits') throw new Refused()
        seen.set(name, bits(value))
      } else if (name === 'server_no_context_takeover' || name === 'client_no_context_takeover') {
        if (value !== undefined && !has('deflate-takeover-value-accepted')) throw new Refused()
        if (has('deflate-takeover-refused')) throw new Refused()
        seen.set(name, 1)
      } else if (!has('deflate-unknown-parameter-accepted')) throw new Refused()
    }
    if (has('legal-window-8-refused') && seen.get('client_max_window_bits') === 8) throw new Refused()
    agreed = {
      own: { bits: seen.get('client_max_window_bits') ?? 15, takeover: !seen.has('client_no_context_takeover') },
      peer: { bits: seen.get('server_max_window_bits') ?? 15, takeover: !seen.has('server_no_context_takeover') },
    }
  }
  return agreed
}

/** The order and the case of field names mean nothing (RFC 9110 sections 5.1 and 5.3). */
function legalRequest(lines: readonly string[], has: (name: string) => boolean): string {
  const [first = '', ...fields] = lines.slice(0, -2)
  const more = has('legal-fields-more') ? ['Origin: http://localhost', 'User-Agent: x/1 (y)', 'Cookie: a=b', 'Accept: */*', 'X-Empty:'] : []
  let all = [...more, ...fields].map((line) => {
    const colon = line.indexOf(':')
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1)]
    if (has('legal-names-upper')) return `${name.toUpperCase()}:${name === 'Upgrade' || name === 'Connection' ? value.toUpperCase() : value}`
    if (has('legal-names-lower')) return `${name.toLowerCase()}:${value.trim()}\t `
    return has('legal-connection-list') && name === 'Connection' ? 'Connection: keep-alive, Upgrade' : line
  })
  if (has('legal-names-upper')) all = all.reverse()
  return [first, ...all, '', ''].join('\r\n')
}

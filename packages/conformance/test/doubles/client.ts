import { randomBytes } from 'node:crypto'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { check, Refused } from './client-check.ts'
import { Endpoint } from './endpoint.ts'
import type { Agreed } from './endpoint-options.ts'

export interface DoubleClientOptions {
  readonly mutants?: Iterable<string>
  /** Default: none. */
  readonly subprotocols?: readonly string[]
  readonly maxMessage?: number
  readonly handshakeMs?: number
  readonly closeMs?: number
}

const example = 'dGhlIHNhbXBsZSBub25jZQ=='

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
  const key = keyOf(has)
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

function keyOf(has: (name: string) => boolean): string {
  if (has('key-constant')) return example
  const key = randomBytes(has('key-of-15-bytes') ? 15 : 16).toString('base64')
  // As the example in RFC 6455 section 4.1 has them.
  return has('legal-key-padding-bits') ? key.replace(/.(?===$)/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 1)) : key
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

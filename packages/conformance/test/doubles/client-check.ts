import { createHash } from 'node:crypto'
import type { Agreed } from './endpoint-options.ts'
import { splitList } from './negotiate.ts'

const tokenText = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** The response is none that a client may go on with. */
export class Refused extends Error {}

/** RFC 6455 section 4.1, what the client must find in the response. */
export function check(
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
  const connection = has('first-line-only')
    ? list('connection').slice(0, 1)
    : has('connection-last-line')
      ? list('connection').slice(-1)
      : list('connection')
  if (has('empty-elements-refused') && connection.includes('')) throw new Refused()
  const isUpgrade = (value: string): boolean =>
    has('connection-substring') ? /upgrade/i.test(value) : has('connection-case-sensitive') ? value === 'Upgrade' : value.toLowerCase() === 'upgrade'
  if (!has('connection-unchecked') && !connection.some(isUpgrade)) throw new Refused()

  const accepts = all('sec-websocket-accept')
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const isAccept = (value: string | undefined): boolean =>
    has('accept-unchecked') ||
    value === accept ||
    (has('accept-first-26-only') && value?.length === 28 && value.startsWith(accept.slice(0, 26))) ||
    (has('accept-last-26-only') && value?.length === 28 && value.endsWith(accept.slice(2))) ||
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

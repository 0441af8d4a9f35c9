/** `host[:port]` of Host, `:authority`, an absolute-form target or an origin (RFC 3986 section 3.2, RFC 9110 section 7.2). */
export interface Authority {
  /** Lower-case; an IPv6 address keeps its brackets. */
  readonly host: string
  /** Undefined where none is written or it is empty. */
  readonly port: number | undefined
}

/** `host` or `host:port`, as Host carries it. */
export function serializeAuthority(authority: Authority): string {
  return authority.port === undefined ? authority.host : `${authority.host}:${authority.port}`
}

/** As `serializeAuthority` of what `parseAuthority` gives, and `text` itself where it is in that form: a name or an IPv4 address, as clients write them. */
export function normalizeAuthority(text: string): string | undefined {
  if (isNormal(text)) return text
  const authority = parseAuthority(text)
  return authority === undefined ? undefined : serializeAuthority(authority)
}

/** False says nothing. */
function isNormal(text: string): boolean {
  let position = 0
  for (; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (!((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2d)) break
  }
  if (position === 0 || position === text.length) return position > 0
  if (text.charCodeAt(position) !== 0x3a || position + 1 === text.length || text.charCodeAt(position + 1) === 0x30) return false
  let port = 0
  while (++position < text.length) {
    const digit = text.charCodeAt(position) - 0x30
    if (digit < 0 || digit > 9) return false
    port = port * 10 + digit
    if (port > 65535) return false
  }
  return true
}

/** @returns undefined for anything that is not `uri-host [ ":" port ]`: userinfo, an empty host, a port above 65535 */
export function parseAuthority(text: string): Authority | undefined {
  const end = text.charCodeAt(0) === 0x5b ? text.indexOf(']') + 1 : endOfRegName(text)
  if (end === 0 || (text[0] === '[' && !isIpv6(text, 1, end - 1))) return undefined
  const host = text.slice(0, end).toLowerCase()
  if (end === text.length) return { host, port: undefined }
  if (text[end] !== ':') return undefined
  let port = 0
  for (let position = end + 1; position < text.length; position++) {
    const digit = text.charCodeAt(position) - 0x30
    if (digit < 0 || digit > 9) return undefined
    port = port * 10 + digit
    if (port > 65535) return undefined
  }
  return { host, port: end + 1 === text.length ? undefined : port }
}

/** reg-name = *( unreserved / pct-encoded / sub-delims ); at least one, since http and https need a host (RFC 9110 section 4.2.1). */
function endOfRegName(text: string): number {
  let position = 0
  for (; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code === 0x25) {
      if (!isHex(text.charCodeAt(position + 1)) || !isHex(text.charCodeAt(position + 2))) return 0
      position += 2
    } else if (!isRegNameCode(code)) break
  }
  return position
}

function isRegNameCode(code: number): boolean {
  if ((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a)) return true
  return code < 0x80 && "-._~!$&'()*+,;=".includes(String.fromCharCode(code))
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)
}

/** IPv6address (RFC 3986 section 3.2.2): eight groups, one `::` may replace one group or more, the last two may be an IPv4 address. */
function isIpv6(text: string, start: number, end: number): boolean {
  let groups = 0
  let compressed = false
  let position = start
  if (text[start] === ':') {
    if (text[start + 1] !== ':') return false
    compressed = true
    position = start + 2
  }
  while (position < end) {
    const from = position
    while (position < end && position - from < 5 && isHex(text.charCodeAt(position))) position++
    if (text[position] === '.' && position < end) return groups <= 6 && (compressed ? groups + 2 < 8 : groups === 6) && isIpv4(text.slice(from, end))
    if (position === from || position - from > 4 || ++groups > 8) return false
    if (position === end) break
    if (text[position++] !== ':') return false
    if (text[position] === ':' && position < end) {
      if (compressed) return false
      compressed = true
      position++
    } else if (position === end) return false
  }
  return compressed ? groups < 8 : groups === 8
}

function isIpv4(text: string): boolean {
  const octets = text.split('.', 5)
  return octets.length === 4 && octets.every((octet) => /^(?:0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) <= 255)
}

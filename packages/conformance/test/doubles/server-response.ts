import { createHash } from 'node:crypto'

/** What a 101 is made of. */
export interface Switching {
  /** The head of the request. */
  readonly text: string
  readonly key: string
  readonly subprotocol: string | undefined
  /** The values of the request's Sec-WebSocket-Extensions. */
  readonly extensionLines: readonly string[]
  /** The value of the response's. */
  readonly negotiated: string | undefined
}

/** The head of the response that opens the connection. */
export function switchingResponse({ text, key, subprotocol, extensionLines, negotiated }: Switching, has: (name: string) => boolean): string {
  const accepted = has('accept-of-canonical-key')
    ? Buffer.from(key, 'base64').toString('base64')
    : has('accept-of-unescaped-key')
      ? key.replaceAll('+', ' ')
      : key
  const guid = has('accept-wrong') ? '258EAFA5-E914-47DA-95CA-5AB9DC85B11F' : '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  const accept = createHash('sha1')
    .update((has('accept-of-untrimmed-key') ? /sec-websocket-key:([^\r\n]*)/i.exec(text)![1]! : accepted) + guid)
    .digest('base64')
  const lines = [
    ...(has('legal-early-hints') ? ['HTTP/1.1 103 Early Hints', 'Link: </style.css>; rel=preload', ''] : []),
    has('legal-reason-empty')
      ? 'HTTP/1.1 101 '
      : has('legal-reason-other')
        ? 'HTTP/1.1 101 caf\xe9'
        : has('101-in-http-1.0')
          ? 'HTTP/1.0 101 Switching Protocols'
          : 'HTTP/1.1 101 Switching Protocols',
    ...(has('101-without-upgrade') ? [] : [`Upgrade: ${has('101-upgrade-other') ? 'h2c' : 'websocket'}`]),
    ...(has('101-without-connection') ? [] : ['Connection: Upgrade']),
    ...(has('101-without-accept') ? [] : [`Sec-WebSocket-Accept: ${accept}`]),
    ...(has('101-accept-twice') ? [`Sec-WebSocket-Accept: ${accept}`] : []),
    ...(has('101-line-without-colon') ? ['X-Field'] : []),
    ...(has('101-space-before-colon') ? ['X-Field : a'] : []),
    ...(has('101-with-content-length') ? ['Content-Length: 0'] : []),
    ...(has('101-with-transfer-encoding') ? ['Transfer-Encoding: chunked'] : []),
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    ...(subprotocol !== undefined && has('101-subprotocol-twice') ? [`Sec-WebSocket-Protocol: ${subprotocol}`] : []),
    ...(negotiated === undefined ? [] : [`Sec-WebSocket-Extensions: ${negotiated}`]),
    ...(negotiated !== undefined && has('101-extensions-twice') ? [`Sec-WebSocket-Extensions: ${negotiated}`] : []),
    ...(has('extension-unasked') && extensionLines.length === 0 ? ['Sec-WebSocket-Extensions: x-own'] : []),
    ...(has('extensions-echoed') && extensionLines.length > 0 && negotiated === undefined
      ? [`Sec-WebSocket-Extensions: ${extensionLines.join(', ')}`]
      : []),
    ...(has('legal-fields-more') ? ['Date: Thu, 26 Nov 2026 00:00:00 GMT', 'Server: x/1 (y)', 'Set-Cookie: a=b', 'Set-Cookie: c=d', 'X-Empty:'] : []),
    '',
    '',
  ].map((line) => legalCase(line, has))
  return lines.join('\r\n')
}

/** Field names are case-insensitive, and so are the tokens in Upgrade and Connection (RFC 9110 sections 5.1 and 7.8). */
function legalCase(line: string, has: (name: string) => boolean): string {
  const colon = line.indexOf(':')
  if (colon < 0 || line.startsWith('HTTP/')) return line
  const [name, value] = [line.slice(0, colon), line.slice(colon + 1)]
  const tokens = name === 'Upgrade' || name === 'Connection'
  if (has('legal-names-upper')) return `${name.toUpperCase()}:${tokens ? value.toUpperCase() : value}`
  if (has('legal-names-lower')) return `${name.toLowerCase()}:${value.trim()}\t `
  if (has('legal-connection-list') && name === 'Connection') return 'Connection: keep-alive, Upgrade'
  return line
}

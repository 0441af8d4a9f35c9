import { fetchMetadata, fetchStandard, rfc, uaClientHints } from './citation.ts'
import type { Citation } from './citation.ts'
import { explainExtensions } from './extension-notes.ts'
import { listOfTokens } from './wire-head.ts'

/** The meaning of one line. `part` distinguishes fields of the opening handshake from those of any request. */
export interface Note {
  readonly part: 'handshake' | 'http' | 'unknown'
  readonly meaning: string
  readonly citation: Citation | undefined
}

export interface NoteContext {
  /** The subprotocols that the server declares; undefined where only the server knows. */
  readonly declaredSubprotocols: readonly string[] | undefined
  /** The offers of the request, in order. */
  readonly offeredSubprotocols: readonly string[]
  readonly authority: string
}

type Explain = (value: string, context: NoteContext) => Note

const handshake = (citation: Citation, meaning: string): Note => ({ part: 'handshake', meaning, citation })
const http = (citation: Citation, meaning: string): Note => ({ part: 'http', meaning, citation })
const fixed =
  (note: Note): Explain =>
  () =>
    note

const notes: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  [
    ':protocol',
    fixed(
      handshake(
        rfc(8441, '4'),
        'The protocol that this stream of the HTTP/2 connection will carry. It makes the CONNECT an Extended CONNECT and replaces Upgrade, which HTTP/2 does not have.',
      ),
    ),
  ],
  [':scheme', fixed(handshake(rfc(8441, '5'), 'https for a wss URL, http for ws.'))],
  [':path', fixed(handshake(rfc(8441, '4'), 'The request target: path and query of the URL.'))],
  [':authority', fixed(handshake(rfc(9113, '8.3.1'), 'The host and port of the URL; it replaces Host. The server compares Origin with it.'))],
  [
    'host',
    fixed(
      handshake(
        rfc(6455, '4.1'),
        'The host and port of the URL. Exactly one Host line is allowed. The server compares Origin with it to recognize its own pages.',
      ),
    ),
  ],
  [
    'upgrade',
    (value) =>
      handshake(
        rfc(6455, '4.1'),
        value.toLowerCase() === 'websocket'
          ? 'Asks to switch this connection from HTTP to the WebSocket Protocol. The comparison ignores case.'
          : 'A list of protocols to switch to. It must contain websocket; the comparison ignores case.',
      ),
  ],
  [
    'connection',
    (value) =>
      handshake(
        rfc(6455, '4.1'),
        listOfTokens([value]).length > 1
          ? 'A list of options for this hop only. Upgrade means that the Upgrade field is for the next server, not for one behind it.'
          : 'The Upgrade field is for this hop only: a proxy that does not support WebSocket removes it, so the handshake fails instead of succeeding halfway.',
      ),
  ],
  [
    'sec-websocket-key',
    fixed(
      handshake(
        rfc(6455, '4.1'),
        'Sixteen random bytes in base64, new for each connection. It is not a secret: the server answers it to prove that it understood this request. Scripts cannot set fields that begin with Sec-.',
      ),
    ),
  ],
  [
    'sec-websocket-version',
    (value) =>
      handshake(
        rfc(6455, '4.1'),
        value === '13'
          ? 'The protocol version; 13 is RFC 6455. A server that does not support it answers 426 with the versions it supports.'
          : `Version ${value}. RFC 6455 defines only 13; the server answers 426 with the versions it supports.`,
      ),
  ],
  ['sec-websocket-protocol', (_value, context) => handshake(rfc(6455, '1.9'), subprotocolOffer(context))],
  [
    'sec-websocket-extensions',
    (value) =>
      handshake(
        rfc(6455, '9.1'),
        `The extensions that the client offers, in order of preference, with their parameters. The server may accept some, all or none, and must not add any. permessage-deflate compresses messages (RFC 7692).${explainExtensions(value)}`,
      ),
  ],
  ['origin', (value, context) => handshake(rfc(6455, '10.2'), origin(value, context))],
  ['user-agent', fixed(http(rfc(9110, '10.1.5'), 'The software that sent the request. The handshake does not use it.'))],
  [
    'accept-encoding',
    fixed(http(rfc(9110, '12.5.3'), 'Codings for the content of an HTTP response. A 101 has no content; an extension compresses messages instead.')),
  ],
  ['accept-language', fixed(http(rfc(9110, '12.5.4'), 'The languages that the reader prefers. The handshake does not use them.'))],
  ['cache-control', fixed(http(fetchStandard, 'The Fetch standard sends no-cache so that no cache answers instead of the server.'))],
  ['pragma', fixed(http(rfc(9111, '5.4'), 'The same for HTTP/1.0 caches. It is deprecated, but browsers still send it.'))],
  [
    'cookie',
    fixed(
      http(
        rfc(6265, '4.2'),
        'The cookies of this host. Browsers send them whichever page connects, so a server must check Origin before it trusts them.',
      ),
    ),
  ],
  ['authorization', fixed(http(rfc(9110, '11.6.2'), 'Credentials. Scripts cannot set this field for a WebSocket; programs can.'))],
  [
    'sec-fetch-site',
    fixed(
      http(
        fetchMetadata,
        'Whether the connecting page has the same origin, is on the same site or on another. The browser sets it; pages cannot forge it.',
      ),
    ),
  ],
  ['sec-fetch-mode', fixed(http(fetchMetadata, 'websocket: this request opens a connection rather than loading a resource.'))],
  ['sec-fetch-dest', fixed(http(fetchMetadata, 'The use of the response. Browsers send websocket or empty.'))],
  ['sec-fetch-storage-access', fixed(http(fetchMetadata, 'Whether the page may use cookies of another site. The handshake does not use it.'))],
  [
    'sec-gpc',
    fixed(
      http(
        { text: 'Global Privacy Control', href: 'https://w3c.github.io/gpc/' },
        'The reader asks not to be tracked. The handshake does not use it.',
      ),
    ),
  ],
  [
    'dnt',
    fixed(
      http(
        { text: 'Tracking Preference Expression', href: 'https://www.w3.org/TR/tracking-dnt/' },
        'The reader asks not to be tracked. The handshake does not use it.',
      ),
    ),
  ],
])

export function requestLineNote(line: string): Note {
  if (line.startsWith(':method:')) {
    return handshake(
      rfc(8441, '4'),
      'Over HTTP/2 the opening handshake is a CONNECT on one stream of a connection that carries others too. There is no request line: fields that begin with a colon replace it.',
    )
  }
  const [method = '', target = '', version = ''] = line.split(' ')
  return handshake(
    rfc(6455, '4.1'),
    `Method ${method || '?'} (a handshake must be a GET), request target ${target || '?'}, and ${version || 'no version'} (at least HTTP/1.1).`,
  )
}

export function requestFieldNote(name: string, value: string, context: NoteContext): Note {
  const explain = notes.get(name.toLowerCase())
  if (explain !== undefined) return explain(value, context)
  if (/^sec-ch-/i.test(name)) return http(uaClientHints, 'A hint about the browser and its device. The handshake does not use it.')
  return {
    part: 'unknown',
    meaning: 'Not part of the opening handshake. A server ignores unknown fields.',
    citation: rfc(6455, '4.2.1'),
  }
}

function subprotocolOffer(context: NoteContext): string {
  const { declaredSubprotocols: declared, offeredSubprotocols: offered } = context
  const names = `The subprotocols that the client offers, in order of preference: ${offered.join(', ') || 'none'}. Names are case-sensitive`
  if (declared === undefined) return `${names}; the server selects one of them, or none.`
  const speaks = declared.length === 0 ? 'this server declares none' : `this server declares ${declared.join(', ')}`
  const chosen = offered.find((name) => declared.includes(name))
  const result = chosen === undefined ? 'so none matches' : `so the first match is ${chosen}`
  return `${names}; ${speaks}, ${result}.`
}

function origin(value: string, context: NoteContext): string {
  const about = 'The origin of the page that connects. The browser sets it; no script can change it.'
  if (value === 'null') return `${about} null is an opaque origin, for example that of a sandboxed frame or a file.`
  const same = value.toLowerCase().replace(/^https?:\/\//, '') === context.authority.toLowerCase()
  return same
    ? `${about} It matches Host, so it is the same origin, which is allowed.`
    : `${about} It differs from Host, so it is cross-origin and allowed only if the server lists it.`
}

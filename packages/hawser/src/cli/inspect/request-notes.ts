import { fetchMetadata, fetchStandard, rfc, uaClientHints } from './citation.ts'
import type { Citation } from './citation.ts'
import { explainExtensions } from './extension-notes.ts'
import { listOfTokens } from './wire-head.ts'

/** What one line means. `part` tells the fields of the opening handshake from those that any request carries. */
export interface Note {
  readonly part: 'handshake' | 'http' | 'unknown'
  readonly meaning: string
  readonly citation: Citation | undefined
}

export interface NoteContext {
  /** What the server was told to speak. */
  readonly declaredSubprotocols: readonly string[]
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
        'What this stream of an HTTP/2 connection is to carry; it makes the CONNECT an Extended CONNECT. It stands for Upgrade, which HTTP/2 does not have.',
      ),
    ),
  ],
  [':scheme', fixed(handshake(rfc(8441, '5'), 'https for a wss URL, http for ws.'))],
  [':path', fixed(handshake(rfc(8441, '4'), 'The request target: path and query of the URL.'))],
  [
    ':authority',
    fixed(handshake(rfc(9113, '8.3.1'), 'The host and port that the URL named, in the place of Host. The server compares Origin with it.')),
  ],
  [
    'host',
    fixed(
      handshake(
        rfc(6455, '4.1'),
        'The host and port that the URL named. Exactly one Host line is allowed; the server compares Origin with it to tell its own pages from others.',
      ),
    ),
  ],
  [
    'upgrade',
    (value) =>
      handshake(
        rfc(6455, '4.1'),
        value.toLowerCase() === 'websocket'
          ? 'Asks to leave HTTP and speak the WebSocket Protocol on this same connection. Compared without regard to case.'
          : 'A list of protocols to change to; it must contain websocket, compared without regard to case.',
      ),
  ],
  [
    'connection',
    (value) =>
      handshake(
        rfc(6455, '4.1'),
        listOfTokens([value]).length > 1
          ? 'Options for this hop only, as a list. Upgrade among them says that the Upgrade field is meant for the next server and not for one behind it.'
          : 'Says that the Upgrade field is meant for this hop only: a proxy that does not know WebSocket drops it, and the handshake then fails instead of going half-way.',
      ),
  ],
  [
    'sec-websocket-key',
    fixed(
      handshake(
        rfc(6455, '4.1'),
        'Sixteen random bytes in base64, new for each connection. No secret: the server proves with it that it understood this very request. Scripts cannot set fields that begin with Sec-.',
      ),
    ),
  ],
  [
    'sec-websocket-version',
    (value) =>
      handshake(
        rfc(6455, '4.1'),
        value === '13'
          ? 'The version of the protocol: 13 is RFC 6455. A server that does not speak it answers 426 with the versions it does.'
          : `Version ${value}; the only one that RFC 6455 defines is 13. The server answers 426 with the versions it speaks.`,
      ),
  ],
  ['sec-websocket-protocol', (_value, context) => handshake(rfc(6455, '1.9'), subprotocolOffer(context))],
  [
    'sec-websocket-extensions',
    (value) =>
      handshake(
        rfc(6455, '9.1'),
        `Extensions that the browser offers, in order of preference, each with its parameters. The server may take some of them or none; it must not add one. permessage-deflate compresses messages (RFC 7692).${explainExtensions(value)}`,
      ),
  ],
  ['origin', (value, context) => handshake(rfc(6455, '10.2'), origin(value, context))],
  ['user-agent', fixed(http(rfc(9110, '10.1.5'), 'Which software sent the request. It plays no part in the handshake.'))],
  [
    'accept-encoding',
    fixed(
      http(
        rfc(9110, '12.5.3'),
        'Codings for the content of an HTTP response. A 101 has no content; messages are compressed by an extension instead.',
      ),
    ),
  ],
  ['accept-language', fixed(http(rfc(9110, '12.5.4'), 'Languages the reader prefers. It plays no part in the handshake.'))],
  ['cache-control', fixed(http(fetchStandard, 'The Fetch standard sends no-cache so that no cache answers in place of the server.'))],
  ['pragma', fixed(http(rfc(9111, '5.4'), 'The same for caches of HTTP/1.0; deprecated, and still sent by browsers.'))],
  [
    'cookie',
    fixed(
      http(
        rfc(6265, '4.2'),
        'The cookies of this host, sent on a handshake from any page: this is why a server must check Origin before it trusts them.',
      ),
    ),
  ],
  ['authorization', fixed(http(rfc(9110, '11.6.2'), 'Credentials. Scripts cannot set this field for a WebSocket; programs can.'))],
  [
    'sec-fetch-site',
    fixed(
      http(
        fetchMetadata,
        'Whether the page that connects is of the same origin, the same site or another. Set by the browser; pages cannot forge it.',
      ),
    ),
  ],
  ['sec-fetch-mode', fixed(http(fetchMetadata, 'websocket tells the server that this request opens a connection and does not load a resource.'))],
  ['sec-fetch-dest', fixed(http(fetchMetadata, 'What the response will be used for; browsers send websocket or empty here.'))],
  ['sec-fetch-storage-access', fixed(http(fetchMetadata, 'Whether the page may use cookies of another site. It plays no part in the handshake.'))],
  [
    'sec-gpc',
    fixed(
      http(
        { text: 'Global Privacy Control', href: 'https://w3c.github.io/gpc/' },
        'The reader asks not to be tracked. It plays no part in the handshake.',
      ),
    ),
  ],
  [
    'dnt',
    fixed(
      http(
        { text: 'Tracking Preference Expression', href: 'https://www.w3.org/TR/tracking-dnt/' },
        'The reader asks not to be tracked. It plays no part in the handshake.',
      ),
    ),
  ],
])

export function requestLineNote(line: string): Note {
  if (line.startsWith(':method:')) {
    return handshake(
      rfc(8441, '4'),
      'Over HTTP/2 an opening handshake is a CONNECT for one stream of a connection that carries others, too. It has no request line: fields that begin with a colon say what it said.',
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
  if (/^sec-ch-/i.test(name)) return http(uaClientHints, 'A hint about the browser and its device. It plays no part in the handshake.')
  return {
    part: 'unknown',
    meaning: 'No part of the opening handshake. A server ignores fields that it does not know.',
    citation: rfc(6455, '4.2.1'),
  }
}

function subprotocolOffer(context: NoteContext): string {
  const { declaredSubprotocols: declared, offeredSubprotocols: offered } = context
  const speaks = declared.length === 0 ? 'this server declares none' : `this server declares ${declared.join(', ')}`
  const chosen = offered.find((name) => declared.includes(name))
  const result = chosen === undefined ? 'so none of them matches' : `so the first that matches is ${chosen}`
  return `The subprotocols the client offers, the one it prefers first: ${offered.join(', ') || 'none'}. Names are case-sensitive; ${speaks}, ${result}.`
}

function origin(value: string, context: NoteContext): string {
  const about = 'The page whose script asked for the connection. The browser sets it and no script can change it.'
  if (value === 'null') return `${about} null stands for an opaque origin, for example a sandboxed frame or a file.`
  const same = value.toLowerCase().replace(/^https?:\/\//, '') === context.authority.toLowerCase()
  return same
    ? `${about} It equals the host in Host: the same origin, which is allowed.`
    : `${about} It is not the host in Host: another origin, allowed only where the server was told so.`
}

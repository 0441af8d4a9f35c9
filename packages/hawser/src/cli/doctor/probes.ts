/** What is tried: descriptions only. */
import type { HandshakeProbeId, Target } from './observation.ts'
import { otherScheme } from './target.ts'

/** One opening handshake to try. */
export interface HandshakeProbe {
  readonly id: HandshakeProbeId
  readonly url: string
  readonly http: '1.1' | '2'
  /** Undefined: no Origin field. */
  readonly origin: string | undefined
  readonly subprotocols: readonly string[]
  /** Offer permessage-deflate. */
  readonly deflate: boolean
  /** The fields that browsers add to every request. */
  readonly browserFields: boolean
}

/** An origin that no server lists (RFC 6761 section 6.4: names in `invalid` do not exist). */
export const FOREIGN_ORIGIN = 'https://hawser-doctor.invalid'

/** As Chromium sends them, in its order, without those of the handshake. */
export const BROWSER_FIELDS: readonly (readonly [name: string, value: string])[] = [
  ['Pragma', 'no-cache'],
  ['Cache-Control', 'no-cache'],
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Accept-Language', 'en-US,en;q=0.9'],
]

/** The opening handshakes that depend on nothing seen before, the most telling first. */
export function planHandshakes(target: Target, subprotocols: readonly string[]): readonly HandshakeProbe[] {
  const { url, origin } = target
  const bare = { url, http: '1.1', origin: undefined, subprotocols: [], deflate: false, browserFields: false } as const
  const browser = { url, http: '1.1', origin, subprotocols, deflate: true, browserFields: true } as const
  const probes: HandshakeProbe[] = [
    { ...bare, id: 'rfc6455' },
    { ...browser, id: 'browser' },
    { ...browser, id: 'no-origin', origin: undefined },
    { ...browser, id: 'no-compression', deflate: false },
    { ...browser, id: 'foreign-origin', origin: FOREIGN_ORIGIN },
    { ...bare, id: 'http2-rfc6455', http: '2' },
    { ...browser, id: 'http2-browser', http: '2' },
    { ...bare, id: 'other-scheme', url: otherScheme(target) },
  ]
  if (subprotocols.length > 0) probes.push({ ...browser, id: 'no-subprotocol', subprotocols: [] })
  if (target.secure && origin.startsWith('https:')) {
    probes.push({ ...browser, id: 'http-origin', origin: origin.replace('https:', 'http:') })
  }
  return probes
}

/** An opening handshake as RFC 6455 alone asks, at another URL. */
export function planElsewhere(id: 'root-path' | 'other-slash' | 'redirect-target' | 'direct', url: string): HandshakeProbe {
  return { id, url, http: '1.1', origin: undefined, subprotocols: [], deflate: false, browserFields: false }
}

/** A reference to a standard. */
export interface Citation {
  readonly text: string
  readonly href: string
}

/** `rfc(6455, '4.2.2')`: RFC 6455 section 4.2.2. */
export function rfc(number: number, section: string): Citation {
  return { text: `RFC ${number} section ${section}`, href: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}` }
}

export const fetchStandard: Citation = {
  text: 'Fetch, WebSocket opening handshake',
  href: 'https://fetch.spec.whatwg.org/#websocket-opening-handshake',
}
export const fetchMetadata: Citation = { text: 'Fetch Metadata', href: 'https://www.w3.org/TR/fetch-metadata/' }
export const webSocketsStandard: Citation = { text: 'WebSockets (WHATWG)', href: 'https://websockets.spec.whatwg.org/#dom-websocket-websocket' }
export const uaClientHints: Citation = { text: 'User-Agent Client Hints', href: 'https://wicg.github.io/ua-client-hints/' }

/** The citation of a rule in an error. Documents other than RFCs have no address here. */
export function ruleCitation(rule: { readonly document: string; readonly section: string }): Citation {
  const number = /^RFC (\d+)$/.exec(rule.document)?.[1]
  const text = `${rule.document} section ${rule.section}`
  if (number !== undefined) return rfc(Number(number), rule.section)
  return { text, href: '' }
}

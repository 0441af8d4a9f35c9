import { encodeBase64 } from '../core/base64.ts'
import { HandshakeError } from '../core/errors.ts'
import type { Rule } from '../core/errors.ts'
import { RULES } from '../core/handshake/rules.ts'
import { readServerAddress } from '../core/handshake/url.ts'
import type { ServerAddress } from '../core/handshake/url.ts'

const schemeHint = 'an absolute URL begins with ws:// or wss://'
const unixHint = 'to reach a Unix domain socket, set the option socketPath and give a ws or wss URL for the request'

/**
 * Accepts ws and wss, and http and https as their aliases, as the WHATWG standard does.
 * @throws HandshakeError at stage `url`; the message shows no userinfo
 */
export function parseAddress(input: string | URL): ServerAddress {
  const text = String(input)
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw invalid(text, 'it is not an absolute URL', RULES.RC2, schemeHint)
  }
  const read = readServerAddress(url)
  if (!read.ok) throw invalid(text, read.message, read.rule, hintFor(text))
  return read.value
}

/** `localhost:8080` is an absolute URL too, whose scheme is localhost. */
function hintFor(text: string): string | undefined {
  if (/^\w+\+unix:/i.test(text)) return unixHint
  return /^[\w.-]+:\d/.test(text) ? schemeHint : undefined
}

/** `scheme://host[:port]`. The caller's fields follow a redirect only where it stays the same. */
export function originOf(address: ServerAddress): string {
  return `${address.secure ? 'wss' : 'ws'}://${address.authority}`
}

/** `Basic` credentials (RFC 7617) in UTF-8, from the userinfo of a URL. */
export function encodeBasic(credentials: { readonly username: string; readonly password: string }): string {
  const pair = `${decodePercent(credentials.username)}:${decodePercent(credentials.password)}`
  return `Basic ${encodeBase64(new TextEncoder().encode(pair))}`
}

/** For messages, which never show credentials. */
export function hideUserinfo(text: string): string {
  return text.replace(/\/\/[^/?#]*@/, '//…@')
}

/** Userinfo that is not valid percent-encoding stands for itself. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function invalid(text: string, what: string, rule: Rule, hint?: string): HandshakeError {
  const shown = hideUserinfo(text)
  const quoted = JSON.stringify(shown.length > 200 ? `${shown.slice(0, 200)}…` : shown)
  return new HandshakeError(`the URL ${quoted}: ${what}`, { stage: 'url', fault: 'application', rule, ...(hint === undefined ? {} : { hint }) })
}

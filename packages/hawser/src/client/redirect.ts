import { HandshakeError } from '../core/errors.ts'
import type { ReceivedResponse, Rule } from '../core/errors.ts'
import { RULES } from '../core/handshake/rules.ts'
import type { ServerAddress } from '../core/handshake/url.ts'
import { hideUserinfo, originOf, parseAddress } from './address.ts'

export interface Redirect {
  readonly address: ServerAddress
  /** It leads to another scheme, host or port. */
  readonly crossOrigin: boolean
}

/** RFC 9110 section 15.4: 300 leaves the choice to a person; 304 and 305 are not redirects. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308
}

/** @throws HandshakeError at stage `redirect` */
export function followRedirect(from: ServerAddress, response: ReceivedResponse): Redirect {
  const locations = response.fields.filter(([name]) => name.toLowerCase() === 'location').map(([, value]) => value)
  const [location] = locations
  if (location === undefined || locations.length > 1) {
    throw refused(
      `the ${response.status} has ${locations.length === 0 ? 'no Location' : 'more than one Location'}`,
      response,
      RULES['redirect.location'],
    )
  }
  // A relative Location resolves the same way against the ws form of the URL as against its http form.
  let address: ServerAddress
  try {
    address = parseAddress(new URL(location, from.url))
  } catch (error) {
    throw refused(
      `its Location ${JSON.stringify(hideUserinfo(location).slice(0, 200))} cannot be followed`,
      response,
      RULES['redirect.location'],
      error,
    )
  }
  if (from.secure && !address.secure)
    throw refused(`it leads from ${from.url} to ${address.url}, which has no TLS`, response, RULES['redirect.downgrade'])
  return { address: { ...address, credentials: undefined }, crossOrigin: originOf(from) !== originOf(address) }
}

function refused(message: string, response: ReceivedResponse, rule: Rule, cause?: unknown): HandshakeError {
  return new HandshakeError(`cannot follow the redirect: ${message}`, {
    stage: 'redirect',
    fault: 'peer',
    rule,
    response,
    ...(cause === undefined ? {} : { cause }),
  })
}

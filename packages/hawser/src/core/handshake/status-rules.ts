import type { Rule } from '../errors.ts'
import { SUPPORTED_VERSION } from './refusals.ts'
import { RULES } from './rules.ts'

const http = (section: string, text: string): Rule => Object.freeze({ document: 'RFC 9110', section, level: 'MAY', text })

/** The rule that a server applies when it refuses with this status code. RFC 6455 leaves 401, 3xx and 2xx to HTTP (RC17). */
const byStatus: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  [400, http('15.5.1', 'A request that the server perceives as a client error is answered 400.')],
  [403, http('15.5.4', 'A request that the server understood and refuses to fulfil is answered 403.')],
  [404, RULES.RS8],
  [405, http('15.5.6', 'A method that the target resource does not support is answered 405.')],
  [407, http('15.5.8', 'A request without credentials for a proxy that needs them is answered 407.')],
  [408, http('15.5.9', 'A request that is not complete within the time that the server waits is answered 408.')],
  [410, http('15.5.11', 'A resource that is gone for good is answered 410.')],
  [414, RULES.H14],
  [421, RULES.misdirected],
  [426, RULES['upgrade-required']],
  [429, Object.freeze({ document: 'RFC 6585', section: '4', level: 'MAY', text: 'Too many requests in a given time are answered 429.' })],
  [431, RULES['fields-too-large']],
  [500, http('15.6.1', 'An unexpected condition in the server is answered 500.')],
  [501, http('15.6.2', 'What the server does not implement is answered 501.')],
  [502, http('15.6.3', 'An invalid response that a gateway received from the server behind it is answered 502.')],
  [503, http('15.6.4', 'An overload or a shutdown of the server is answered 503.')],
  [504, http('15.6.5', 'A server behind a gateway that does not respond in time is answered 504.')],
  [505, RULES['http-version']],
])

/**
 * The rule of a refusal, as far as its status code and Sec-WebSocket-Version tell.
 * @param supportedVersions which the response names
 * @param success the rule of what would have opened a WebSocket, for every other status code
 */
export function ruleForStatus(status: number, supportedVersions: readonly string[], success: Rule): Rule {
  // Section 4.4. HTTP/2 has 400 in place of 426.
  const refusesVersion = supportedVersions.length > 0 && !supportedVersions.includes(SUPPORTED_VERSION)
  if (refusesVersion && (status === 400 || status === 426)) return RULES.RS7
  return byStatus.get(status) ?? success
}

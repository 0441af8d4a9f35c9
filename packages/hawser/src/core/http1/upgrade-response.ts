import { agreeOnOpening, failForStatus, failOpening } from '../handshake/client-handshake.ts'
import { parseTokenList, quote } from '../handshake/field-values.ts'
import { RULES } from '../handshake/rules.ts'
import type { OpeningResult, SentOpening } from '../handshake/client-handshake.ts'
import type { ResponseHead } from './response-head.ts'

export interface SentUpgrade extends SentOpening {
  /** `acceptKey` of the key that was sent. */
  readonly accept: string
}

/**
 * Validates the final response to an upgrade request in the order of RFC 6455 section 4.1: status, Upgrade, Connection, Accept, subprotocol,
 * extensions. It ignores Content-Length and Transfer-Encoding of a 101, which always ends with its head (RFC 9112 section 6.3).
 */
export function validateUpgradeResponse(head: Pick<ResponseHead, 'httpVersion' | 'status' | 'fields'>, sent: SentUpgrade): OpeningResult {
  const { fields } = head
  if (head.status !== 101) return failForStatus(head.status, fields)
  if (!head.httpVersion.startsWith('1.') || head.httpVersion === '1.0') {
    return failOpening('response', RULES.RC23, `the 101 is HTTP/${head.httpVersion}, which has no Upgrade`, 'a proxy in between may speak HTTP/1.0')
  }
  const upgrade = fields.get('upgrade')
  if (upgrade === undefined)
    return failOpening('response', RULES.RC18, 'Upgrade is missing', 'a proxy may have stripped Upgrade from the response', 'response-upgrade')
  if (fields.count('upgrade') > 1) return failOpening('response', RULES.RC18, 'Upgrade appears more than once', undefined, 'response-upgrade')
  if (upgrade.toLowerCase() !== 'websocket')
    return failOpening('response', RULES.RC18, `Upgrade is ${quote(upgrade)}, not websocket`, undefined, 'response-upgrade')
  const connection = fields.values('connection')
  if (connection.length === 0)
    return failOpening(
      'response',
      RULES.RC19,
      'Connection is missing',
      'a proxy may have stripped Connection from the response',
      'response-connection',
    )
  const options = parseTokenList(connection)
  if (!options.ok || !options.value.some((option) => option.toLowerCase() === 'upgrade')) {
    return failOpening(
      'response',
      RULES.RC19,
      `Connection ${quote(connection.join(', '))} does not contain Upgrade`,
      undefined,
      'response-connection',
    )
  }
  const accepts = fields.values('sec-websocket-accept')
  if (accepts.length === 0) return failOpening('accept', RULES.RC20, 'Sec-WebSocket-Accept is missing', 'this is not a WebSocket server')
  if (accepts.length > 1) return failOpening('accept', RULES.RS12, 'Sec-WebSocket-Accept appears more than once')
  if (accepts[0] !== sent.accept) {
    const message = `Sec-WebSocket-Accept is ${quote(accepts[0]!)}, not ${quote(sent.accept)}`
    return failOpening('accept', RULES.RC20, message, 'the response may come from a cache, or the server does not compute the value')
  }
  return agreeOnOpening(fields, sent)
}

/** The server's side of the HTTP/1.1 bootstrap of the opening handshake: Upgrade (RFC 6455 section 4.2.1, RFC 9110 section 7.8). */
import { normalizeAuthority } from '../handshake/authority.ts'
import { parseTokenList, quote } from '../handshake/field-values.ts'
import { refuse, refuseAndClose, refuseMethod, refusePlainRequest, refused } from '../handshake/refusals.ts'
import { parseRequestTarget } from '../handshake/request-target.ts'
import { RULES } from '../handshake/rules.ts'
import { readOpening } from '../handshake/server-handshake.ts'
import { refuseContent } from './request-framing.ts'
import { asksForWebSocket, readUpgradeField } from './upgrade-field.ts'
import type { Fields } from '../handshake/fields.ts'
import type { Outcome, Refusal } from '../handshake/refusals.ts'
import type { OpeningRequest, ServerHandshakePolicy } from '../handshake/server-handshake.ts'
import type { RequestHead } from './request-head.ts'
import type { UpgradeField } from './upgrade-field.ts'

/** The parts of a request that the opening handshake reads, from a {@link RequestHead} or from a request that node:http parsed. */
export type UpgradeCandidate = Pick<RequestHead, 'method' | 'target' | 'httpVersion' | 'fields'>

/**
 * The request asks for WebSocket: Upgrade lists `websocket` in any case, and HTTP is not 1.0, where Upgrade is ignored (RFC 9110
 * section 7.8). {@link readOpeningRequest} reports everything else that is wrong with it.
 */
export function isUpgradeToWebSocket(head: Pick<RequestHead, 'httpVersion' | 'fields'>): boolean {
  return asksForWebSocket(head.httpVersion, readUpgradeField(head.fields))
}

/**
 * Reads a whole request as an opening handshake. A request with content always closes its connection, because its content is never read.
 * @param upgrade what its Upgrade field asks for, where that was read before
 */
export function readOpeningRequest(
  head: UpgradeCandidate,
  policy: ServerHandshakePolicy,
  upgrade: UpgradeField = readUpgradeField(head.fields),
): Outcome<OpeningRequest> {
  const content = refuseContent(head.fields)
  const outcome = readUpgrade(head, upgrade, content, policy)
  return outcome.ok || content === undefined || outcome.refusal.close ? outcome : refused({ ...outcome.refusal, close: true })
}

/** Checks framing, HTTP version, Host, Upgrade, method, content, target, Connection and key, then the fields common to all HTTP versions. */
function readUpgrade(
  head: UpgradeCandidate,
  upgrade: UpgradeField,
  content: Refusal | undefined,
  policy: ServerHandshakePolicy,
): Outcome<OpeningRequest> {
  const { fields } = head
  if (content !== undefined && content.rule !== RULES.H12) return refused(content)
  if (head.httpVersion === '1.0') {
    return refused(
      refuseAndClose(
        'RS2.version',
        'the request is HTTP/1.0, which has no Upgrade; a proxy may have to be told to use HTTP/1.1 (nginx: proxy_http_version 1.1)',
      ),
    )
  }
  const host = readHost(fields)
  if (!host.ok) return host
  const refusal = refuseUpgrade(upgrade, fields)
  if (refusal !== undefined) return refused(refusal)
  if (head.method !== 'GET') return refused(refuseMethod(`the method of an opening handshake is GET, not ${quote(head.method)}`))
  if (content !== undefined) return refused(content)
  const target = parseRequestTarget(head.target)
  if (!target.ok) return refused(refuse(400, 'RS2.target', target.message))
  const connection = checkConnection(fields)
  if (connection !== undefined) return connection
  const key = fields.only('sec-websocket-key')
  if (key === null) return refused(refuse(400, 'RS2.key-once', 'Sec-WebSocket-Key appears more than once'))
  // An absolute-form target overrides Host (RFC 9112 section 3.2.2); an invalid Host is refused anyway (section 3.2).
  const authority = target.value.authority ?? host.value
  return readOpening({ method: 'GET', httpVersion: '1.1', target: target.value, authority, key: key ?? '', fields }, policy)
}

/** RFC 9112 section 3.2: exactly one, valid. */
function readHost(fields: Fields): Outcome<string> {
  const host = fields.only('host')
  if (host === null || host === undefined) return refused(refuseAndClose('H7', host === null ? 'Host appears more than once' : 'Host is missing'))
  const value = normalizeAuthority(host)
  if (value === undefined) return refused(refuseAndClose('H7', `Host ${quote(host)} is not host[:port]`))
  return { ok: true, value }
}

function refuseUpgrade(upgrade: UpgradeField, fields: Fields): Refusal | undefined {
  const shown = (): string => quote(fields.values('upgrade').join(', '))
  switch (upgrade.kind) {
    case 'websocket':
      return undefined
    case 'absent':
      return refusePlainRequest(explainMissingUpgrade(fields))
    case 'other':
      return refusePlainRequest(`Upgrade ${shown()} does not contain websocket`)
    case 'malformed':
      return refuse(400, 'RS1', `Upgrade: ${upgrade.message}`)
    case 'versioned':
      return refuse(400, 'RS2.upgrade', `Upgrade ${shown()} names websocket with a version; the version belongs in Sec-WebSocket-Version`)
  }
}

function checkConnection(fields: Fields): ReturnType<typeof refused> | undefined {
  if (fields.only('connection') === 'Upgrade') return undefined
  const lines = fields.values('connection')
  if (lines.length === 0) return refused(refuse(400, 'RS2.connection', `Connection is missing; ${PROXY_CONNECTION}`))
  const options = parseTokenList(lines)
  if (!options.ok) return refused(refuse(400, 'RS1', `Connection: ${options.message}`))
  if (options.value.some((option) => option.toLowerCase() === 'upgrade')) return undefined
  return refused(refuse(400, 'RS2.connection', `Connection ${quote(lines.join(', '))} does not contain Upgrade; ${PROXY_CONNECTION}`))
}

const PROXY_CONNECTION = 'a proxy in front must forward the field (nginx: proxy_set_header Connection "upgrade")'

function explainMissingUpgrade(fields: Fields): string {
  if (!fields.has('sec-websocket-key') && !fields.has('sec-websocket-version')) {
    return 'Upgrade is missing: this is an ordinary request, and only WebSocket is served here'
  }
  return (
    'Upgrade is missing, but the Sec-WebSocket fields are here: it looks as if a proxy stripped Upgrade ' +
    '(nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade")'
  )
}

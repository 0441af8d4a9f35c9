import { parseUpgrade } from '../handshake/field-values.ts'
import type { Fields } from '../handshake/fields.ts'

/**
 * What the Upgrade field of a request asks for (RFC 9110 section 7.8). `versioned`: `websocket/13` is not `websocket`, and never switched to.
 * `malformed`: `message` says where; one that names websocket still asks for it, so that the refusal can explain the mistake.
 */
export type UpgradeField =
  | { readonly kind: 'absent' | 'websocket' | 'versioned' | 'other' }
  | { readonly kind: 'malformed'; readonly message: string; readonly namesWebSocket: boolean }

const ABSENT: UpgradeField = { kind: 'absent' }
const WEBSOCKET: UpgradeField = { kind: 'websocket' }
const VERSIONED: UpgradeField = { kind: 'versioned' }
const OTHER: UpgradeField = { kind: 'other' }

export function readUpgradeField(fields: Fields): UpgradeField {
  const lines = fields.values('upgrade')
  if (lines.length === 0) return ABSENT
  if (lines.length === 1 && lines[0] === 'websocket') return WEBSOCKET
  const protocols = parseUpgrade(lines)
  if (!protocols.ok) {
    return { kind: 'malformed', message: protocols.message, namesWebSocket: lines.join(',').toLowerCase().includes('websocket') }
  }
  const offered = protocols.value.filter(({ name }) => name.toLowerCase() === 'websocket')
  if (offered.length === 0) return OTHER
  return offered.some(({ version }) => version === undefined) ? WEBSOCKET : VERSIONED
}

/** The request asks for WebSocket, rightly or not. HTTP/1.0 has no Upgrade: it is ignored there (RFC 9110 section 7.8). */
export function asksForWebSocket(httpVersion: string, upgrade: UpgradeField): boolean {
  if (httpVersion === '1.0') return false
  return upgrade.kind === 'malformed' ? upgrade.namesWebSocket : upgrade.kind === 'websocket' || upgrade.kind === 'versioned'
}

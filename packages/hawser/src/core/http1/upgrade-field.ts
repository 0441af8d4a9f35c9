import { parseUpgrade } from '../handshake/field-values.ts'
import type { Fields } from '../handshake/fields.ts'

/**
 * The protocol that a request wants to switch to (RFC 9110 section 7.8). `versioned`: `websocket/13` is not `websocket`, so hawser never switches
 * to it. `malformed`: `message` has the position; a field that contains websocket counts as a request for it, so that the refusal can explain the
 * mistake.
 */
export type UpgradeField =
  | { readonly kind: 'absent' | 'websocket' | 'versioned' | 'other' }
  | { readonly kind: 'malformed'; readonly message: string; readonly namesWebSocket: boolean }

const ABSENT: UpgradeField = { kind: 'absent' }
const WEBSOCKET: UpgradeField = { kind: 'websocket' }
const VERSIONED: UpgradeField = { kind: 'versioned' }
const OTHER: UpgradeField = { kind: 'other' }

/** Reads the Upgrade field lines of a request; `readOpeningRequest` takes the result, so that they are read once. */
export function readUpgradeField(fields: Fields): UpgradeField {
  const only = fields.only('upgrade')
  if (only === undefined) return ABSENT
  if (only === 'websocket') return WEBSOCKET
  const lines = fields.values('upgrade')
  const protocols = parseUpgrade(lines)
  if (!protocols.ok) {
    return { kind: 'malformed', message: protocols.message, namesWebSocket: lines.join(',').toLowerCase().includes('websocket') }
  }
  const offered = protocols.value.filter(({ name }) => name.toLowerCase() === 'websocket')
  if (offered.length === 0) return OTHER
  return offered.some(({ version }) => version === undefined) ? WEBSOCKET : VERSIONED
}

/** Whether the request asks for WebSocket, correctly or not. In HTTP/1.0 Upgrade is ignored (RFC 9110 section 7.8). */
export function asksForWebSocket(httpVersion: string, upgrade: UpgradeField): boolean {
  if (httpVersion === '1.0') return false
  return upgrade.kind === 'malformed' ? upgrade.namesWebSocket : upgrade.kind === 'websocket' || upgrade.kind === 'versioned'
}

import type { Table } from '../rows.ts'
import { hostRows, methodRows, targetRows, versionLineRows } from './request-line.ts'
import { connectionRows, keyRows, upgradeRows, versionRows } from './request-upgrade.ts'

export const requestTables: readonly Table[] = [
  { area: 'handshake/method', section: 'RFC 6455 section 4.2.1', rows: [...methodRows(), ...versionLineRows()] },
  { area: 'handshake/target', section: 'RFC 6455 section 4.2.1', rows: targetRows() },
  { area: 'handshake/host', section: 'RFC 6455 section 4.2.1', rows: hostRows() },
  { area: 'handshake/upgrade', section: 'RFC 6455 section 4.2.1', rows: upgradeRows() },
  { area: 'handshake/connection', section: 'RFC 6455 section 4.2.1', rows: connectionRows() },
  { area: 'handshake/key', section: 'RFC 6455 section 4.2.1', rows: keyRows() },
  { area: 'handshake/version', section: 'RFC 6455 section 4.2.1', rows: versionRows() },
]

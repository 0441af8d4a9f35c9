import type { Table } from '../rows.ts'
import { extensionRows, subprotocolRows } from './response-agreement.ts'
import { fieldRows } from './response-fields.ts'
import { brokenRows, segmentRows } from './response-segments.ts'
import { statusRows } from './response-status.ts'

export const clientResponseTables: readonly Table[] = [
  { area: 'response/status', section: 'RFC 6455 section 4.1', rows: statusRows() },
  { area: 'response/fields', section: 'RFC 6455 section 4.1', rows: fieldRows() },
  { area: 'response/subprotocol', section: 'RFC 6455 section 4.1', rows: subprotocolRows() },
  { area: 'response/extensions', section: 'RFC 6455 section 9.1', rows: extensionRows() },
  { area: 'response/segments', section: 'RFC 6455 section 4.1', rows: segmentRows() },
  { area: 'robustness', section: 'RFC 6455 section 7.1.1', rows: brokenRows() },
]

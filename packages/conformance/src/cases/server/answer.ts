import type { Table } from '../rows.ts'
import { extensionRows, subprotocolRows } from './answer-agreement.ts'
import { originRows, refusalRows, responseRows } from './answer-response.ts'
import { earlyRows } from './early-data.ts'

export const answerTables: readonly Table[] = [
  { area: 'handshake/response', section: 'RFC 6455 section 4.2.2', rows: responseRows() },
  { area: 'handshake/refusal', section: 'RFC 9110 section 15', rows: refusalRows() },
  { area: 'handshake/origin', section: 'RFC 6455 section 4.2.2', rows: originRows() },
  { area: 'handshake/subprotocol', section: 'RFC 6455 section 4.2.2', rows: subprotocolRows() },
  { area: 'handshake/extensions', section: 'RFC 6455 section 9.1', rows: extensionRows() },
  { area: 'handshake/early-data', section: 'RFC 6455 section 4.2.2', rows: earlyRows() },
]

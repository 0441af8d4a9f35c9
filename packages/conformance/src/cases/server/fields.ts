import type { Table } from '../rows.ts'
import { contentRows, grammarRows } from './field-grammar.ts'
import { limitRows, segmentRows } from './head-limits.ts'
import { robustnessRows, timeRows } from './robustness.ts'

export const fieldsTables: readonly Table[] = [
  { area: 'handshake/fields', section: 'RFC 9112 section 5', rows: grammarRows() },
  { area: 'handshake/content', section: 'RFC 9112 section 6', rows: contentRows() },
  { area: 'handshake/limits', section: 'RFC 6455 section 10.4', rows: limitRows() },
  { area: 'handshake/segments', section: 'RFC 9112 section 2.2', rows: segmentRows() },
  { area: 'robustness', section: 'RFC 6455 section 7.2.1', rows: robustnessRows() },
  { area: 'timeouts', section: 'RFC 6455 section 7.1.1', rows: timeRows() },
]

import type { Table } from '../rows.ts'
import { goodRows } from './deflate-good.ts'
import { parameterRows } from './deflate-parameters.ts'
import { wrongRows } from './deflate-wrong.ts'

export const deflateTables: readonly Table[] = [
  { area: 'deflate/parameters', section: 'RFC 7692 section 7.1', requires: ['deflate'], rows: parameterRows() },
  { area: 'deflate/good', section: 'RFC 7692 section 7.2', requires: ['deflate'], rows: goodRows() },
  { area: 'deflate/wrong', section: 'RFC 7692 section 7.2', requires: ['deflate'], rows: wrongRows() },
]

import type { Table } from '../rows.ts'
import { closingTables } from './closing.ts'
import { controlTables } from './control.ts'
import { deflateTables } from './deflate.ts'
import { fragmentationTables } from './fragmentation.ts'
import { framingTables } from './framing.ts'
import { limitsTables } from './limits.ts'
import { utf8Tables } from './utf8.ts'

/** What holds for either end once a connection is open: only who masks differs. */
export const tablesForBothEnds: readonly Table[] = [
  ...framingTables,
  ...controlTables,
  ...fragmentationTables,
  ...utf8Tables,
  ...closingTables,
  ...limitsTables,
  ...deflateTables,
]

import type { ConformanceCase } from '../../case.ts'
import { tablesForBothEnds } from '../both/index.ts'
import { expand, overHttp2 } from '../rows.ts'
import { clientHttp2Tables } from './http2.ts'
import { clientMaskingTables } from './masking.ts'
import { clientKeyTables, clientRequestTables } from './request.ts'
import { clientResponseTables } from './response.ts'

/** Every case for a client under test, in the order of their numbers. */
export const clientCases: readonly ConformanceCase[] = expand('client', [
  ...clientRequestTables,
  ...clientResponseTables,
  ...clientMaskingTables,
  ...tablesForBothEnds,
  ...clientKeyTables,
  ...clientHttp2Tables,
  ...overHttp2([...clientMaskingTables, ...tablesForBothEnds]),
])

import type { ConformanceCase } from '../../case.ts'
import { tablesForBothEnds } from '../both/index.ts'
import { expand, overHttp2 } from '../rows.ts'
import { answerTables } from './answer.ts'
import { deflateNegotiationTables } from './deflate-negotiation.ts'
import { fieldsTables } from './fields.ts'
import { http2Tables } from './http2.ts'
import { maskingTables } from './masking.ts'
import { requestTables } from './request.ts'

/** Every case for a server under test, in the order of the report. */
export const serverCases: readonly ConformanceCase[] = expand('server', [
  ...requestTables,
  ...answerTables,
  ...fieldsTables,
  ...maskingTables,
  ...deflateNegotiationTables,
  ...tablesForBothEnds,
  ...http2Tables,
  ...overHttp2([...maskingTables, ...tablesForBothEnds]),
])

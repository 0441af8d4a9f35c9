import type { ConformanceCase, End } from '../case.ts'
import { volumeTables } from './both/volume.ts'
import { clientCases } from './client/index.ts'
import { expand } from './rows.ts'
import { serverCases } from './server/index.ts'

/** Which cases a run selects from: `standard` (rules), `volume` (large and many messages), or `all`. */
export type CaseTier = 'standard' | 'volume' | 'all'

export const caseTiers: readonly CaseTier[] = ['standard', 'volume', 'all']

const standard: Readonly<Record<End, readonly ConformanceCase[]>> = { server: serverCases, client: clientCases }
const volume: Readonly<Record<End, readonly ConformanceCase[]>> = { server: expand('server', volumeTables), client: expand('client', volumeTables) }

/** The cases of one tier for one end, in their order. `standard` unless told. */
export function casesOfTier(end: End, tier: CaseTier = 'standard'): readonly ConformanceCase[] {
  if (tier === 'all') return [...standard[end], ...volume[end]]
  return (tier === 'volume' ? volume : standard)[end]
}

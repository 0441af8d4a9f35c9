/**
 * `node --import tsx packages/conformance/scripts/ids.ts` adds the ids of new cases to test/published-ids.json, before a release. An id that is
 * in the file stays there.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { clientCases, serverCases } from '../src/index.ts'

const file = fileURLToPath(new URL('../test/published-ids.json', import.meta.url))
const published = JSON.parse(readFileSync(file, 'utf8')) as Record<'server' | 'client', readonly string[]>
const withNew = (known: readonly string[], cases: typeof serverCases): string[] => [...new Set([...known, ...cases.map(({ id }) => id)])].sort()
writeFileSync(
  file,
  `${JSON.stringify({ server: withNew(published.server, serverCases), client: withNew(published.client, clientCases) }, null, 1)}\n`,
)

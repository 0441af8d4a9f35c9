import { findingPage } from './report-text.ts'
import { remedies } from './remedies.ts'
import type { Finding } from './finding.ts'
import type { Observations } from './observation.ts'

/** The findings, the gravest first, with configuration for every usual box, and everything that was seen. */
export function reportJson(seen: Observations, findings: readonly Finding[], interrupted: boolean): object {
  return {
    url: seen.target.url,
    works: !findings.some(({ severity }) => severity === 'problem') && !interrupted,
    interrupted,
    findings: findings.map(({ remedy, ...finding }) => ({
      ...finding,
      page: findingPage(finding.id),
      ...(remedy === undefined ? {} : { configuration: remedies[remedy] }),
    })),
    observations: seen,
  }
}

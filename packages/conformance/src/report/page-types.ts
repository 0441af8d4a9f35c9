import type { CaseResult, ExchangeEntry, SuiteReport } from '../result.ts'

/** What the script of the page reads: what is the same for every endpoint is there once. */
export interface PageData {
  readonly cases: Readonly<Record<string, PageCase>>
  readonly reports: readonly PageReport[]
}

export type PageCase = Pick<CaseResult, 'area' | 'level' | 'section' | 'requirements' | 'why'> & { readonly link?: string }
export type PageResult = Omit<CaseResult, 'end' | 'exchange' | keyof PageCase> & {
  /** Absent where the page would have become too large. */
  readonly exchange?: readonly ExchangeEntry[]
}
export type PageReport = Omit<SuiteReport, 'results'> & { readonly results: readonly PageResult[] }

import type { ConformanceCase } from './case.ts'

/** The cases whose id is one of the patterns, begins with one as an area, or matches one with `*` for any characters. All without patterns. */
export function selectCases(cases: readonly ConformanceCase[], patterns: readonly string[]): ConformanceCase[] {
  if (patterns.length === 0) return [...cases]
  const tests = patterns.map((pattern) => {
    const source = pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')
    return new RegExp(pattern.includes('*') ? `^${source}$` : `^${source}(?:/.*)?$`)
  })
  return cases.filter((row) => tests.some((test) => test.test(row.id)))
}

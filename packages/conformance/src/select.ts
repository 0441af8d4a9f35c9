import type { ConformanceCase } from './case.ts'

/**
 * The cases whose id is one of the patterns, begins with one as an area, or matches one with `*` for any characters and `?` for one; all without patterns.
 * Cases that match one of the `excluded` patterns are left out.
 */
export function selectCases(cases: readonly ConformanceCase[], patterns: readonly string[], excluded: readonly string[] = []): ConformanceCase[] {
  const matches = idMatcher(patterns)
  return excludeCases(patterns.length === 0 ? cases : cases.filter(({ id }) => matches(id)), excluded)
}

/** Those whose id matches none of the patterns. */
export function excludeCases<T extends { readonly id: string }>(cases: readonly T[], patterns: readonly string[] = []): T[] {
  const matches = idMatcher(patterns)
  return cases.filter(({ id }) => !matches(id))
}

/** Whether an id matches one of the patterns. `*` stands for any characters, `?` for one. */
export function idMatcher(patterns: readonly string[]): (id: string) => boolean {
  const tests = patterns.map((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    return new RegExp(/[*?]/.test(pattern) ? `^${source}$` : `^${source}(?:/.*)?$`)
  })
  return (id) => tests.some((test) => test.test(id))
}

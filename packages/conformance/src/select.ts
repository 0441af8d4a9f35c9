import type { ConformanceCase } from './case.ts'

/**
 * The cases whose id is one of the patterns, begins with one as an area, or matches one with `*` for any characters; all without patterns.
 * Cases that match one of the `excluded` patterns are left out.
 */
export function selectCases(cases: readonly ConformanceCase[], patterns: readonly string[], excluded: readonly string[] = []): ConformanceCase[] {
  const matches = matcherOf(patterns)
  return excludeCases(patterns.length === 0 ? cases : cases.filter(({ id }) => matches(id)), excluded)
}

/** Those whose id matches none of the patterns. */
export function excludeCases<T extends { readonly id: string }>(cases: readonly T[], patterns: readonly string[] = []): T[] {
  const matches = matcherOf(patterns)
  return cases.filter(({ id }) => !matches(id))
}

function matcherOf(patterns: readonly string[]): (id: string) => boolean {
  const tests = patterns.map((pattern) => {
    const source = pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')
    return new RegExp(pattern.includes('*') ? `^${source}$` : `^${source}(?:/.*)?$`)
  })
  return (id) => tests.some((test) => test.test(id))
}

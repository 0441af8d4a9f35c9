/** Which scenarios a run measures. */
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

/** The most important scenario of each kind; takes some minutes. */
export const usual: readonly string[] = [
  'table',
  ...['echo-64-tls', 'echo-1k-tls', 'echo-1m-tls', 'handshake-tls', 'idle-tls'],
  'deflate-1k',
  ...['http2-1kx100', 'http2-1m', 'http2-handshake', 'http2-idle'],
  'client',
]

/** Scenarios by name or by group: `curves` has all three curves, `all` everything, and `usual` is the default. */
export function chosen(names: readonly string[]): readonly Scenario[] {
  if (names.length === 0) return chosen(usual)
  if (names.includes('all')) return scenarios
  const groups = new Set(
    names.flatMap((name) =>
      name === 'curves' ? ['sizes', 'connections', 'inflight'] : name === 'memory' ? ['idle', 'deflate-memory-10000'] : [name],
    ),
  )
  const found = scenarios.filter(({ name, group }) => groups.has(name) || groups.has(group))
  const known = new Set(scenarios.flatMap(({ name, group }) => [name, group]))
  for (const name of groups) if (!known.has(name)) throw new Error(`no scenario ${name}; --list shows them`)
  return found
}

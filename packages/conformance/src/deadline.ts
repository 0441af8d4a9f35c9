/**
 * A time limit for several waits together, so that a peer which sends something now and then cannot renew it.
 * @returns how many milliseconds are left, at least 0
 */
export function deadlineIn(ms: number): () => number {
  const end = performance.now() + ms
  return () => Math.max(0, end - performance.now())
}

/**
 * The candidate closest to `word`: at most two edits away, and at most a third of its length. One that begins with the other, or has it as more than
 * half of its length, counts as two edits: `onMessage` and `message`, `protocols` and `subprotocols`.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.min(2, Math.ceil(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = word.length > 2 && candidate.startsWith(word) ? 1 : Math.min(editDistance(word, candidate), isAkin(word, candidate) ? 2 : 3)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

function isAkin(word: string, candidate: string): boolean {
  const [shorter = '', longer = ''] = [word.toLowerCase(), candidate.toLowerCase()].sort((a, b) => a.length - b.length)
  return shorter.length > 3 && (longer.startsWith(shorter) || (2 * shorter.length > longer.length && longer.includes(shorter)))
}

/** Insertions, deletions, substitutions and swaps of adjacent characters (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    beforePrevious = previous
    previous = row
  }
  return previous[to.length] ?? 0
}

/** Nanoseconds a call: the best of several repeats, after a warm-up that lets the compiler finish. */
export function nanoseconds(call: () => unknown, milliseconds: number = 60): number {
  let calls = 1
  for (let took = 0; took < milliseconds / 4; calls *= 2) took = time(call, calls)
  let best = Number.POSITIVE_INFINITY
  for (let repeat = 0; repeat < 4; repeat++) best = Math.min(best, (time(call, calls) / calls) * 1e6)
  return best
}

function time(call: () => unknown, calls: number): number {
  const start = performance.now()
  for (let i = 0; i < calls; i++) call()
  return performance.now() - start
}

/** A fast form and its slow reference. */
export function compare(work: string, forms: Readonly<Record<string, () => unknown>>): void {
  const results = Object.entries(forms).map(([name, call]) => [name, nanoseconds(call)] as const)
  const reference = results[0]?.[1] ?? Number.NaN
  const texts = results.map(([name, taken]) => `${name} ${taken.toFixed(0)} ns${taken === reference ? '' : ` (${(taken / reference).toFixed(2)})`}`)
  console.log(`${work.padEnd(30)} ${texts.join(', ')}`)
}

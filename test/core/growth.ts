/** How much longer eight times the input takes: about 8 where the time is linear, about 64 where it is quadratic. */
export function growth(run: (size: number) => void, size: number = 8 * 1024): number {
  const best = (bytes: number): number => {
    let minimum = Number.POSITIVE_INFINITY
    for (let repeat = 0; repeat < 7; repeat++) {
      const start = performance.now()
      run(bytes)
      minimum = Math.min(minimum, performance.now() - start)
    }
    return minimum
  }
  best(size)
  return best(8 * size) / Math.max(best(size), 0.01)
}

/** Halfway between linear and quadratic, on a logarithmic scale, with room for noise. */
export const LINEAR = 30

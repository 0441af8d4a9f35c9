/** Where the ratio of {@link growth} is about 1 for linear and about 8 for quadratic time. */
export const LINEAR = 3.5

/**
 * What one input of eight times the size costs, over what eight inputs of the size cost. The best of several measurements, since noise only
 * adds; more are taken while it looks worse than linear.
 */
export function growth(run: (size: number) => void, size: number = 8 * 1024): number {
  let small = Number.POSITIVE_INFINITY
  let large = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 3 || (attempt < 20 && large / small >= LINEAR); attempt++) {
    large = Math.min(large, fastest(() => run(8 * size)))
    small = Math.min(small, fastest(() => {
      for (let repeat = 0; repeat < 8; repeat++) run(size)
    }))
  }
  return large / small
}

function fastest(measured: () => void): number {
  let minimum = Number.POSITIVE_INFINITY
  for (let repeat = 0; repeat < 3; repeat++) {
    const start = performance.now()
    measured()
    minimum = Math.min(minimum, performance.now() - start)
  }
  return Math.max(minimum, 0.001)
}

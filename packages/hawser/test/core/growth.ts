/** Where the ratio of {@link growth} is about 1 for linear and about 32 for quadratic time; the compiler's tiers alone make up to 4 of it. */
export const LINEAR = 12

/**
 * What one input of 64 KB costs, over what 32 inputs of 2 KB cost. The best of several measurements, since noise only adds; more are taken
 * while it looks worse than linear.
 */
export function growth(run: (size: number) => void, size: number = 2 * 1024): number {
  let small = Number.POSITIVE_INFINITY
  let large = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 2 || (attempt < 20 && large / small >= LINEAR); attempt++) {
    large = Math.min(
      large,
      fastest(() => run(32 * size)),
    )
    small = Math.min(
      small,
      fastest(() => {
        for (let repeat = 0; repeat < 32; repeat++) run(size)
      }),
    )
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

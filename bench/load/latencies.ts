export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** The last 65 536 latencies, in milliseconds. */
export class Latencies {
  readonly #samples: Float64Array = new Float64Array(65536)
  #count = 0

  add(milliseconds: number): void {
    this.#samples[this.#count++ & 65535] = milliseconds
  }

  take(): Percentiles {
    const sorted = this.#samples.slice(0, Math.min(this.#count, 65536)).sort()
    this.#count = 0
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
  }
}

/** The last 65 536 latencies, in milliseconds. */
export class Latencies {
    #samples = new Float64Array(65536);
    #count = 0;
    add(milliseconds) {
        this.#samples[this.#count++ & 65535] = milliseconds;
    }
    take() {
        const sorted = this.#samples.slice(0, Math.min(this.#count, 65536)).sort();
        this.#count = 0;
        const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
        return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
    }
}

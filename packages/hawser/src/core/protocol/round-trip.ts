import type { RandomSource } from '../platform.ts'

/** The latest round trip to the peer, from a Ping to its Pong (RFC 6455 section 5.5.3). Made with the first keepalive Ping. */
export class RoundTrip {
  /** Milliseconds; undefined before the first. */
  ms: number | undefined = undefined
  /** What the Pong of the latest Ping has to carry; undefined when it has come. */
  #expected: number | undefined = undefined
  #pingedAt = 0

  /** @returns the payload of a Ping that is sent now: random, so that no unsolicited Pong is taken for its answer */
  ping(random: RandomSource, now: number): Uint8Array {
    const key = random.uint32() >>> 0
    this.#expected = key
    this.#pingedAt = now
    return new Uint8Array([key >>> 24, key >>> 16, key >>> 8, key])
  }

  pong(payload: Uint8Array, now: number): void {
    const expected = this.#expected
    if (expected === undefined || payload.length !== 4) return
    const [a, b, c, d] = payload as Uint8Array & [number, number, number, number]
    if (((a << 24) | (b << 16) | (c << 8) | d) >>> 0 !== expected) return
    this.#expected = undefined
    this.ms = now - this.#pingedAt
  }
}
